import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  encodeChunk,
  encodeQuery,
  sparseTerms,
  type SparseVector,
} from "../../../src/text/sparse.ts";
import {
  countChunks,
  emptyStatistics,
  shareStatistics,
  type SharedStatistics,
} from "../../../src/text/statistics.ts";
import { readTerms } from "../../../src/text/tokenize.ts";

/** MurmurHash3 (x86, 32 bit, seed 0) of the UTF-8 bytes, computed by another implementation. */
const ID = {
  wtent: 2_534_963_965,
  wpole: 2_839_973_347,
  w한배낭: 2_350_453_418,
  g_ten: 418_551_222,
  gtent: 1_696_962_809,
  gent_: 3_800_838_262,
};

const any = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(fc.constantFrom("tent", "pole", "텐트", "배낭은", "防水", "wind"), { maxLength: 12 })
    .map((list) => list.join(" ")),
);

const weightOf = ({ indices, values }: SparseVector, id: number): number | undefined =>
  values[indices.indexOf(id)];

/** Ten chunks, four of which say "tent" and nothing else. */
function tenChunks(): SharedStatistics {
  const statistics = emptyStatistics();
  const indices = [...sparseTerms("tent").weights.keys()];
  const chunks = Array.from({ length: 10 }, (_, n) => ({
    indices: n < 4 ? indices : [],
    words: 1,
    grams: 3,
  }));
  countChunks(statistics, chunks, 1);
  return shareStatistics([statistics]);
}
/** N 10, df 4: ln(1 + 6.5 / 4.5). */
const IDF_TENT = Math.log(1 + 6.5 / 4.5);
/** N 10, df 0: ln(1 + 10.5 / 0.5). */
const IDF_NEW = Math.log(22);

function expectSound({ indices, values }: SparseVector): void {
  expect(values).toHaveLength(indices.length);
  for (const [at, index] of indices.entries()) {
    expect(Number.isInteger(index) && index >= 0 && index <= 0xffffffff).toBe(true);
    if (at > 0) expect(index).toBeGreaterThan(indices[at - 1]!);
  }
  for (const value of values) expect(Number.isFinite(value) && value > 0).toBe(true);
}

describe("encodeChunk", () => {
  it("has ascending, unique, unsigned 32-bit indices and positive weights for any text", () => {
    fc.assert(
      fc.property(any, fc.nat(500), fc.nat(2000), (text, words, grams) => {
        expectSound(encodeChunk(readTerms(text), { words, grams }));
      }),
    );
  });

  it("is BM25 without the IDF: 2.2 tf / (tf + 1.2) at the average length", () => {
    const vector = encodeChunk(readTerms("tent tent pole"), { words: 3, grams: 9 });
    // tf 2: 4.4 / 3.2; tf 1: 2.2 / 2.2. Words and 4-grams alike.
    expect(weightOf(vector, ID.wtent)).toBeCloseTo(1.375, 12);
    expect(weightOf(vector, ID.wpole)).toBeCloseTo(1, 12);
    expect(weightOf(vector, ID.g_ten)).toBeCloseTo(1.375, 12);
    // Two words, three 4-grams each.
    expect(vector.indices).toHaveLength(8);
  });

  it("normalises each vocabulary by its own average length (b 0.75)", () => {
    const vector = encodeChunk(readTerms("tent tent pole"), { words: 6, grams: 4.5 });
    // Words, half as long as average: 1.2 · (0.25 + 0.75 · 0.5) = 0.75; 4.4 / 2.75 and 2.2 / 1.75.
    expect(weightOf(vector, ID.wtent)).toBeCloseTo(1.6, 12);
    expect(weightOf(vector, ID.wpole)).toBeCloseTo(2.2 / 1.75, 12);
    // 4-grams, twice as long: 1.2 · (0.25 + 1.5) = 2.1; 4.4 / 4.1.
    expect(weightOf(vector, ID.g_ten)).toBeCloseTo(4.4 / 4.1, 12);
  });

  it("keeps the indices of terms for ever, since vectors are stored with them", () => {
    expect(encodeChunk(readTerms("tent"), { words: 1, grams: 3 }).indices).toEqual([
      ID.g_ten,
      ID.gtent,
      ID.wtent,
      ID["gent_"],
    ]);
    expect(encodeChunk(readTerms("배낭은"), { words: 3, grams: 0 }).indices).toContain(ID.w한배낭);
  });

  it("is empty for a text without words", () => {
    expect(encodeChunk(readTerms("?"), { words: 0, grams: 0 })).toEqual({
      indices: [],
      values: [],
    });
  });
});

describe("sparseTerms", () => {
  it("weighs a word by its count and a 4-gram by a fifth of it", () => {
    const { weights, length } = sparseTerms("tent tent");
    expect(weights.get(ID.wtent)).toBe(2);
    expect(weights.get(ID.g_ten)).toBeCloseTo(0.4, 12);
    expect(length).toBe(2);
  });
});

describe("encodeQuery", () => {
  it("weighs each term by its IDF, 4-grams by a fifth of it", () => {
    const query = encodeQuery([{ text: "tent", weight: 1 }], tenChunks());
    expect(weightOf(query.vector, ID.wtent)).toBeCloseTo(IDF_TENT, 12);
    expect(weightOf(query.vector, ID.g_ten)).toBeCloseTo(0.2 * IDF_TENT, 12);
    expect(query.weight).toBeCloseTo(1.6 * IDF_TENT, 12);
  });

  it("adds older messages with their weights", () => {
    const messages = [
      { text: "tent", weight: 1 },
      { text: "tent pole", weight: 0.4 },
      { text: "pole", weight: 0.16 },
    ];
    const { vector, weight } = encodeQuery(messages, tenChunks());
    expect(weightOf(vector, ID.wtent)).toBeCloseTo(1.4 * IDF_TENT, 12);
    expect(weightOf(vector, ID.wpole)).toBeCloseTo(0.56 * IDF_NEW, 12);
    // A word and three 4-grams of a fifth: 1.6.
    expect(weight).toBeCloseTo(1.6 * (1.4 * IDF_TENT + 0.56 * IDF_NEW), 12);
  });

  it("counts a word that is said twice twice, at most three times", () => {
    const said = (times: number): number | undefined =>
      weightOf(
        encodeQuery([{ text: "tent ".repeat(times), weight: 1 }], tenChunks()).vector,
        ID.wtent,
      );
    expect(said(2)).toBeCloseTo(2 * IDF_TENT, 12);
    expect(said(3)).toBeCloseTo(3 * IDF_TENT, 12);
    expect(said(9)).toBeCloseTo(3 * IDF_TENT, 12);
  });

  it("counts its 4-grams at most three times too", () => {
    const query = (times: number): SparseVector =>
      encodeQuery([{ text: "tent ".repeat(times), weight: 1 }], tenChunks()).vector;
    expect(query(9)).toEqual(query(3));
  });

  it("keeps the 256 heaviest terms of a pasted page", () => {
    const page = Array.from({ length: 300 }, (_, n) => 100 + n).join(" ");
    const { vector, weight } = encodeQuery([{ text: page, weight: 1 }], tenChunks());
    expectSound(vector);
    expect(vector.indices).toHaveLength(256);
    // 300 words at the whole IDF come before their 4-grams at a fifth.
    for (const value of vector.values) expect(value).toBeCloseTo(IDF_NEW, 12);
    expect(weight).toBeCloseTo(256 * IDF_NEW, 9);
  });

  it.each([[[]], [[""]], [["?!"]], [["the", " "]]])("is empty for %j", (texts) => {
    const messages = texts.map((text) => ({ text, weight: 1 }));
    const empty = { vector: { indices: [], values: [] }, weight: 0, familiarity: 0, joined: 0 };
    expect(encodeQuery(messages, tenChunks())).toEqual(empty);
    expect(encodeQuery(messages, shareStatistics([]))).toEqual(empty);
  });

  it("gives a sound vector, and shares between 0 and 1, for any conversation", () => {
    const statistics = tenChunks();
    const message = fc.record({ text: any, weight: fc.constantFrom(1, 0.4, 0.16) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        const query = encodeQuery(messages, statistics);
        expectSound(query.vector);
        for (const share of [query.familiarity, query.joined]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });
});

describe("familiarity of encodeQuery", () => {
  /** Statistics of so many chunks, four of which say "tent". */
  function fourOf(chunks: number): SharedStatistics {
    return { ...tenChunks(), chunks };
  }
  const familiarity = (statistics: SharedStatistics, ...texts: string[]): number =>
    encodeQuery(
      texts.map((text, age) => ({ text, weight: 0.5 ** age })),
      statistics,
    ).familiarity;

  it("is the mean of ln(1 + df) against that of a term in every 15th chunk, averaged over words", () => {
    // All four terms of "tent" are in four of 150 chunks: ln 5 against ln 11.
    const share = Math.log(5) / Math.log(11);
    expect(familiarity(fourOf(150), "tent")).toBeCloseTo(share, 12);
    expect(familiarity(fourOf(150), "zebra")).toBe(0);
    expect(familiarity(fourOf(150), "tent zebra")).toBeCloseTo(share / 2, 12);
    // An older message of half the weight: (1 · 0 + 0.5 · share) / 1.5.
    expect(familiarity(fourOf(150), "zebra", "tent")).toBeCloseTo(share / 3, 12);
  });

  it("asks for a mean of 3 at most, however many chunks there are", () => {
    expect(familiarity(fourOf(100_000), "tent")).toBeCloseTo(Math.log(5) / 3, 12);
  });

  it("is whole at most", () => {
    expect(familiarity(fourOf(10), "tent")).toBe(1);
  });

  it("leaves stop words out", () => {
    const statistics = fourOf(150);
    expect(familiarity(statistics, "what is the tent?")).toBeCloseTo(
      familiarity(statistics, "tent"),
      12,
    );
  });
});

describe("joined of encodeQuery", () => {
  it("is the share of words in scripts that join or inflect them", () => {
    const joined = (text: string): number => encodeQuery([{ text, weight: 1 }], tenChunks()).joined;
    expect(joined("tent pole")).toBe(0);
    expect(joined("텐트 무게")).toBe(1);
    expect(joined("Aurora 텐트")).toBe(0.5);
    expect(joined("防水帐篷")).toBe(1);
  });
});
