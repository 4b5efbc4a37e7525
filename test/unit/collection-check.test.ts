import { describe, expect, it } from "vitest";
import { judgeCollections } from "../../src/collection-check.ts";
import type { CollectionRecord } from "../../src/ports.ts";
import { buildRecord } from "../support/fixed-store.ts";

const SPACE = { model: "embed-v4.0", dimension: 1024 };
const record = (name: string, more: Partial<CollectionRecord> = {}): CollectionRecord => ({
  ...buildRecord(name),
  ...more,
});
const foreign = (dimensions: number[], more: object = {}): Partial<CollectionRecord> => ({
  foreign: { points: 3, dimensions, ...more },
});

describe("judgeCollections", () => {
  it.each([
    [record("a", { embedding: SPACE }), SPACE],
    [record("a"), undefined],
    [record("a", { embedding: SPACE, ...foreign([1024]) }), SPACE],
  ])("has nothing to say of one that is searched as it should be", (one, space) => {
    expect(judgeCollections({ collections: [one] }, [], space)).toEqual([]);
  });

  it.each([
    [
      "of another model",
      { embedding: { ...SPACE, model: "old" } },
      SPACE,
      "error",
      /by old with 1024 .*EMBED_MODEL=old and EMBED_DIMENSION=1024.*npm run reindex -- a$/,
    ],
    [
      "of another length",
      { embedding: { ...SPACE, dimension: 512 } },
      SPACE,
      "error",
      /EMBED_DIMENSION=512.*npm run reindex -- a$/,
    ],
    [
      "of another model, and half re-indexed",
      { embedding: { ...SPACE, model: "old" }, incomplete: true },
      SPACE,
      "error",
      /npm run reindex -- a$/,
    ],
    ["without embeddings", {}, SPACE, "warn", /words alone.*npm run reindex -- a$/],
    [
      "with embeddings that nobody can ask",
      { embedding: SPACE },
      undefined,
      "info",
      /COHERE_API_KEY/,
    ],
    [
      "half re-indexed",
      { embedding: SPACE, incomplete: true },
      SPACE,
      "warn",
      /not whole.*npm run reindex -- a$/,
    ],
    ["foreign, without a key", foreign([1024]), undefined, "warn", /COHERE_API_KEY.*EMBED_MODEL/],
    [
      "foreign, of other lengths",
      foreign([384, 768]),
      SPACE,
      "warn",
      /384 or 768 .*EMBED_DIMENSION/,
    ],
    ["foreign, without vectors", foreign([]), SPACE, "warn", /no dense vectors.*npm run ingest/],
    [
      "foreign, without a text",
      foreign([1024], { problem: "no-text" }),
      SPACE,
      "warn",
      /TEXT_FIELD/,
    ],
    ["foreign, closed", foreign([], { problem: "unreadable" }), SPACE, "warn", /QDRANT_API_KEY/],
  ] as [string, Partial<CollectionRecord>, typeof SPACE | undefined, string, RegExp][])(
    "names one that is %s, in one sentence that says what to do",
    (_, more, space, level, sentence) => {
      const findings = judgeCollections({ collections: [record("a", more)] }, [], space);
      expect(findings).toEqual([
        { level, collection: "a", message: expect.stringMatching(sentence) },
      ]);
      expect(findings[0]!.message).toContain('"a"');
    },
  );

  it("looks only at those that are searched, and names those that are not there", () => {
    const collections = [record("a"), record("b")];
    expect(judgeCollections({ collections }, ["b", "c"], SPACE)).toMatchObject([
      { collection: "b" },
      { collection: "c", level: "warn", message: expect.stringContaining("does not exist") },
    ]);
  });
});
