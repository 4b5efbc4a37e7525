import { type ClientRequestOptions, hc } from "hono/client";
import type { addChatStreamRoutes } from "./routes/chat-stream.ts";
import type { addChatRoute } from "./routes/chat.ts";
import type { addConversationRoutes } from "./routes/conversations.ts";
import type { addDocumentRoutes } from "./routes/documents.ts";
import type { addFeedbackRoutes } from "./routes/feedback.ts";
import type { addHealthRoutes } from "./routes/health.ts";
import type { addDescriptionRoute } from "./routes/openapi.ts";
import type { addSearchRoute } from "./routes/search.ts";
import type { addSourceRoute } from "./routes/sources.ts";

/** The routes with the types of what they take and send. */
export type Api = ReturnType<
  | typeof addChatRoute
  | typeof addChatStreamRoutes
  | typeof addConversationRoutes
  | typeof addDescriptionRoute
  | typeof addDocumentRoutes
  | typeof addFeedbackRoutes
  | typeof addHealthRoutes
  | typeof addSearchRoute
  | typeof addSourceRoute
>;

export type Client = ReturnType<typeof hc<Api>>;

/**
 * A typed client of the server at `url`. What is not a 2xx does not throw: look at `status`, which tells what `json()`
 * gives. Ids in paths are to be percent-encoded. `options` are hono's: `headers` (such as `authorization`), `fetch`, `init`.
 */
export function createClient(url: string, options?: ClientRequestOptions): Client {
  return hc<Api>(url, options);
}
