import { describe, expect, it } from "vitest";
import { createDenseIndex, type DenseIndex } from "../../../src/qdrant-local/dense.ts";
import { loadKernel } from "../../../src/qdrant-local/kernel.ts";

function scan(
  index: DenseIndex,
  query: Float32Array,
  candidates?: Iterable<number>,
): Map<number, number> {
  const found = new Map<number, number>();
  index.scan(query, candidates, (rows, scores, count) => {
    for (let i = 0; i < count; i++) found.set(rows[i]!, scores[i]!);
  });
  return found;
}

describe.each([
  ["WebAssembly", loadKernel],
  ["JavaScript", (): undefined => undefined],
])("a dense index in %s", (_name, kernel) => {
  it("has nothing to scan at first", () => {
    const index = createDenseIndex(2, "Dot", kernel);
    expect(scan(index, Float32Array.of(1, 1))).toEqual(new Map());
    expect(scan(index, Float32Array.of(1, 1), [0, 5])).toEqual(new Map());
  });

  it("scores NaN where a row was skipped or deleted", () => {
    const index = createDenseIndex(2, "Dot", kernel);
    index.set(3, Float32Array.of(1, 2));
    index.set(1, Float32Array.of(3, 4));
    index.set(0, Float32Array.of(5, 6));
    index.delete(0);
    expect(scan(index, Float32Array.of(1, 1))).toEqual(
      new Map([
        [0, Number.NaN],
        [1, 7],
        [2, Number.NaN],
        [3, 3],
      ]),
    );
    expect(index.count).toBe(2);
    expect([0, 1, 2, 3, 4].filter(index.has)).toEqual([1, 3]);
  });

  it("scans every row of several blocks, and of the candidates those it has", () => {
    const index = createDenseIndex(1, "Dot", kernel);
    for (let row = 0; row < 2500; row++) index.set(row, Float32Array.of(row));
    const all = scan(index, Float32Array.of(2));
    expect(all.size).toBe(2500);
    expect(all.get(2499)).toBe(4998);
    const odd = Array.from({ length: 1400 }, (_, i) => 2 * i + 1);
    const some = scan(index, Float32Array.of(2), odd);
    expect([...some.keys()]).toEqual(odd.slice(0, 1250));
    expect([...some.values()]).toEqual([...some.keys()].map((row) => row * 2));
  });

  it("refuses what would not fit, and keeps what it has", () => {
    const index = createDenseIndex(65_536, "Dot", kernel);
    index.set(0, new Float32Array(65_536).fill(1));
    expect(() => index.reserve(20_000)).toThrow(
      /^Not implemented in local mode: more than 163\d\d points with vectors of 65536 numbers/,
    );
    expect(scan(index, new Float32Array(65_536).fill(1))).toEqual(new Map([[0, 65_536]]));
  });
});
