import { z } from "@hono/zod-openapi";

const FAILURES = ["timeout", "error", "circuit-open"] as const;
export const failureReason = z.enum(FAILURES);

const milliseconds = z.number().openapi({ description: "Milliseconds.", example: 12.4 });

const stage = z
  .object({
    status: z.enum(["ok", "skipped", "failed"]),
    ms: milliseconds,
    reason: failureReason.optional(),
  })
  .openapi("StageOutcome");

const collection = z
  .object({
    name: z.string().openapi({ example: "products" }),
    status: z.enum(["ok", "empty", "timeout", "error"]),
    reason: z
      .enum(["circuit-open", "needs-embedding"])
      .optional()
      .openapi({ description: "Why it was not even asked." }),
    dense: z
      .enum(["no-vectors", "other-space"])
      .optional()
      .openapi({ description: "Why it was searched by words alone." }),
    hits: z.number().int().openapi({ description: "Chunks that it gave.", example: 24 }),
    ms: milliseconds,
  })
  .openapi("CollectionOutcome");

/** What a search did. */
export const retrievalReport = z
  .object({
    degraded: z.boolean().openapi({
      description: "True when a collection or a stage that should have helped did not.",
    }),
    collections: z.array(collection),
    stages: z.object({
      embed: stage,
      condense: stage,
      search: stage,
      rerank: stage,
      neighbours: stage,
    }),
  })
  .openapi("RetrievalReport");
