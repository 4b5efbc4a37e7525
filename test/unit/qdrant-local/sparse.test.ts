import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createSparseIndex } from "../../../src/qdrant-local/sparse.ts";
import type { SparseVector } from "../../../src/qdrant-local/sparse-vector.ts";

const vectors = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: -4, max: 4 })), {
    maxLength: 12,
    selector: ([dimension]) => dimension,
  })
  .map((pairs): SparseVector => {
    const sorted = pairs.toSorted(([a], [b]) => a - b);
    return {
      indices: Uint32Array.from(sorted, ([dimension]) => dimension),
      values: Float32Array.from(sorted, ([, value]) => value),
    };
  });

/** Sets the vector of a row, or deletes it. */
const writes = fc.array(
  fc.record({ row: fc.nat(30), vector: fc.option(vectors, { nil: undefined }) }),
  { maxLength: 120 },
);

function dotProduct(a: SparseVector, b: SparseVector): number {
  let sum = 0;
  for (const [i, dimension] of a.indices.entries()) {
    const at = b.indices.indexOf(dimension);
    if (at !== -1) sum += a.values[i]! * b.values[at]!;
  }
  return sum;
}

it("scores like the vectors themselves, whatever was written before", () => {
  fc.assert(
    fc.property(writes, vectors, (given, query) => {
      const index = createSparseIndex(false);
      const kept = new Map<number, SparseVector>();
      for (const { row, vector } of given) {
        if (vector) {
          index.set(row, vector);
          kept.set(row, vector);
        } else {
          index.delete(row);
          kept.delete(row);
        }
      }
      const found = new Map<number, number>();
      index.scan(query, undefined, (rows, scores, count) => {
        for (let i = 0; i < count; i++)
          if (!Number.isNaN(scores[i])) found.set(rows[i]!, scores[i]!);
      });
      const expected = Array.from(
        kept,
        ([row, vector]) => [row, dotProduct(query, vector)] as const,
      );
      expect(found).toEqual(new Map(expected.filter(([, score]) => score !== 0)));
      expect(index.count).toBe(kept.size);
    }),
  );
});

it("weighs a dimension by how rare it is, among all or in a corpus", () => {
  const index = createSparseIndex(true);
  const one = { indices: Uint32Array.of(7), values: Float32Array.of(1) };
  for (const row of [0, 1, 2]) index.set(row, one);
  index.set(3, { indices: Uint32Array.of(8), values: Float32Array.of(1) });
  const scoreOf = (corpus?: ReadonlySet<number>): number => {
    let score = 0;
    index.scan(one, [0], (_rows, scores) => (score = scores[0]!), corpus);
    return score;
  };
  expect(scoreOf()).toBeCloseTo(Math.log(1.5 / 3.5 + 1), 6);
  expect(scoreOf(new Set([0, 3]))).toBeCloseTo(Math.log(1.5 / 1.5 + 1), 6);
});
