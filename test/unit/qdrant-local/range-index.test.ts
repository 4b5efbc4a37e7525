import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRange } from "../../../src/qdrant-local/range.ts";
import { createRangeIndex } from "../../../src/qdrant-local/range-index.ts";

const ROWS = 4000;
const number = fc.integer({ min: 0, max: 40 });

describe("createRangeIndex", () => {
  it("finds the rows within bounds, sorted or changed since", () => {
    const numbers = fc.array(fc.array(number, { maxLength: 3 }), {
      minLength: ROWS,
      maxLength: ROWS,
    });
    const changes = fc.array(fc.tuple(fc.nat(ROWS - 1), fc.array(number, { maxLength: 2 })));
    const bounds = fc.record({ gt: number, lte: number }, { requiredKeys: [] });
    const property = fc.property(numbers, changes, changes, bounds, (all, some, more, given) => {
      const index = createRangeIndex();
      const expected = all.slice();
      const range = readRange(given);
      const check = (): void => {
        const { gt = -1, lte = 99 } = given;
        const rows = expected.flatMap((found, row) =>
          found.some((value) => value > gt && value <= lte) ? [row] : [],
        );
        expect([...index.rowsWithin(range, ROWS)]).toEqual(rows);
      };
      const change = (row: number, found: number[]): void => {
        expected[row] = found;
        index.set(row, found);
      };
      all.forEach((found, row) => change(row, found));
      check();
      for (const [row, found] of some) change(row, found);
      check();
      // Enough of them for it to sort again.
      for (let row = 1000; row < 3000; row++) change(row, expected[row + 1]!);
      for (const [row, found] of more) change(row, found);
      check();
    });
    fc.assert(property, { numRuns: 20 });
  });
});
