import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import type { Services } from "../services.ts";
import { isFromThisMachine, isLoopbackHost, isLoopbackOrigin } from "./loopback.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"];
const EXPOSED_HEADERS = ["x-vercel-ai-ui-message-stream", "x-request-id", "retry-after"];
/** Seconds; the longest that Chromium keeps the answer to a preflight. */
const PREFLIGHT_AGE = 7200;
/** What every page may load says so itself, and is the same for all. */
const OPEN_ROUTES = /^\/widget(?:-[^/]*)?\.js$/;
/** What a reader needs. Writing documents and reading what others rated is not among it. */
const READER_ROUTES = /^\/(?:chat|conversations|search|sources|v1|openapi\.json)(?:\/|$)/;

/**
 * Which pages may read our answers (CORS): those of `ALLOWED_ORIGINS`, letter by letter. Without that list those of the
 * developer's own machine, on the routes that readers use, as long as nobody else can reach the server. A page that may
 * gets its own origin back, never leave to send cookies; whatever headers it wants to send, since clients and their
 * tracers add their own and none of them opens anything here. A page that may not gets no such header at all.
 */
export function crossOrigin({ config, platform }: Services): MiddlewareHandler {
  const isForThisMachine = config.ALLOWED_ORIGINS.length === 0 && isLoopbackHost(config.HOST);
  const allow = cors({
    origin: (origin) => origin,
    allowMethods: METHODS,
    exposeHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_AGE,
  });

  const isAllowed = (origin: string, c: Context): boolean =>
    config.ALLOWED_ORIGINS.includes(origin) ||
    (isForThisMachine &&
      READER_ROUTES.test(c.req.path) &&
      isLoopbackOrigin(origin) &&
      isFromThisMachine(c, platform));

  return async function crossOrigin(c, next) {
    if (OPEN_ROUTES.test(c.req.path)) return next();
    if (isAllowed(c.req.header("origin") ?? "", c)) return allow(c, next);
    await next();
    // A cache must not give one page what another was refused.
    c.header("vary", "Origin", { append: true });
  };
}
