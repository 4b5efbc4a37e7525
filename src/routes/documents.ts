import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../errors.ts";
import { ingestDocuments, removeDocument } from "../ingest/ingest.ts";
import type { DocumentInput } from "../ingest/prepare.ts";
import { writeAccess } from "../middleware/write-access.ts";
import { callWithin } from "../resilience.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { invalid } from "./messages.ts";
import { collectionName, documentId, metadata, problem } from "./schemas.ts";

const documentBody = z
  .object({
    text: z.string(),
    title: z.string().trim().min(1).max(500).optional(),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional(),
    format: z.enum(["markdown", "text"]).optional(),
    metadata: metadata.optional(),
  })
  .openapi("DocumentBody");

const storedDocument = z.object({ id: z.string(), title: z.string(), chunks: z.number().int() });
const report = z
  .object({ collection: z.string(), documents: z.array(storedDocument) })
  .openapi("IngestReport");
const json = <T extends z.ZodType>(
  schema: T,
): { content: { "application/json": { schema: T } } } => ({
  content: { "application/json": { schema } },
});
const writeProblems = {
  401: problem("ADMIN_KEY is set and was not sent"),
  403: problem("ADMIN_KEY is not set and the caller is on another machine"),
  413: problem("Too large"),
  415: problem("Not application/json"),
  422: problem("A field is wrong, or a document has no text"),
  503: problem("The store cannot be reached"),
};
const inCollection = z.object({ collection: collectionName });
const ofDocument = inCollection.extend({ id: documentId });

const listRoute = createRoute({
  method: "get",
  path: "/collections",
  summary: "The collections with their sizes.",
  responses: {
    200: {
      description: "Collections",
      ...json(
        z.object({
          collections: z.array(
            z.object({
              name: z.string(),
              documents: z.number(),
              chunks: z.number(),
              embedding: z.string().nullable(),
            }),
          ),
        }),
      ),
    },
    503: problem("The store cannot be reached"),
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/collections/{collection}/documents/{id}",
  summary:
    "Store or replace a document. Answered when it is searchable; makes the collection when there is none.",
  request: { params: ofDocument, body: { required: true, ...json(documentBody) } },
  responses: {
    200: { description: "Stored", ...json(report) },
    400: problem("Malformed JSON"),
    ...writeProblems,
  },
});

const postRoute = createRoute({
  method: "post",
  path: "/collections/{collection}/documents",
  summary: "Store or replace up to 500 documents.",
  request: {
    params: inCollection,
    body: {
      required: true,
      ...json(
        z.object({
          documents: z
            .array(documentBody.extend({ id: documentId }))
            .min(1)
            .max(500),
        }),
      ),
    },
  },
  responses: {
    200: { description: "Stored", ...json(report) },
    400: problem("Malformed JSON"),
    ...writeProblems,
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/collections/{collection}/documents/{id}",
  summary: "A document as it was stored.",
  request: { params: ofDocument },
  responses: {
    200: {
      description: "The document",
      ...json(documentBody.extend({ id: z.string(), title: z.string() })),
    },
    404: problem("No such document"),
    422: problem("A name is wrong"),
    503: problem("The store cannot be reached"),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/collections/{collection}/documents/{id}",
  summary: "Remove a document.",
  request: { params: ofDocument },
  responses: {
    204: { description: "Removed" },
    404: problem("No such document"),
    ...writeProblems,
  },
});

export function addDocumentRoutes(app: OpenAPIHono<AppEnvironment>, services: Services): void {
  const { ingest, config } = services;
  const guard = writeAccess(services);
  app.on(
    ["PUT", "POST", "DELETE"],
    ["/collections/:collection/documents", "/collections/:collection/documents/:id"],
    guard,
  );

  app.openapi(listRoute, async (c) => {
    const { collections } = await ingest.catalog.refresh(c.req.raw.signal);
    return c.json(
      {
        collections: collections.map(({ name, documents, statistics, embedding }) => ({
          name,
          documents,
          chunks: statistics.chunks,
          embedding: embedding?.model ?? null,
        })),
      },
      200,
    );
  });

  app.openapi(putRoute, async (c) => {
    const { collection, id } = c.req.valid("param");
    const document = { id, ...c.req.valid("json") };
    checkDocuments([document], config.MAX_DOCUMENT_CHARACTERS);
    return c.json(await ingestDocuments(collection, [document], ingest, c.req.raw.signal), 200);
  });

  app.openapi(postRoute, async (c) => {
    const { documents } = c.req.valid("json");
    checkDocuments(documents, config.MAX_DOCUMENT_CHARACTERS);
    return c.json(
      await ingestDocuments(c.req.valid("param").collection, documents, ingest, c.req.raw.signal),
      200,
    );
  });

  app.openapi(getRoute, async (c) => {
    const { collection, id } = c.req.valid("param");
    const options = {
      what: "reading a document",
      signal: c.req.raw.signal,
      deadline: ingest.deadline,
      retries: 1,
    };
    const document = await callWithin(options, (limited) =>
      ingest.store.readDocument(collection, id, limited),
    );
    if (document === undefined) throw notFound(collection, id);
    return c.json(document, 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { collection, id } = c.req.valid("param");
    if (!(await removeDocument(collection, id, ingest, c.req.raw.signal)))
      throw notFound(collection, id);
    return c.body(null, 204);
  });
}

/** Refuses what can not be indexed by its name, before anything is written. */
function checkDocuments(documents: DocumentInput[], longest: number): void {
  const seen = new Set<string>();
  for (const { id, text } of documents) {
    if (seen.has(id)) throw invalid("documents", `The document "${id}" occurs twice.`);
    seen.add(id);
    if (text.trim() === "") throw invalid("text", `The document "${id}" is empty.`);
    if (text.length > longest)
      throw new AppError("too-large", `The document "${id}" has more than ${longest} characters.`);
    if (text.includes("\0") || (text.match(/\uFFFD/g)?.length ?? 0) > 10 + text.length / 100) {
      throw invalid("text", `The document "${id}" is not text in UTF-8.`);
    }
  }
}

function notFound(collection: string, id: string): AppError {
  return new AppError(
    "not-found",
    `There is no document "${id}" in the collection "${collection}".`,
  );
}
