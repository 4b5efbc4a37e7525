import { z } from "@hono/zod-openapi";
import { retrievalReport } from "./retrieval-schemas.ts";
import { chatMessage, collectionName, filter, languageTag } from "./schemas.ts";

export const searchRequest = z
  .object({
    query: z
      .string()
      .trim()
      .min(1, "The query is empty.")
      .openapi({ example: "return a used tent" }),
    messages: z.array(chatMessage).max(1000).optional(),
    collections: z.array(collectionName).min(1).max(32).optional(),
    filter: filter.optional(),
    limit: z.number().int().min(1).max(50).optional().openapi({
      description: "Results that are listed; the context is that of an answer anyway.",
    }),
    language: languageTag.optional(),
  })
  .openapi("SearchRequest");

const place = {
  collection: z.string(),
  documentId: z.string(),
  chunkId: z.string(),
  title: z.string(),
  heading: z.array(z.string()),
  start: z.number().int().openapi({ description: "In the document's text, in UTF-16 units." }),
  end: z.number().int(),
};

const candidate = z
  .object({
    rank: z.number().int().openapi({ description: "In the final order of all candidates." }),
    ...place,
    text: z.string(),
    score: z.number().openapi({ description: "What the final order goes by." }),
    legs: z.object({ sparse: z.number().optional(), dense: z.number().optional() }).openapi({
      description: "BM25 over all collections, and the cosine; absent where a leg did not find it.",
    }),
    mergedRank: z.number().int().optional().openapi({ description: "Before reranking." }),
    mergedScore: z.number().optional(),
    shares: z.array(z.number()).openapi({
      description:
        "What each wording adds to `mergedScore`; the rest comes from other passages of its document.",
    }),
    rerank: z.number().optional(),
    kept: z.boolean().openapi({ description: "Whether the model sees it." }),
    source: z
      .number()
      .int()
      .optional()
      .openapi({ description: "Number of the source that shows it." }),
    why: z
      .enum(["weak", "repeated", "limit", "ceiling", "budget", "not-reranked", "candidates"])
      .optional()
      .openapi({ description: "Why the model does not see it." }),
    repeats: z.string().optional().openapi({ description: "Id of the chunk that says the same." }),
    explanation: z.string(),
    matched: z
      .array(z.string())
      .optional()
      .openapi({ description: "Words of the question that it holds." }),
    unmatched: z.array(z.string()).optional(),
  })
  .openapi("SearchCandidate");

const source = z
  .object({
    n: z.number().int(),
    ...place,
    text: z.string().openapi({ description: "What the model sees of it." }),
    chunks: z.array(z.string()).openapi({ description: "The passages that it was found by." }),
    neighbours: z.array(z.string()).openapi({ description: "Chunks that were joined to them." }),
    shortened: z.boolean(),
  })
  .openapi("SearchSource");

export const searchResponse = z
  .object({
    results: z
      .array(candidate)
      .openapi({ description: "The best ones that say something of their own, up to `limit`." }),
    dropped: z.array(candidate).openapi({
      description: "All other candidates, also those beyond `limit` that the model sees (`kept`).",
    }),
    language: z.string().openapi({ description: "Of the answer." }),
    wordings: z.array(
      z.object({
        kind: z.enum(["asked", "rewritten"]),
        messages: z.array(z.object({ text: z.string(), weight: z.number() })),
        bestSparse: z.number().openapi({ description: "What sparse scores are divided by." }),
        cosine: z
          .object({ low: z.number(), high: z.number() })
          .optional()
          .openapi({ description: "The range that cosines are placed in." }),
      }),
    ),
    denseWeight: z.number().openapi({ description: "Weight of the cosine beside the words." }),
    evidence: z.object({
      words: z.number(),
      similarity: z.number().optional(),
      thresholds: z.object({ words: z.number(), similarity: z.number() }),
    }),
    wouldAnswer: z.boolean(),
    reason: z.string().openapi({ description: "Why an answer would be tried or not." }),
    warnings: z.array(z.string()),
    retrieval: retrievalReport,
    sources: z.array(source),
    context: z.string().openapi({
      description: "The sources as the model sees them; Cohere's models get each as a document.",
    }),
    contextTokens: z.number().int().openapi({ description: "About how many tokens that is." }),
    timings: z.object({
      embed: z.number(),
      condense: z.number(),
      search: z.number(),
      rerank: z.number(),
      neighbours: z.number(),
      total: z.number(),
    }),
  })
  .openapi("SearchResponse");
