import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  averageLengths,
  type ChunkTerms,
  countChunks,
  decodeFrequencies,
  documentFrequency,
  emptyStatistics,
  encodeFrequencies,
  inverseDocumentFrequency,
  sumStatistics,
  type TermStatistics,
} from "../../../src/text/statistics.ts";

const BUCKETS = 131_072;

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

/** The buckets that are not zero; comparing whole tables element by element is slow. */
function filled({ frequencies }: TermStatistics): [number, number][] {
  return [...frequencies.entries()].filter(([, frequency]) => frequency > 0);
}

describe("countChunks", () => {
  it("counts chunks, their lengths, and in how many chunks each term is", () => {
    const statistics = count(
      { indices: [3, 7], words: 10, grams: 40 },
      { indices: [7], words: 5, grams: 2 },
    );
    expect(statistics).toMatchObject({ chunks: 2, words: 15, grams: 42 });
    expect(filled(statistics)).toEqual([
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
        expect(statistics.frequencies.every((frequency) => frequency === 0)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("never counts below zero", () => {
    const statistics = emptyStatistics();
    countChunks(statistics, [{ indices: [1], words: 3, grams: 4 }], -1);
    expect(statistics).toMatchObject({ chunks: 0, words: 0, grams: 0 });
    expect(filled(statistics)).toEqual([]);
  });
});

describe("sumStatistics", () => {
  it("adds up collections and leaves them as they are", () => {
    const one = count({ indices: [1, 2], words: 10, grams: 20 });
    const other = count({ indices: [2, BUCKETS - 1], words: 1, grams: 2 });
    const sum = sumStatistics([one, other]);
    expect(sum).toMatchObject({ chunks: 2, words: 11, grams: 22 });
    expect(filled(sum)).toEqual([
      [1, 1],
      [2, 2],
      [BUCKETS - 1, 1],
    ]);
    expect(filled(one)).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it("is empty without collections", () => {
    expect(sumStatistics([])).toMatchObject({ chunks: 0, words: 0, grams: 0 });
  });
});

describe("inverseDocumentFrequency", () => {
  const ten = count(
    ...Array.from({ length: 10 }, (_, n) => ({ indices: n < 4 ? [5] : [], words: 1, grams: 1 })),
  );

  it("is ln(1 + (N − df + 0.5) / (df + 0.5))", () => {
    // N 10, df 4: ln(1 + 6.5 / 4.5)
    expect(inverseDocumentFrequency(ten, 5)).toBeCloseTo(0.893818, 6);
    // N 10, df 0: ln(1 + 10.5 / 0.5) = ln 22
    expect(inverseDocumentFrequency(ten, 6)).toBeCloseTo(3.091042, 6);
  });

  it("is ln 2 where nothing is known, and never negative", () => {
    expect(inverseDocumentFrequency(emptyStatistics(), 5)).toBeCloseTo(Math.LN2, 12);
    const everywhere = count({ indices: [5], words: 1, grams: 1 });
    // N 1, df 1: ln(1 + 0.5 / 1.5)
    expect(inverseDocumentFrequency(everywhere, 5)).toBeCloseTo(0.287682, 6);
  });

  it("lets terms share a bucket, but no term be in more chunks than there are", () => {
    const shared = count({ indices: [5, 5 + BUCKETS], words: 2, grams: 2 });
    expect(documentFrequency(shared, 5)).toBe(1);
    expect(documentFrequency(shared, 5 + 2 * BUCKETS)).toBe(1);
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

describe("encodeFrequencies and decodeFrequencies", () => {
  it("give back every table", async () => {
    const entries = fc.array(
      fc.tuple(fc.nat(BUCKETS - 1), fc.integer({ min: 0, max: 0xffffffff })),
      { maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(entries, async (table) => {
        const frequencies = new Uint32Array(BUCKETS);
        for (const [bucket, frequency] of table) frequencies[bucket] = frequency;
        const decoded = await decodeFrequencies(await encodeFrequencies(frequencies));
        expect(decoded.length).toBe(BUCKETS);
        expect(decoded.every((frequency, bucket) => frequency === frequencies[bucket])).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("make an empty table short", async () => {
    expect((await encodeFrequencies(new Uint32Array(BUCKETS))).length).toBeLessThan(1000);
  });

  it("also give back a table in which no bucket is like another", async () => {
    const frequencies = Uint32Array.from({ length: BUCKETS }, (_, n) =>
      Math.imul(n, 2_654_435_761),
    );
    const decoded = await decodeFrequencies(await encodeFrequencies(frequencies));
    expect(decoded.every((frequency, bucket) => frequency === frequencies[bucket])).toBe(true);
  });
});

describe("decodeFrequencies", () => {
  it("throws a RangeError for a table of another size", async () => {
    const short = await encodeFrequencies(new Uint32Array(16));
    await expect(decodeFrequencies(short)).rejects.toThrow(RangeError);
  });

  it("throws a RangeError for a text that is cut short", async () => {
    const text = await encodeFrequencies(Uint32Array.from({ length: BUCKETS }, (_, n) => n % 7));
    const half = text.slice(0, Math.floor(text.length / 8) * 4);
    await expect(decodeFrequencies(half)).rejects.toThrow(RangeError);
  });

  it.each(["", "!!!", "not base64", "aGVsbG8gd29ybGQ="])(
    "throws a RangeError for %j",
    async (text) => {
      await expect(decodeFrequencies(text)).rejects.toThrow(RangeError);
    },
  );
});
