import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BLOCK_ROWS } from "../../../src/qdrant-local/block.ts";
import { type Comparison, loadKernel } from "../../../src/qdrant-local/kernel.ts";
import { createSlab, type Slab } from "../../../src/qdrant-local/slab.ts";

const KERNEL = loadKernel()!;
const COMPARISONS: Comparison[] = ["dot", "squares", "differences"];

function fill(slab: Slab, vectors: Float32Array[]): void {
  for (const [row, vector] of vectors.entries()) {
    slab.reserve(row + 1);
    slab.write(row, vector);
  }
}

function scores(slab: Slab, query: Float32Array, rows: number[], areScattered = false): number[] {
  slab.setQuery(query);
  slab.rows().set(rows);
  return Array.from(slab.score(rows.length, areScattered).subarray(0, rows.length));
}

/** Vectors of one size, and a query for them. */
const given = fc.integer({ min: 1, max: 70 }).chain((size) => {
  const vector = fc.float32Array({
    minLength: size,
    maxLength: size,
    noNaN: true,
    min: -1000,
    max: 1000,
  });
  return fc.record({
    size: fc.constant(size),
    query: vector,
    vectors: fc.array(vector, { minLength: 1, maxLength: 20 }),
  });
});

it("has its kernel where WebAssembly may be compiled", () => {
  expect(KERNEL).toBeInstanceOf(WebAssembly.Module);
});

describe.each(COMPARISONS)("comparing by %s", (comparison) => {
  it("is the same in WebAssembly and in JavaScript", () => {
    fc.assert(
      fc.property(given, ({ size, query, vectors }) => {
        const rows = vectors.map((_vector, row) => row).toReversed();
        const [wasm, loop] = [KERNEL, undefined].map((kernel) => {
          const slab = createSlab(size, comparison, kernel);
          fill(slab, vectors);
          return scores(slab, query, rows);
        });
        for (const [i, row] of rows.entries()) {
          // Relative to the terms of the sum: where they cancel out, the sum itself may be next to nothing.
          const scale = vectors[row]!.reduce(
            (sum, value, at) => sum + Math.abs(value * query[at]!) + Math.abs(loop![i]!),
            0,
          );
          expect(Math.abs(wasm![i]! - loop![i]!)).toBeLessThanOrEqual(1e-6 * scale);
        }
      }),
    );
  });
});

describe.each([
  ["WebAssembly", KERNEL],
  ["JavaScript", undefined],
])("a slab in %s", (_name, kernel) => {
  it("compares by hand-made sums", () => {
    const vectors = [Float32Array.of(1, 2, 3), Float32Array.of(-1, 0, 0.5)];
    const query = Float32Array.of(2, 0, -4);
    const expected = {
      dot: [-10, -4],
      squares: [-(1 + 4 + 49), -(9 + 20.25)],
      differences: [-(1 + 2 + 7), -(3 + 4.5)],
    };
    for (const comparison of COMPARISONS) {
      const slab = createSlab(3, comparison, kernel);
      fill(slab, vectors);
      expect(scores(slab, query, [0, 1])).toEqual(expected[comparison]);
    }
  });

  it("rounds once, at the end", () => {
    const slab = createSlab(3, "dot", kernel);
    fill(slab, [Float32Array.of(2 ** 24, 1, -(2 ** 24))]);
    expect(scores(slab, Float32Array.of(1, 1, 1), [0])).toEqual([1]);
  });

  it("keeps its rows while it grows", () => {
    const slab = createSlab(100, "dot", kernel);
    const one = Float32Array.from({ length: 100 }, (_, i) => i);
    slab.reserve(1);
    slab.write(0, one);
    const before = scores(slab, one, [0]);
    slab.reserve(5000);
    slab.write(4999, one);
    expect(slab.read(0)).toEqual(one);
    expect(scores(slab, one, [0, 4999])).toEqual([before[0], before[0]]);
  });

  it("scores a cleared row NaN until it is written again", () => {
    const slab = createSlab(2, "differences", kernel);
    fill(slab, [Float32Array.of(1, 1), Float32Array.of(2, 2)]);
    slab.clear(0);
    expect(scores(slab, Float32Array.of(0, 0), [0, 1])).toEqual([Number.NaN, -4]);
    slab.write(0, Float32Array.of(3, 3));
    expect(scores(slab, Float32Array.of(0, 0), [0, 1])).toEqual([-6, -4]);
  });

  it("scores a whole block", () => {
    const slab = createSlab(1, "dot", kernel);
    const rows = Array.from({ length: BLOCK_ROWS }, (_, row) => row);
    fill(
      slab,
      rows.map((row) => Float32Array.of(row)),
    );
    const twice = rows.map((row) => 2 * row);
    expect(scores(slab, Float32Array.of(2), rows)).toEqual(twice);
    expect(scores(slab, Float32Array.of(2), rows.toReversed(), true)).toEqual(twice.toReversed());
  });
});
