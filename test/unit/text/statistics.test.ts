import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listFrequencies } from "../../../src/text/frequencies.ts";
import {
  averageLengths,
  copyStatistics,
  type ChunkTerms,
  countChunks,
  documentFrequency,
  emptyStatistics,
  inverseDocumentFrequency,
  shareStatistics,
  type SharedStatistics,
  type TermStatistics,
} from "../../../src/text/statistics.ts";

const index = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 0xffffffff));
const chunk: fc.Arbitrary<ChunkTerms> = fc.record({
  indices: fc.uniqueArray(index, { maxLength: 20 }),
  words: fc.nat(1000),
  grams: fc.nat(4000),
});

function count(...chunks: ChunkTerms[]): TermStatistics {
  const statistics = emptyStatistics();
  countChunks(statistics, chunks, 1);
  return statistics;
}

/** A term that has its number to itself, since only the upper bits of an index count. */
const term = (n: number): number => n * 256;

/** The numbers of terms made by `term`. */
function counted({ frequencies }: TermStatistics): [number, number][] {
  return listFrequencies(frequencies).map(([key, count]) => [key - 1, count]);
}

describe("countChunks", () => {
  it("counts chunks, their lengths, and in how many chunks each term is", () => {
    const statistics = count(
      { indices: [term(3), term(7)], words: 10, grams: 40 },
      { indices: [term(7)], words: 5, grams: 2 },
    );
    expect(statistics).toMatchObject({ chunks: 2, words: 15, grams: 42 });
    expect(counted(statistics)).toEqual([
      [3, 1],
      [7, 2],
    ]);
  });

  it("leaves nothing when everything is taken back", () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const statistics = count(...chunks);
        countChunks(statistics, chunks.toReversed(), -1);
        expect(statistics).toMatchObject({ chunks: 0, words: 0, grams: 0 });
        expect(counted(statistics)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("never counts below zero", () => {
    const statistics = emptyStatistics();
    countChunks(statistics, [{ indices: [1], words: 3, grams: 4 }], -1);
    expect(statistics).toMatchObject({ chunks: 0, words: 0, grams: 0 });
    expect(counted(statistics)).toEqual([]);
  });
});

describe("shareStatistics", () => {
  it("adds up collections, whatever is counted in them later", () => {
    const one = count({ indices: [term(1), term(2)], words: 10, grams: 20 });
    const other = count({ indices: [term(2)], words: 1, grams: 2 });
    const shared = shareStatistics([one, other]);
    expect(shared.chunks).toBe(2);
    expect([1, 2, 3].map((n) => documentFrequency(shared, term(n)))).toEqual([1, 2, 0]);
    countChunks(copyStatistics(one), [{ indices: [term(1)], words: 1, grams: 1 }], 1);
    expect(documentFrequency(shared, term(1))).toBe(1);
  });

  it("is empty without collections", () => {
    expect(shareStatistics([])).toEqual({ chunks: 0, frequencies: [] });
  });
});

describe("inverseDocumentFrequency", () => {
  const share = (...chunks: ChunkTerms[]): SharedStatistics => shareStatistics([count(...chunks)]);
  const ten = share(
    ...Array.from({ length: 10 }, (_, n) => ({
      indices: n < 4 ? [term(5)] : [],
      words: 1,
      grams: 1,
    })),
  );

  it("is ln(1 + (N − df + 0.5) / (df + 0.5))", () => {
    // N 10, df 4: ln(1 + 6.5 / 4.5)
    expect(inverseDocumentFrequency(ten, term(5))).toBeCloseTo(0.893818, 6);
    // N 10, df 0: ln(1 + 10.5 / 0.5) = ln 22
    expect(inverseDocumentFrequency(ten, term(6))).toBeCloseTo(3.091042, 6);
  });

  it("is ln 2 where nothing is known, and never negative", () => {
    expect(inverseDocumentFrequency(shareStatistics([]), term(5))).toBeCloseTo(Math.LN2, 12);
    const everywhere = share({ indices: [term(5)], words: 1, grams: 1 });
    // N 1, df 1: ln(1 + 0.5 / 1.5)
    expect(inverseDocumentFrequency(everywhere, term(5))).toBeCloseTo(0.287682, 6);
  });

  it("lets terms share a number, but none be in more chunks than there are", () => {
    const shared = share({ indices: [term(5), term(5) + 255], words: 2, grams: 2 });
    expect(documentFrequency(shared, term(5))).toBe(1);
    expect(documentFrequency(shared, term(5) + 17)).toBe(1);
  });
});

describe("averageLengths", () => {
  it("starts with those of typical chunks", () => {
    expect(averageLengths(emptyStatistics())).toEqual({ words: 110, grams: 450 });
  });

  it("weighs the typical ones like twenty chunks", () => {
    const statistics = { ...emptyStatistics(), chunks: 20, words: 1000, grams: 3000 };
    // (1000 + 20 · 110) / 40 and (3000 + 20 · 450) / 40
    expect(averageLengths(statistics)).toEqual({ words: 80, grams: 300 });
  });
});
