import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import { documentBody, documentId, documentList } from "../ingest/document-schema.ts";
import type { IngestReport } from "../ingest/ingest.ts";
import { writeAccess } from "../middleware/write-access.ts";
import { callWithin } from "../resilience.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { collectionName, problem } from "./schemas.ts";

const storedDocument = z.object({ id: z.string(), title: z.string(), chunks: z.number().int() });
const report = z
  .object({ collection: z.string(), documents: z.array(storedDocument) })
  .openapi("IngestReport");
const json = <T extends z.ZodType | { $ref: string }>(
  schema: T,
): { content: { "application/json": { schema: T } } } => ({
  content: { "application/json": { schema } },
});
const writeProblems = {
  401: problem("ADMIN_KEY is set and was not sent"),
  403: problem("ADMIN_KEY is not set and the caller is on another machine"),
  409: problem("The collection is not Tributary's"),
  413: problem("Too large"),
  415: problem("Not application/json"),
  422: problem("A field is wrong, or a document has no text"),
  503: problem("The store cannot be reached, or the server is being shut down"),
};
const inCollection = z.object({ collection: collectionName });
const ofDocument = inCollection.extend({
  id: documentId.openapi({ example: "guides/winter-camping" }),
});
/** Named only, and so not checked by the route: a body's JSON is read by the ingester, off the request thread. */
const oneBody = { $ref: "#/components/schemas/DocumentBody" };
const listBody = { $ref: "#/components/schemas/DocumentList" };

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
              /** Set where somebody else wrote it. */
              foreign: z.literal(true).optional(),
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
  request: { params: ofDocument, body: { required: true, ...json(oneBody) } },
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
    body: { required: true, ...json(listBody) },
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
  const { ingest, ingester, running } = services;
  app.openAPIRegistry.register("DocumentBody", documentBody);
  app.openAPIRegistry.register("DocumentList", documentList);
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
        collections: collections.map(({ name, documents, statistics, embedding, foreign }) => ({
          name,
          documents,
          chunks: foreign?.points ?? statistics.chunks,
          embedding: embedding?.model ?? null,
          ...(foreign === undefined ? {} : { foreign: true as const }),
        })),
      },
      200,
    );
  });

  app.openapi(putRoute, async (c) => {
    const { collection, id } = c.req.valid("param");
    return c.json(await store(c, services, collection, id), 200);
  });

  app.openapi(postRoute, async (c) => {
    const { collection } = c.req.valid("param");
    return c.json(await store(c, services, collection), 200);
  });

  app.openapi(getRoute, async (c) => {
    const { collection, id } = c.req.valid("param");
    const options = {
      what: "reading a document",
      operation: ingest.operations.of("qdrant", "reading a document"),
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
    const isRemoved = await running.attend(c.req.raw.signal, (signal) =>
      ingester.remove(collection, id, signal),
    );
    if (!isRemoved) throw notFound(collection, id);
    return c.body(null, 204);
  });
}

/** What the body holds: one document when its id is given, else a list. */
function store(
  c: Context<AppEnvironment>,
  { running, ingester }: Services,
  collection: string,
  id?: string,
): Promise<IngestReport> {
  return running.attend(c.req.raw.signal, async (signal) => {
    const bytes = await readJsonBytes(c);
    return ingester.ingest(collection, id === undefined ? { bytes } : { bytes, id }, signal);
  });
}

function readJsonBytes(c: Context<AppEnvironment>): Promise<ArrayBuffer> {
  const [type = ""] = (c.req.header("content-type") ?? "").split(";", 1);
  if (/^application\/([\w.-]+\+)?json$/i.test(type.trim())) return c.req.arrayBuffer();
  throw new AppError(
    "unsupported-media-type",
    "The request's content type must be application/json.",
  );
}

function notFound(collection: string, id: string): AppError {
  return new AppError(
    "not-found",
    `There is no document "${id}" in the collection "${collection}".`,
  );
}
