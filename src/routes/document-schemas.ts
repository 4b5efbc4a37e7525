import { type OpenAPIHono, z } from "@hono/zod-openapi";
import { documentBody, documentId, documentList } from "../ingest/document-schema.ts";
import type { AppEnvironment } from "./environment.ts";

// Schemas of the ingester are cloned here: OpenAPI's `z` describes none that was made before it was imported.

export const describedId = documentId.clone().openapi({ example: "guides/winter-camping" });

export const ingestReport = z
  .object({
    collection: z.string().openapi({ example: "products" }),
    documents: z.array(
      z.object({
        id: z.string().openapi({ example: "aurora-2" }),
        title: z.string().openapi({ example: "Aurora 2" }),
        chunks: z.number().int().openapi({ description: "Into how many it was divided." }),
      }),
    ),
  })
  .openapi("IngestReport");

export const listedCollection = z
  .object({
    name: z.string().openapi({ example: "products" }),
    documents: z.number().int(),
    chunks: z.number().int(),
    embedding: z.string().nullable().openapi({
      description: "The model that its vectors are of; null where it is searched by words alone.",
    }),
    foreign: z
      .literal(true)
      .optional()
      .openapi({ description: "Set where somebody else wrote it." }),
  })
  .openapi("Collection");

export const collectionList = z
  .object({ collections: z.array(listedCollection) })
  .openapi("CollectionList");

export const storedDocument = documentBody
  .extend({ id: z.string(), title: z.string() })
  .openapi("Document");

/**
 * Named only, and so not checked by the route: a body's JSON is read by the ingester, off the request thread. The types
 * are for clients.
 */
export const oneBody = named<typeof documentBody>("DocumentBody");
export const listBody = named<typeof documentList>("DocumentList");

export function registerDocumentBodies({ openAPIRegistry }: OpenAPIHono<AppEnvironment>): void {
  openAPIRegistry.register("DocumentBody", documentBody.clone());
  openAPIRegistry.register("DocumentList", documentList.clone());
}

function named<Schema>(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` } as Schema;
}
