import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { answer, readCatalog } from "../chat/answer.ts";
import type { Question } from "../chat/events.ts";
import { selectCollections } from "../chat/retrieve.ts";
import { invalidField } from "../errors.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import { readForm, sendAnswer, toWireOptions } from "./answer-form.ts";
import type { AppEnvironment } from "./environment.ts";
import { readMessages, splitQuestion } from "./messages.ts";
import { answerResumable, type AskedFor } from "./resumable.ts";
import { chatMessage, clientId, collectionName, filter, languageTag, problem } from "./schemas.ts";

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
    language: languageTag.optional(),
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
    409: problem("The answer was stopped (JSON and text)"),
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
      ...readAskedFor(body),
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
  wanted: AskedFor & { stream?: boolean | undefined },
): Promise<Response> {
  const { platform, answers } = services;
  const { conversationId } = wanted;
  const form = readForm(c, wanted.stream);
  if (services.config.RESUMABLE) {
    await requireCollections(services, question, c.req.raw.signal);
    return answerResumable(c, services, question, wanted, form);
  }
  const running = services.running.begin(conversationId, c.req.raw.signal);
  const end = (): void => {
    running.end();
    answers.remember(conversationId);
  };
  try {
    answers.remember(conversationId);
    await requireCollections(services, question, running.signal);
    const options = toWireOptions(c, services, platform.generateId(), conversationId);
    const events = whenEnded(answer(question, services.answer, running.signal), end);
    // The reader may go in two ways: the request's signal aborts, or the response's body is cancelled.
    const cancel = (): void => running.abort(new DOMException("The reader left.", "AbortError"));
    return await sendAnswer(form, events, options, cancel);
  } catch (error) {
    end();
    throw error;
  }
}

/** A name that a client got wrong is a 404, not an answer; a store that is down is the stream's to tell. */
async function requireCollections(
  services: Services,
  question: Question,
  signal: AbortSignal,
): Promise<void> {
  if (question.collections === undefined) return;
  const snapshot = await readCatalog(services.answer, signal).catch(() => undefined);
  if (snapshot === undefined) return;
  try {
    selectCollections(question, snapshot, []);
  } catch {
    // Another process may have made it a moment ago.
    selectCollections(question, await services.answer.catalog.refresh(signal), []);
  }
}

/** useChat tells the user's message in `messages`, and in `messageId` what is to be replaced. */
function readAskedFor(body: z.infer<typeof chatRequest>): Omit<AskedFor, "conversationId"> {
  const trigger = body.trigger ?? "submit-message";
  if (body.messages === undefined) return { messageId: body.messageId, trigger };
  const messageId = body.messages.findLast(({ role }) => role === "user")?.id;
  return { messageId, trigger, replaces: body.messageId };
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
