import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byScore, mergeResults, type SearchResult } from "../../../src/chat/merge.ts";
import type { Hit } from "../../../src/ports.ts";
import { buildHit, buildPassage } from "../../support/passages.ts";

const QUERY = { weight: 16, familiarity: 1, joined: 0 };

function result(
  collections: Record<string, Hit[]>,
  query: SearchResult["query"] = QUERY,
): SearchResult {
  return {
    query,
    hits: Object.entries(collections).map(([collection, hits]) => ({ collection, hits })),
  };
}

const ids = (passages: { chunk: { id: string } }[]): string[] =>
  passages.map(({ chunk }) => chunk.id);

/**
 * Each document also gets 0.15 of the best score for every whole best passage it has among the best ten: a document
 * with the one passage of score s (of best 1) ends at s + 0.15 s.
 */
const alone = (share: number): number => share * 1.15;

describe("mergeResults of several collections", () => {
  it("orders by score, so that a collection that knows nothing wins no place by rank", () => {
    const merged = mergeResults(
      [
        result({
          knows: [
            buildHit("a", { sparse: 9 }),
            buildHit("b", { sparse: 8 }),
            buildHit("c", { sparse: 7 }),
          ],
          nothing: [buildHit("d", { sparse: 1 })],
        }),
      ],
      0.5,
    );
    expect(ids(merged.passages)).toEqual(["a", "b", "c", "d"]);
    for (const [at, sparse] of [9, 8, 7, 1].entries()) {
      expect(merged.passages[at]?.score).toBeCloseTo(alone(sparse / 9), 12);
    }
    expect(merged.passages.map(({ collection }) => collection)).toEqual([
      "knows",
      "knows",
      "knows",
      "nothing",
    ]);
  });

  it("gives the same whatever order collections and hits come in", () => {
    const hit = fc.record({
      collection: fc.constantFrom("a", "b", "c"),
      id: fc.nat(8),
      sparse: fc.option(fc.integer({ min: 0, max: 5 }), { nil: undefined }),
      dense: fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined }),
      text: fc.nat(4),
      document: fc.nat(2),
    });
    const hits = fc.uniqueArray(hit, {
      maxLength: 14,
      selector: ({ collection, id }) => `${collection}/${id}`,
    });
    fc.assert(
      fc.property(
        hits.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([one, other]) => {
          const merge = (list: typeof one): ReturnType<typeof mergeResults> =>
            mergeResults(
              [
                {
                  query: QUERY,
                  hits: [...new Set(list.map(({ collection }) => collection))].map(
                    (collection) => ({
                      collection,
                      hits: list.filter((entry) => entry.collection === collection).map(toHit),
                    }),
                  ),
                },
              ],
              0.5,
            );
          const toHit = ({ id, sparse, dense, text, document }: (typeof one)[number]): Hit =>
            buildHit(
              `${id}`,
              {
                ...(sparse === undefined ? {} : { sparse }),
                ...(dense === undefined ? {} : { dense: dense / 4 }),
              },
              { text: `text ${text}`, documentId: `${document}` },
            );
          expect(merge(other)).toEqual(merge(one));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps chunks of the same id in two collections apart", () => {
    const merged = mergeResults(
      [
        result({
          a: [buildHit("x", { sparse: 2 }, { text: "one" })],
          b: [buildHit("x", { sparse: 1 }, { text: "two" })],
        }),
      ],
      0.5,
    );
    expect(merged.passages.map(({ collection }) => collection)).toEqual(["a", "b"]);
  });

  it("finds nothing in nothing", () => {
    const nothing = { passages: [], repeated: [], evidence: { words: 0 } };
    expect(mergeResults([], 0.5)).toEqual(nothing);
    expect(mergeResults([result({ a: [], b: [] })], 0.5)).toEqual(nothing);
  });

  it("shows a repeated text once, in its best place", () => {
    const merged = mergeResults(
      [
        result({
          a: [buildHit("low", { sparse: 4 }, { text: "Same text." })],
          b: [
            buildHit("high", { sparse: 8 }, { text: " Same text.\n" }),
            buildHit("other", { sparse: 2 }),
          ],
        }),
      ],
      0.5,
    );
    expect(ids(merged.passages)).toEqual(["high", "other"]);
    expect(ids(merged.repeated)).toEqual(["low"]);
  });
});

describe("scores of mergeResults", () => {
  it("add the spread cosines with their weight", () => {
    const merged = mergeResults(
      [
        result({
          a: [
            buildHit("words", { sparse: 4, dense: 0.2 }),
            buildHit("both", { sparse: 2, dense: 0.6 }),
          ],
          b: [buildHit("meaning", { dense: 0.4 })],
        }),
      ],
      0.5,
    );
    // words 1 + 0.5·0, both 0.5 + 0.5·1, meaning 0 + 0.5·0.5; best 1.
    const scores = Object.fromEntries(merged.passages.map(({ chunk, score }) => [chunk.id, score]));
    expect(scores["words"]).toBeCloseTo(alone(1), 12);
    expect(scores["both"]).toBeCloseTo(alone(1), 12);
    expect(scores["meaning"]).toBeCloseTo(alone(0.25), 12);
    expect(merged.evidence.similarity).toBe(0.6);
    expect(merged.passages.find(({ chunk }) => chunk.id === "meaning")?.legs).toEqual({
      dense: 0.4,
    });
  });

  it("take a single cosine for the best", () => {
    const merged = mergeResults([result({ a: [buildHit("x", { dense: -0.3 })] })], 0.5);
    expect(merged.passages[0]?.score).toBeCloseTo(0.5 * 1.15, 12);
    expect(merged.evidence.similarity).toBe(-0.3);
  });

  it("add up over wordings and keep each leg's best", () => {
    const one = result({
      a: [buildHit("x", { sparse: 4, dense: 0.9 }), buildHit("y", { sparse: 1, dense: 0.1 })],
    });
    const other = result({
      a: [buildHit("y", { sparse: 6, dense: 0.5 }), buildHit("x", { sparse: 3, dense: 0.7 })],
    });
    const merged = mergeResults([one, other], 0.5);
    // x: (1 + 0.5) + (0.5 + 0.5) = 2.5; y: (0.25 + 0) + (1 + 0) = 1.25; best 2.5.
    expect(merged.passages.map(({ legs }) => legs)).toEqual([
      { sparse: 4, dense: 0.9 },
      { sparse: 6, dense: 0.5 },
    ]);
    expect(merged.passages[0]?.score).toBeCloseTo(2.5 * 1.15, 12);
    expect(merged.passages[1]?.score).toBeCloseTo(1.25 * 1.15, 12);
  });

  it("raise the passages of a document that fits in several places", () => {
    const merged = mergeResults(
      [
        result({
          a: [
            buildHit("single", { sparse: 10 }, { documentId: "one" }),
            buildHit("first", { sparse: 9 }, { documentId: "two" }),
            buildHit("second", { sparse: 8 }, { documentId: "two" }),
          ],
        }),
      ],
      0.5,
    );
    // single 1 + 0.15·1 = 1.15; first 0.9 + 0.15·1.7 = 1.155; second 0.8 + 0.255 = 1.055.
    expect(ids(merged.passages)).toEqual(["first", "single", "second"]);
    expect(merged.passages.map(({ score }) => Number(score.toFixed(9)))).toEqual([
      1.155, 1.15, 1.055,
    ]);
  });

  it("raise them by no more than three passages' worth", () => {
    const hits = Array.from({ length: 6 }, (_, n) =>
      buildHit(`${n}`, { sparse: 10 }, { documentId: "one" }),
    );
    const merged = mergeResults([result({ a: hits })], 0.5);
    for (const { score } of merged.passages) expect(score).toBeCloseTo(1.45, 12);
  });
});

describe("evidence of mergeResults", () => {
  const words = (sparse: number, query: SearchResult["query"]): number =>
    mergeResults([result({ a: [buildHit("x", { sparse })] }, query)], 0.5).evidence.words;

  it("is √(best ÷ weight) · familiarity", () => {
    expect(words(9, { weight: 36, familiarity: 0.8, joined: 0 })).toBeCloseTo(0.4, 12);
    expect(words(36, { weight: 36, familiarity: 1, joined: 0 })).toBeCloseTo(1, 12);
  });

  it("puts joined scripts on the scale of spaced ones", () => {
    expect(words(9, { weight: 36, familiarity: 0.48, joined: 1 })).toBeCloseTo(1, 12);
    // 1 − 0.5 · 0.76 = 0.62
    expect(words(9, { weight: 36, familiarity: 0.62, joined: 0.5 })).toBeCloseTo(0.5, 12);
  });

  it("is nothing for a question without words", () => {
    expect(words(0, { weight: 0, familiarity: 0, joined: 0 })).toBe(0);
  });

  it("is that of the best wording", () => {
    const weak = result({ a: [buildHit("x", { sparse: 1, dense: 0.3 })] });
    const strong = result({ a: [buildHit("x", { sparse: 4, dense: 0.2 })] });
    for (const results of [
      [weak, strong],
      [strong, weak],
    ]) {
      expect(mergeResults(results, 0.5).evidence).toEqual({ words: 0.5, similarity: 0.3 });
    }
  });
});

describe("byScore", () => {
  it("puts the best first, equal ones by collection and id", () => {
    const [low, high, equal] = [
      buildPassage(1, { id: "a" }),
      buildPassage(2, { id: "c" }),
      buildPassage(2, { id: "b" }),
    ];
    expect(ids([low, high, equal].toSorted(byScore))).toEqual(["b", "c", "a"]);
  });
});
