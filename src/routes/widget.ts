import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import type { BrowserFile, BrowserFiles } from "./browser-files.ts";
import type { AppEnvironment } from "./environment.ts";
import { problems } from "./problems.ts";

/** Pages that embed the widget get a new one within minutes. */
const SHORT = "public, max-age=300";
const FOR_GOOD = "public, max-age=31536000, immutable";

const script = {
  description: "An ES module",
  content: { "text/javascript": { schema: z.string() } },
};
const unchanged = { description: "The reader has it already (If-None-Match)" };

const widgetRoute = createRoute({
  method: "get",
  path: "/widget.js",
  operationId: "loadWidget",
  tags: ["Pages"],
  summary: "The chat widget for any page: <script type=module src=…/widget.js></script>",
  responses: { 200: script, 304: unchanged, ...problems({}) },
});
const hashed = { hash: z.string().openapi({ example: "0123456789abcdef" }) };
const namedRoute = createRoute({
  method: "get",
  path: "/widget-{hash}.js",
  operationId: "loadWidgetVersion",
  tags: ["Pages"],
  summary: "One version of the chat widget, which may be kept for good.",
  request: { params: z.object(hashed) },
  responses: {
    200: script,
    304: unchanged,
    ...problems({ "not-found": "This server has another version." }),
  },
});
const demoRoute = createRoute({
  ...namedRoute,
  path: "/demo-{hash}.js",
  operationId: "loadDemo",
  summary: "The script of the demo page.",
});

/** The code for browsers. Pages of other sites may load the widget; the demo's script is for our own page. */
export function addWidgetRoutes(
  app: OpenAPIHono<AppEnvironment>,
  readFiles: () => Promise<BrowserFiles>,
): void {
  app.openapi(widgetRoute, async (c) => {
    openToAll(c);
    return send(c, (await readFiles()).widget, SHORT);
  });
  // A parameter that is a part of a segment is nothing that hono knows by the name that OpenAPI has for it.
  app.openAPIRegistry.registerPath(namedRoute);
  app.get("/:file{widget-[^/]*\\.js}", async (c) => {
    openToAll(c);
    return sendVersion(c, (await readFiles()).widget);
  });
  app.openAPIRegistry.registerPath(demoRoute);
  app.get("/:file{demo-[^/]*\\.js}", async (c) => sendVersion(c, (await readFiles()).demo));
}

/** A module is fetched with CORS even by a script tag. */
function openToAll(c: Context): void {
  c.header("access-control-allow-origin", "*");
}

function sendVersion(c: Context, file: BrowserFile): Response {
  // Another version under this name would be kept for good.
  if (c.req.path !== file.path)
    throw new AppError("not-found", "This server has another version of this script.");
  return send(c, file, FOR_GOOD);
}

function send(c: Context, { text, hash }: BrowserFile, cacheControl: string): Response {
  const etag = `"${hash}"`;
  c.header("etag", etag);
  c.header("cache-control", cacheControl);
  if (holds(c.req.header("if-none-match"), etag)) return c.body(null, 304);
  return c.body(text, 200, { "content-type": "text/javascript; charset=utf-8" });
}

/** RFC 9110, 13.1.2: a list of tags, compared weakly, or `*`. */
function holds(header: string | undefined, etag: string): boolean {
  return (header ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === etag || tag === "*");
}
