import { z } from "@hono/zod-openapi";
import { metadata } from "../ingest/document-schema.ts";
import { collectionName } from "./schemas.ts";

/** Ours are UUIDs; collections that somebody else wrote may have numbers. */
const chunkId = z
  .union([z.uuid(), z.string().regex(/^\d{1,20}$/)])
  .openapi({ example: "0d9a4d1e-6f0b-5f0e-9d3c-3f6a2b8f1c11" });

export const sourceParameters = z.object({ collection: collectionName, chunkId });

export const sourceQuery = z.object({
  quote: z.string().max(1000).optional().openapi({
    description: "Words of the source that a citation repeats: they are highlighted on their own.",
    example: "weighs 1.62 kg",
  }),
});

export const sourcePassage = z
  .object({
    collection: z.string().openapi({ example: "products" }),
    documentId: z.string().openapi({ example: "aurora-2" }),
    chunkId: z.string(),
    title: z.string().openapi({ example: "Aurora 2" }),
    url: z.string().optional().openapi({ description: "The document's own, where it has one." }),
    heading: z.array(z.string()).openapi({ description: "Headings, the outermost first." }),
    text: z.string().openapi({ description: "The passage." }),
    start: z.number().int().openapi({
      description: "Where it begins in the document's text, in UTF-16 units.",
    }),
    end: z.number().int().openapi({ description: "Where it ends." }),
    before: z.string().optional().openapi({ description: "Up to 2,000 characters before it." }),
    after: z.string().optional().openapi({ description: "Up to 2,000 characters after it." }),
    quote: z
      .object({ text: z.string(), start: z.number().int(), end: z.number().int() })
      .optional()
      .openapi({
        description: "The quoted words as the document has them; absent when not found.",
      }),
    current: z.boolean().openapi({
      description: "False when the document has changed since and the passage is no longer in it.",
    }),
    metadata: metadata.optional(),
  })
  .openapi("SourcePassage");
