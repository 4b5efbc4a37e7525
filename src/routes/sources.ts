import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { html, raw } from "hono/html";
import type { Catalog, CatalogSnapshot } from "../catalog.ts";
import { AppError } from "../errors.ts";
import { callWithin } from "../resilience.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { problems, STORE_PROBLEMS } from "./problems.ts";
import { collectionName } from "./schemas.ts";

const STYLE = `
  body {
  font:
  16px/1.6 system-ui,
  sans-serif;
  max-width: 44rem;
  margin: 2rem auto;
  padding: 0 1rem;
  color-scheme: light dark;
  }
  pre {
  white-space: pre-wrap;
  overflow-wrap: anywhere;
  font: inherit;
  }
  mark {
  border-radius: 0.2em;
  padding: 0.1em 0;
  }
  p {
  opacity: 0.75;
  }
`;

/** Ours are UUIDs; collections that somebody else wrote may have numbers. */
const chunkId = z.union([z.uuid(), z.string().regex(/^\d{1,20}$/)]);

const sourceRoute = createRoute({
  method: "get",
  path: "/sources/{collection}/{chunkId}",
  operationId: "showSource",
  tags: ["Sources"],
  summary: "The passage behind a citation, highlighted in its document.",
  request: { params: z.object({ collection: collectionName, chunkId }) },
  responses: {
    200: { description: "A page", content: { "text/html": { schema: z.string() } } },
    ...problems({
      "not-found": "There is no such passage.",
      invalid: "A name is wrong.",
      ...STORE_PROBLEMS,
    }),
  },
});

export function addSourceRoute(app: OpenAPIHono<AppEnvironment>, { ingest }: Services) {
  return app.openapi(sourceRoute, async (c) => {
    const { collection, chunkId } = c.req.valid("param");
    const options = {
      what: "reading a source",
      operation: ingest.operations.of("qdrant", "reading a source"),
      signal: c.req.raw.signal,
      deadline: ingest.deadline,
      retries: 1,
    };
    await requireKnown(collection, ingest.catalog, c.req.raw.signal);
    const chunk = await callWithin(options, (signal) =>
      ingest.store.readChunk(collection, chunkId, signal),
    );
    if (chunk === undefined) throw new AppError("not-found", "This passage no longer exists.");
    const document = await callWithin(options, (signal) =>
      ingest.store.readDocument(collection, chunk.documentId, signal),
    );
    // The document may have changed since the answer was given; then the passage stands alone.
    const isCurrent = document?.text.slice(chunk.start, chunk.end) === chunk.text;
    const [before, after] = isCurrent
      ? [document.text.slice(0, chunk.start), document.text.slice(chunk.end)]
      : ["", ""];
    const nonce = c.get("secureHeadersNonce") ?? "";
    return c.html(
      html`<!doctype html>
        <html>
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <title>${chunk.title}</title>
            <style nonce="${nonce}">
              ${raw(STYLE)}
            </style>
          </head>
          <body>
            <h1 dir="auto">${chunk.title}</h1>
            <p dir="auto">
              ${[collection, ...chunk.heading.filter((heading) => heading !== chunk.title)].join(" › ")}
            </p>
            <pre dir="auto">${before}<mark id="passage">${chunk.text}</mark>${after}</pre>
          </body>
        </html>`,
      200,
    );
  });
}

/** Whatever else lies in the same Qdrant is nobody's to read here. */
async function requireKnown(name: string, catalog: Catalog, signal: AbortSignal): Promise<void> {
  const isIn = ({ collections }: CatalogSnapshot): boolean =>
    collections.some((record) => record.name === name);
  // Another process may have made it a moment ago.
  if (isIn(await catalog.read(signal)) || isIn(await catalog.refresh(signal))) return;
  throw new AppError("not-found", "This passage no longer exists.");
}
