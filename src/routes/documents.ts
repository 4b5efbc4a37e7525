import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { AppError } from "../errors.ts";
import type { IngestReport } from "../ingest/ingest.ts";
import { writeAccess } from "../middleware/write-access.ts";
import type { CollectionRecord } from "../ports.ts";
import { callWithin } from "../resilience.ts";
import type { Services } from "../services.ts";
import {
  collectionList,
  describedId,
  ingestReport,
  listBody,
  type listedCollection,
  oneBody,
  registerDocumentBodies,
  storedDocument,
} from "./document-schemas.ts";
import type { AppEnvironment } from "./environment.ts";
import { BODY_PROBLEMS, problems, STORE_PROBLEMS } from "./problems.ts";
import { collectionName } from "./schemas.ts";

const json = <T extends z.ZodType>(
  schema: T,
  example?: unknown,
): { content: { "application/json": { schema: T } } } => ({
  content: { "application/json": { schema, ...(example === undefined ? {} : { example }) } },
});
const WRITE_PROBLEMS = {
  unauthorized: "`ADMIN_KEY` is set and was not sent.",
  forbidden: "`ADMIN_KEY` is not set and the caller is on another machine.",
  "foreign-collection": "The collection was not made by Tributary.",
  ...STORE_PROBLEMS,
  "model-unavailable": "The texts could not be embedded.",
  "shutting-down": "The server is being shut down.",
} as const;
const noDocument = { "not-found": "There is no such document." } as const;
/** Needed where `ADMIN_KEY` is set; where it is not, this machine alone may write. */
const security = [{ adminKey: [] }, {}];
const example = {
  text: "# Winter camping\n\nTake a tent with a snow skirt.",
  metadata: { season: "winter" },
};
const inCollection = z.object({ collection: collectionName });
const ofDocument = inCollection.extend({
  id: describedId,
});
const listRoute = createRoute({
  method: "get",
  path: "/collections",
  operationId: "listCollections",
  tags: ["Documents"],
  summary: "The collections with their sizes.",
  responses: {
    200: {
      description: "Collections",
      ...json(collectionList),
    },
    ...problems(STORE_PROBLEMS),
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/collections/{collection}/documents/{id}",
  operationId: "putDocument",
  tags: ["Documents"],
  security,
  summary: "Store or replace a document.",
  description: "Answered when it is searchable; makes the collection when there is none.",
  request: { params: ofDocument, body: { required: true, ...json(oneBody, example) } },
  responses: {
    200: { description: "Stored", ...json(ingestReport) },
    ...problems({ ...BODY_PROBLEMS, ...WRITE_PROBLEMS }),
  },
});

const postRoute = createRoute({
  method: "post",
  path: "/collections/{collection}/documents",
  operationId: "postDocuments",
  tags: ["Documents"],
  security,
  summary: "Store or replace up to 500 documents.",
  request: {
    params: inCollection,
    body: {
      required: true,
      ...json(listBody, { documents: [{ id: "guides/winter-camping", ...example }] }),
    },
  },
  responses: {
    200: { description: "Stored", ...json(ingestReport) },
    ...problems({ ...BODY_PROBLEMS, ...WRITE_PROBLEMS }),
  },
});

const getRoute = createRoute({
  method: "get",
  path: "/collections/{collection}/documents/{id}",
  operationId: "getDocument",
  tags: ["Documents"],
  summary: "A document as it was stored.",
  request: { params: ofDocument },
  responses: {
    200: {
      description: "The document",
      ...json(storedDocument),
    },
    ...problems({ ...noDocument, invalid: "A name is wrong.", ...STORE_PROBLEMS }),
  },
});

const deleteRoute = createRoute({
  method: "delete",
  path: "/collections/{collection}/documents/{id}",
  operationId: "deleteDocument",
  tags: ["Documents"],
  security,
  summary: "Remove a document.",
  request: { params: ofDocument },
  responses: {
    204: { description: "Removed" },
    ...problems({ ...noDocument, invalid: "A name is wrong.", ...WRITE_PROBLEMS }),
  },
});

export function addDocumentRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  const { ingest, ingester, running } = services;
  registerDocumentBodies(app);
  const guard = writeAccess(services);
  app.on(
    ["PUT", "POST", "DELETE"],
    ["/collections/:collection/documents", "/collections/:collection/documents/:id"],
    guard,
  );

  return app
    .openapi(listRoute, async (c) => {
      const { collections } = await ingest.catalog.refresh(c.req.raw.signal);
      return c.json({ collections: collections.map(describeCollection) }, 200);
    })
    .openapi(putRoute, async (c) => {
      const { collection, id } = c.req.valid("param");
      return c.json(await store(c, services, collection, id), 200);
    })
    .openapi(postRoute, async (c) => {
      const { collection } = c.req.valid("param");
      return c.json(await store(c, services, collection), 200);
    })
    .openapi(getRoute, async (c) => {
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
    })
    .openapi(deleteRoute, async (c) => {
      const { collection, id } = c.req.valid("param");
      const isRemoved = await running.attend(c.req.raw.signal, (signal) =>
        ingester.remove(collection, id, signal),
      );
      if (!isRemoved) throw notFound(collection, id);
      return c.body(null, 204);
    });
}

function describeCollection({
  name,
  documents,
  statistics,
  embedding,
  foreign,
}: CollectionRecord): z.infer<typeof listedCollection> {
  return {
    name,
    documents,
    chunks: foreign?.points ?? statistics.chunks,
    embedding: embedding?.model ?? null,
    ...(foreign === undefined ? {} : { foreign: true as const }),
  };
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
