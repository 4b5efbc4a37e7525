import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { readCatalog } from "../chat/answer.ts";
import type { Question } from "../chat/events.ts";
import { selectCollections } from "../chat/retrieve.ts";
import { invalidField } from "../errors.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import { readForm, type SentAnswer, sendAnswer, toWireOptions } from "./answer-form.ts";
import { answerChunk, answerContent } from "./answer-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { readEarlierIds, readMessages, splitQuestion } from "./messages.ts";
import { answerResumable, type AskedFor } from "./resumable.ts";
import { BODY_PROBLEMS, problems } from "./problems.ts";
import { type StoredTurn, writeStored } from "./stored-answer.ts";
import { chatMessage, clientId, collectionName, filter, languageTag } from "./schemas.ts";

const chatRequest = z
  .object({
    message: z.string().optional().openapi({ example: "How heavy is the Aurora 2 tent?" }),
    messages: z
      .array(chatMessage)
      .max(1000)
      .optional()
      .openapi({ description: "The conversation, its last question included." }),
    id: clientId.optional().openapi({ description: "As `conversationId`; `useChat` sends it." }),
    conversationId: clientId.optional().openapi({ description: "Made up when absent." }),
    messageId: z.string().max(128).optional().openapi({
      description:
        "Id of the question: sent again, it joins the answer that is there. With `messages`: id of the answer that is to be written anew.",
    }),
    trigger: z.string().max(64).optional().openapi({
      description: "`submit-message` or `regenerate-message`.",
    }),
    collections: z
      .array(collectionName)
      .min(1)
      .max(32)
      .optional()
      .openapi({ description: "All of them when absent.", example: ["products", "guides"] }),
    filter: filter.optional(),
    stream: z.boolean().optional().openapi({ description: "`false` asks for one JSON value." }),
    language: languageTag.optional().openapi({
      description: "Of the answer; guessed from the question when absent.",
    }),
  })
  .openapi("ChatRequest");

const chatRoute = createRoute({
  method: "post",
  path: "/chat",
  operationId: "chat",
  tags: ["Chat"],
  summary: "Ask a question; an answer with sources and checked citations streams back.",
  description:
    "Send either `message`, or `messages` as the AI SDK's `useChat` does: they are the whole conversation, while with `message` the earlier turns of `conversationId` come from the store. The answer's form goes by `Accept`: an event stream (also for `*/*`), plain text, or one JSON value (also with `stream: false`). An event stream begins before anything can fail, and tells of it in an `error` chunk with the same codes.",
  request: {
    body: {
      required: true,
      content: {
        "application/json": {
          schema: chatRequest,
          example: { message: "How heavy is the Aurora 2 tent?" },
        },
      },
    },
  },
  responses: {
    200: {
      description: "The answer",
      content: answerContent,
    },
    ...problems({
      ...BODY_PROBLEMS,
      "conversation-expired":
        "The conversation is older than `CONVERSATION_DAYS`; begin a new one.",
      "unknown-collection": "One of `collections` does not exist.",
      stopped: "The answer was stopped (JSON and text).",
      overloaded: "Too many answers are being written; `Retry-After` says when to try again.",
      "shutting-down": "The server is being shut down; `Retry-After` says when to try again.",
      "retrieval-unavailable": "No collection could be searched (JSON and text).",
      "storage-unavailable": "The document store can not be reached (JSON and text).",
      "model-unavailable": "The language model can not be reached (JSON and text).",
      "answer-truncated": "The language model broke off (JSON and text).",
      timeout: "The answer took too long (JSON and text).",
    }),
  },
});

export function addChatRoute(app: OpenAPIHono<AppEnvironment>, services: Services) {
  app.openAPIRegistry.register("AnswerChunk", answerChunk);
  const { config, platform, conversations } = services;
  return app.openapi(chatRoute, async (c) => {
    const body = c.req.valid("json");
    const question = readQuestion(body, config.MAX_MESSAGE_CHARACTERS);
    const given = body.conversationId ?? body.id;
    const conversationId = given ?? platform.generateId();
    const askedFor = readAskedFor(body);
    const questionId = askedFor.messageId || platform.generateId();
    const earlierIds = body.messages === undefined ? undefined : readEarlierIds(body.messages);
    const asked = { conversationId, isKnown: given !== undefined, questionId, earlierIds };
    const begun = await conversations.begin(asked, c.req.raw.signal);
    if (earlierIds === undefined) question.history = begun.history;
    const turn = { ...begun, questionId };
    return answerRequest(c, services, question, {
      ...askedFor,
      conversationId,
      stream: body.stream,
      turn,
    });
  });
}

/** Runs the pipeline for a request and answers in the form that it asks for. Stored where it is a turn of a conversation. */
export async function answerRequest(
  c: Context<AppEnvironment>,
  services: Services,
  question: Question,
  wanted: AskedFor & { stream?: boolean | undefined; turn?: StoredTurn },
): Promise<SentAnswer> {
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
    const answerId = platform.generateId();
    const options = toWireOptions(c, services, answerId, conversationId);
    const writing = { answerId, signal: running.signal };
    const events = whenEnded(writeStored(c, services, question, wanted.turn, writing), end);
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
