import { createRoute, type OpenAPIHono, type z } from "@hono/zod-openapi";
import type { Context, TypedResponse } from "hono";
import { accepts } from "hono/accepts";
import type { Catalog, CatalogSnapshot } from "../catalog.ts";
import { AppError } from "../errors.ts";
import type { CollectionRecord } from "../ports.ts";
import { callWithin } from "../resilience.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { pageProblems, STORE_PROBLEMS } from "./problems.ts";
import { htmlPage, inForms } from "./schemas.ts";
import { renderSource } from "./source-page.ts";
import { describePassage, findSource } from "./source-passage.ts";
import { sourceParameters, sourcePassage, sourceQuery } from "./source-schemas.ts";

const sourceRoute = createRoute({
  method: "get",
  path: "/sources/{collection}/{chunkId}",
  operationId: "showSource",
  tags: ["Sources"],
  summary: "The passage behind a citation, highlighted in its document.",
  description:
    "A page by default (also for `*/*`), with the passage at `#passage` and the quoted words at `#quote`; JSON for `Accept: application/json`.",
  request: { params: sourceParameters, query: sourceQuery },
  responses: {
    200: {
      description: "The passage",
      content: inForms(sourcePassage, { "text/html": htmlPage }),
    },
    ...pageProblems({
      "not-found": "There is no such passage (any more).",
      invalid: "A name is wrong, or `quote` is too long.",
      ...STORE_PROBLEMS,
    }),
  },
});

type SentSource = Response & TypedResponse<z.infer<typeof sourcePassage>, 200, "json">;

export function addSourceRoute(app: OpenAPIHono<AppEnvironment>, { ingest }: Services) {
  return app.openapi(sourceRoute, async (c) => {
    const { collection, chunkId } = c.req.valid("param");
    const { quote } = c.req.valid("query");
    const options = {
      what: "reading a source",
      operation: ingest.operations.of("qdrant", "reading a source"),
      signal: c.req.raw.signal,
      deadline: ingest.deadline,
      retries: 1,
    };
    const record = await requireKnown(collection, ingest.catalog, c.req.raw.signal);
    const chunk = await callWithin(options, (signal) =>
      ingest.store.readChunk(collection, chunkId, signal),
    );
    if (chunk === undefined) throw new AppError("not-found", "This passage no longer exists.");
    const document = await callWithin(options, (signal) =>
      ingest.store.readDocument(collection, chunk.documentId, signal),
    );
    const isForeign = record.foreign !== undefined;
    const source = findSource(collection, chunk, document, { quote, isForeign });
    c.header("vary", "accept", { append: true });
    return prefersJson(c)
      ? c.json(describePassage(source), 200)
      : ((await c.html(renderSource(c, source), 200)) as Response as SentSource);
  });
}

function prefersJson(c: Context): boolean {
  const supports = ["text/html", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "text/html" }) === "application/json";
}

/** Whatever else lies in the same Qdrant is nobody's to read here. */
async function requireKnown(
  name: string,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<CollectionRecord> {
  const find = ({ collections }: CatalogSnapshot): CollectionRecord | undefined =>
    collections.find((record) => record.name === name);
  // Another process may have made it a moment ago.
  const record = find(await catalog.read(signal)) ?? find(await catalog.refresh(signal));
  if (record === undefined) throw new AppError("not-found", "This passage no longer exists.");
  return record;
}
