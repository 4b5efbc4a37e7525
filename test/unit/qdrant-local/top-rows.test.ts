import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createTopRows } from "../../../src/qdrant-local/top-rows.ts";

const byRow = (a: number, b: number): number => a - b;

it("keeps what sorting everything would have put first", () => {
  const scores = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(-Infinity)));
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 12 }), (given, limit) => {
      const all = given.map((score, row) => ({ score, row }));
      const top = createTopRows(limit, byRow);
      for (const { row, score } of all) if (score >= top.floor()) top.offer(row, score);
      const expected = all.toSorted((a, b) =>
        a.score < b.score ? 1 : a.score > b.score ? -1 : a.row - b.row,
      );
      expect(top.sorted()).toEqual(expected.slice(0, limit));
    }),
  );
});

it("settles ties by the given order and not by that of insertion", () => {
  for (const rows of [
    [1, 2, 3],
    [3, 2, 1],
    [2, 3, 1],
  ]) {
    const top = createTopRows(2, byRow);
    for (const row of rows) top.offer(row, 0.5);
    expect(top.sorted().map(({ row }) => row)).toEqual([1, 2]);
  }
});

it("has no floor before it is full", () => {
  const top = createTopRows(2, byRow);
  top.offer(1, 5);
  expect(top.floor()).toBe(Number.NEGATIVE_INFINITY);
  top.offer(2, 3);
  expect(top.floor()).toBe(3);
});
