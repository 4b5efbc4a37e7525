import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { toUIMessages } from "../chat/stored-messages.ts";
import { AppError } from "../errors.ts";
import type { Services } from "../services.ts";
import { conversation, ofConversation } from "./conversation-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { readOrigin } from "./origin.ts";
import { problems } from "./problems.ts";

const PROBLEMS = {
  "not-found": "There is no such conversation.",
  invalid: "The id is none.",
  "storage-unavailable": "The store of conversations can not be reached.",
} as const;

const getRoute = createRoute({
  method: "get",
  path: "/conversations/{id}",
  operationId: "getConversation",
  tags: ["Conversations"],
  summary: "A conversation with its messages.",
  description:
    "As `POST /chat` stored it, with a title that is made when it is first asked for. Whoever knows a conversation's id may do so: make ids that can not be guessed.",
  request: { params: ofConversation },
  responses: {
    200: {
      description: "The conversation",
      content: { "application/json": { schema: conversation } },
    },
    ...problems({
      ...PROBLEMS,
      "conversation-expired": "It is older than `CONVERSATION_DAYS` and was removed.",
    }),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/conversations/{id}",
  operationId: "deleteConversation",
  tags: ["Conversations"],
  summary: "Remove a conversation.",
  description:
    "With everything that was said in it, also what is being written: that is stopped first, and not stored. Whoever knows a conversation's id may do so.",
  request: { params: ofConversation },
  responses: { 204: { description: "Removed" }, ...problems(PROBLEMS) },
});

export function addConversationRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  const { answers, conversations, titles, running, config } = services;
  return app
    .openapi(getRoute, async (c) => {
      const { id } = c.req.valid("param");
      const { signal } = c.req.raw;
      // Also that there is none, or none any more.
      c.header("cache-control", "no-store");
      const found = await conversations.read(id, signal);
      if (found === undefined) throw notFound();
      // Nobody reads what a HEAD request would have made.
      const isRead = c.req.method === "GET";
      const title = found.title ?? (isRead ? await titles(id, found, signal) : "");
      return c.json(
        {
          id,
          title,
          createdAt: toTime(found.createdAt),
          updatedAt: toTime(found.updatedAt),
          expiresAt: toTime(found.expiresAt),
          messages: toUIMessages(id, found, readOrigin(c, config)),
        },
        200,
      );
    })
    .openapi(deleteRoute, async (c) => {
      const { id } = c.req.valid("param");
      const wasRunning = running.stop(id);
      // Other processes stop if they can be told; in any case the store takes nothing of what they write.
      const isKnown = await answers.stop(id).catch(() => false);
      answers.forget(id);
      const mayRun = { here: wasRunning, elsewhere: isKnown };
      if (!(await conversations.delete(id, mayRun, c.req.raw.signal))) throw notFound();
      return c.body(null, 204);
    });
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function notFound(): AppError {
  return new AppError("not-found", "There is no conversation with this id.");
}
