import type { RequestIdVariables } from "hono/request-id";

/** What middleware puts into the context. */
export interface AppEnvironment {
  Variables: RequestIdVariables & { secureHeadersNonce?: string };
}
