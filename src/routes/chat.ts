import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { answer, readCatalog } from "../chat/answer.ts";
import type { Question } from "../chat/events.ts";
import { selectCollections } from "../chat/retrieve.ts";
import {
  toJsonAnswer,
  toTextResponse,
  toUIMessageResponse,
  type WireOptions,
} from "../chat/wire.ts";
import { invalidField } from "../errors.ts";
import { isRefusal, toLogEntry } from "../log.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import type { AppEnvironment } from "./environment.ts";
import { readMessages, splitQuestion } from "./messages.ts";
import { readOrigin } from "./origin.ts";
import { chatMessage, clientId, collectionName, filter, problem } from "./schemas.ts";

const chatRequest = z
  .object({
    message: z.string().optional().openapi({ example: "How heavy is the Aurora 2 tent?" }),
    messages: z.array(chatMessage).max(1000).optional(),
    id: clientId.optional(),
    conversationId: clientId.optional(),
    messageId: z.string().max(128).optional(),
    trigger: z.string().max(64).optional(),
    collections: z.array(collectionName).min(1).max(32).optional(),
    filter: filter.optional(),
    stream: z.boolean().optional(),
    language: z
      .string()
      .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "A language is a tag like en or ko.")
      .optional(),
  })
  .openapi("ChatRequest");

const chatRoute = createRoute({
  method: "post",
  path: "/chat",
  summary: "Ask a question; an answer with sources and checked citations streams back.",
  request: { body: { required: true, content: { "application/json": { schema: chatRequest } } } },
  responses: {
    200: {
      description:
        "By `Accept`: AI SDK UI message stream (default), plain text, or one JSON value (also with `stream: false`).",
      content: {
        "text/event-stream": { schema: z.string() },
        "text/plain": { schema: z.string() },
        "application/json": {
          schema: z.looseObject({ answer: z.string(), answered: z.boolean() }),
        },
      },
    },
    400: problem("Malformed JSON"),
    404: problem("Unknown collection"),
    413: problem("Too large"),
    415: problem("Not application/json"),
    422: problem("A field is wrong"),
    503: problem(
      "Too many answers at the same time, or the server is being shut down (both with `Retry-After`); no collection, or not the model, could be reached (JSON and text)",
    ),
    504: problem("Deadline (JSON and text)"),
  },
});

export function addChatRoute(app: OpenAPIHono<AppEnvironment>, services: Services): void {
  app.openapi(chatRoute, async (c): Promise<never> => {
    const body = c.req.valid("json");
    const question = readQuestion(body, services.config.MAX_MESSAGE_CHARACTERS);
    return (await answerRequest(c, services, question, {
      conversationId: body.conversationId ?? body.id ?? services.platform.generateId(),
      stream: body.stream,
    })) as never;
  });
}

/** Runs the pipeline for a request and answers in the form that it asks for. */
export async function answerRequest(
  c: Context<AppEnvironment>,
  services: Services,
  question: Question,
  wanted: { conversationId: string; stream?: boolean | undefined },
): Promise<Response> {
  const { platform, config } = services;
  const running = services.running.begin(wanted.conversationId, c.req.raw.signal);
  try {
    if (question.collections !== undefined)
      await requireCollections(services, question, running.signal);
    const options: WireOptions = {
      messageId: platform.generateId(),
      conversationId: wanted.conversationId,
      origin: readOrigin(c, config),
      keepAlive: config.KEEP_ALIVE_MS,
      writeTimeout: platform.cutsReaders === true ? undefined : config.WRITE_TIMEOUT_MS,
      turn: platform.turn,
      onFailure({ cause, code }) {
        if (isRefusal(code)) return;
        platform.log(toLogEntry(cause, { requestId: c.get("requestId"), code, at: "answer" }));
      },
    };
    const events = whenEnded(answer(question, services.answer, running.signal), running.end);
    // The reader may go in two ways: the request's signal aborts, or the response's body is cancelled.
    const cancel = (): void => running.abort(new DOMException("The reader left.", "AbortError"));
    const form = readForm(c, wanted.stream);
    if (form === "json") return Response.json(await toJsonAnswer(events, options));
    if (form === "text") return await toTextResponse(events, options, cancel);
    return toUIMessageResponse(events, options, cancel);
  } catch (error) {
    running.end();
    throw error;
  }
}

/** A name that a client got wrong is a 404, not an answer; a store that is down is the stream's to tell. */
async function requireCollections(
  services: Services,
  question: Question,
  signal: AbortSignal,
): Promise<void> {
  const snapshot = await readCatalog(services.answer, signal).catch(() => undefined);
  if (snapshot === undefined) return;
  try {
    selectCollections(question, snapshot, []);
  } catch {
    // Another process may have made it a moment ago.
    selectCollections(question, await services.answer.catalog.refresh(signal), []);
  }
}

function readForm(c: Context, stream: boolean | undefined): "events" | "text" | "json" {
  if (stream === false) return "json";
  const supports = ["text/event-stream", "text/plain", "application/json"];
  const type = accepts(c, { header: "Accept", supports, default: "text/event-stream" });
  if (type === "text/plain") return "text";
  return type === "application/json" && stream !== true ? "json" : "events";
}

function readQuestion(body: z.infer<typeof chatRequest>, longest: number): Question {
  const both = body.message !== undefined && body.messages !== undefined;
  if (both || (body.message === undefined && body.messages === undefined)) {
    throw invalidField(
      "message",
      'Send either "message" (a text) or "messages" (UI messages of the AI SDK).',
    );
  }
  const messages =
    body.messages === undefined
      ? [{ role: "user" as const, content: (body.message ?? "").trim() }]
      : readMessages(body.messages);
  const { text, history } = splitQuestion(messages, longest);
  if (text === "") throw invalidField("message", "The question is empty.");
  return {
    text,
    history,
    collections: body.collections,
    filter: body.filter,
    language: body.language,
  };
}
