import { describe, expect, it } from "vitest";
import { estimate, scoreRanking } from "../../../src/node/eval/metrics.ts";

const of = (...ids: string[]): Map<string, number> => new Map(ids.map((id) => [id, 1]));

describe("scoreRanking", () => {
  it("gives 1 for a perfect ranking and 0 for one without a relevant document", () => {
    expect(scoreRanking(["a", "b", "x"], of("a", "b"))).toEqual({
      ndcg: 1,
      recall: 1,
      reciprocalRank: 1,
      hit: 1,
    });
    expect(scoreRanking(["x", "y"], of("a"))).toEqual({
      ndcg: 0,
      recall: 0,
      reciprocalRank: 0,
      hit: 0,
    });
    expect(scoreRanking([], of("a")).ndcg).toBe(0);
  });

  it("discounts by the logarithm of the rank, with linear gains", () => {
    const graded = new Map([
      ["a", 3],
      ["b", 1],
    ]);
    const { ndcg, reciprocalRank } = scoreRanking(["x", "b", "a"], graded);
    const ideal = 3 + 1 / Math.log2(3);
    expect(ndcg).toBeCloseTo((1 / Math.log2(3) + 3 / 2) / ideal, 12);
    expect(reciprocalRank).toBe(1 / 2);
  });

  it("counts the first ten documents, hits in the first five, and recall over all relevant ones", () => {
    const ranked = (rank: number): string[] =>
      Array.from({ length: 12 }, (_, index) => (index + 1 === rank ? "a" : `x${index}`));
    expect(scoreRanking(ranked(5), of("a"))).toMatchObject({ recall: 1, hit: 1 });
    expect(scoreRanking(ranked(6), of("a"))).toMatchObject({ recall: 1, hit: 0 });
    expect(scoreRanking(ranked(10), of("a")).ndcg).toBeCloseTo(1 / Math.log2(11), 12);
    expect(scoreRanking(ranked(11), of("a"))).toMatchObject({ ndcg: 0, recall: 0 });
    expect(scoreRanking(ranked(1), of("a", "b", "c", "d")).recall).toBe(0.25);
  });
});

describe("estimate", () => {
  const shares = (hits: number, count: number): { value: number; of: number }[] =>
    Array.from({ length: count }, (_, index) => ({ value: index < hits ? 1 : 0, of: 1 }));

  it("gives the share with an interval as wide as a normal approximation's", () => {
    const { value, low, high, questions } = estimate(shares(300, 400));
    expect({ value, questions }).toEqual({ value: 0.75, questions: 400 });
    const half = 1.96 * Math.sqrt((0.75 * 0.25) / 400);
    expect(low).toBeGreaterThan(0.75 - half - 0.01);
    expect(low).toBeLessThan(0.75 - half + 0.01);
    expect(high).toBeGreaterThan(0.75 + half - 0.01);
    expect(high).toBeLessThan(0.75 + half + 0.01);
  });

  it("is the same every time", () => {
    expect(estimate(shares(3, 17))).toEqual(estimate(shares(3, 17)));
  });

  it("divides sums where questions weigh differently, and stands on nothing without any", () => {
    const { value } = estimate([
      { value: 1, of: 1 },
      { value: 0, of: 3 },
      { value: 0, of: 0 },
    ]);
    expect(value).toBe(0.25);
    expect(estimate([])).toEqual({ value: 0, low: 0, high: 0, questions: 0 });
    expect(estimate([{ value: 0, of: 0 }]).high).toBe(0);
  });
});
