import type { Context, MiddlewareHandler } from "hono";
import type { Services } from "../services.ts";
import { isFromThisMachine, isLoopbackHost, isLoopbackOrigin } from "./loopback.ts";

const ALLOW_ORIGIN = "access-control-allow-origin";
const METHODS = "GET, HEAD, POST, PUT, DELETE";
const EXPOSED_HEADERS = "x-vercel-ai-ui-message-stream, x-request-id, retry-after";
/** Seconds; the longest that Chromium keeps the answer to a preflight. */
const PREFLIGHT_AGE = "7200";
/** What a reader needs. Writing documents and reading what others rated is not among it. */
const READER_ROUTES = /^\/(?:chat|conversations|search|sources|v1|openapi\.json)(?:\/|$)/;

/**
 * Which pages may read our answers (CORS): those of `ALLOWED_ORIGINS`, letter by letter. Without that list those of the
 * developer's own machine, on the routes that readers use, as long as nobody else can reach the server. A page that may
 * gets its own origin back, never leave to send cookies. A route that allows `*` itself is left as it is.
 */
export function crossOrigin({ config, platform }: Services): MiddlewareHandler {
  const isForThisMachine = config.ALLOWED_ORIGINS.length === 0 && isLoopbackHost(config.HOST);

  const isAllowed = (origin: string, c: Context): boolean =>
    config.ALLOWED_ORIGINS.includes(origin) ||
    (isForThisMachine &&
      READER_ROUTES.test(c.req.path) &&
      isLoopbackOrigin(origin) &&
      isFromThisMachine(c, platform));

  return async function crossOrigin(c, next) {
    const origin = c.req.header("origin") ?? "";
    const allowed = isAllowed(origin, c);
    if (allowed && isPreflight(c)) return allowCall(c, origin);
    await next();
    const { headers } = c.res;
    if (headers.has(ALLOW_ORIGIN)) return;
    // Also where nobody is allowed: a cache must not give one page what another was refused.
    headers.append("vary", "Origin");
    if (!allowed) return;
    headers.set(ALLOW_ORIGIN, origin);
    headers.set("access-control-expose-headers", EXPOSED_HEADERS);
  };
}

function isPreflight(c: Context): boolean {
  return c.req.method === "OPTIONS" && c.req.header("access-control-request-method") !== undefined;
}

/** Whatever headers it wants to send: clients and their tracers add their own, and none of them opens anything here. */
function allowCall(c: Context, origin: string): Response {
  const wanted = c.req.header("access-control-request-headers");
  return c.body(null, 204, {
    [ALLOW_ORIGIN]: origin,
    "access-control-allow-methods": METHODS,
    ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
    "access-control-max-age": PREFLIGHT_AGE,
    vary: "Origin, Access-Control-Request-Headers",
  });
}
