// What must hold of the sparse leg for every text in the world, on Node and in workerd alike.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeChunk, encodeQuery, type SparseVector } from "../../../src/text/sparse.ts";
import {
  type AverageLengths,
  countChunks,
  emptyStatistics,
  shareStatistics,
  type TermStatistics,
} from "../../../src/text/statistics.ts";
import { readTerms, type Terms } from "../../../src/text/tokenize.ts";
import { createRandom } from "../../support/random.ts";

const AVERAGE: AverageLengths = { words: 110, grams: 450 };

/** Texts that break tokenizers: halves of pairs, marks, joiners, controls of direction, NUL, letters that expand. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."\0 \n\t_-.'’·،。、\u00AD\u200B\u200D\u202E\u2066\uFEFF\uFE0F\u0301\u0327\u3099",
        ..."\uD800 \uDFFF ﷺ ﬃ İ ı ß ς Σ ＡＢＣ ｶﾞ ㎏ ① ½ 가 각 가 한국어를 ー 東京 ไทย မြန်မာ ខ្មែរ 👩‍👩‍👧‍👦 🇰🇷 e\u0301 שָׁלוֹם مرحبا 𝒜 𠮷".split(
          " ",
        ),
        "tent",
        "the",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.string({ unit: "grapheme", maxLength: 8 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

function expectSound({ indices, values }: SparseVector): void {
  expect(values).toHaveLength(indices.length);
  let before = -1;
  let sound = true;
  for (const [at, index] of indices.entries()) {
    const value = values[at]!;
    sound &&= Number.isInteger(index) && index > before && index <= 0xffffffff;
    sound &&= Number.isFinite(value) && value > 0;
    before = index;
  }
  expect(sound).toBe(true);
}

function read(text: string): { terms: Terms; chunk: SparseVector; query: SparseVector } {
  const terms = readTerms(text);
  const chunk = encodeChunk(terms, AVERAGE);
  const { vector: query } = encodeQuery([{ text, weight: 1 }], shareStatistics([]));
  return { terms, chunk, query };
}

function expectBounded(text: string): void {
  const { terms, chunk, query } = read(text);
  // Compatibility forms expand, up to 18-fold; after that a character begins one word and one 4-gram at most.
  const characters = text.normalize("NFKC").toLowerCase().length;
  expect(terms.wordLength).toBeLessThanOrEqual(characters + 1);
  expect(terms.gramLength).toBeLessThanOrEqual(characters + 1);
  expect(chunk.indices.length).toBeLessThanOrEqual(terms.words.size + terms.grams.size);
  expect(query.indices.length).toBeLessThanOrEqual(256);
  expectSound(chunk);
  expectSound(query);
}

describe("the terms of any text", () => {
  it("are bounded by its length, with sound vectors", () => {
    fc.assert(fc.property(hostile, expectBounded), { numRuns: 300 });
  });

  it.each([
    ["one letter", "a"],
    ["a lone surrogate", "\uD83D"],
    ["a combining mark", "\u0301"],
    ["a letter and its mark", "e\u0301"],
    ["NUL", "\0"],
    ["an emoji family", "👩‍👩‍👧‍👦"],
    ["Hangul", "한"],
    ["prolonged sound marks", "ー"],
    ["right-to-left words", "שלום "],
    ["controls of direction", "\u202Ea\u202C"],
    ["words of one letter", "x "],
    ["scripts that take turns", "aあ한ก"],
    ["Latin words", "unwinding tents "],
  ])("are read from 100,000 characters of %s", (_, part) => {
    const text = part.repeat(Math.ceil(100_000 / part.length)).slice(0, 100_000);
    expectBounded(text);
  });

  it("are those of its composed, decomposed and compatibility forms", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { terms } = read(text);
        for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const)
          expect(read(text.normalize(form)).terms).toEqual(terms);
      }),
      { numRuns: 150 },
    );
  });

  it("are those of its capitals", () => {
    const letters = [..."abcxyzäéñøœżČžабвгджёїαβγδωάհայ 0123456789-.,!?"];
    const text = fc
      .array(fc.constantFrom(...letters), { maxLength: 60 })
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (small) => {
        expect(read(small.toUpperCase())).toEqual(read(small));
      }),
    );
  });

  it("meet as a question what they are in a chunk", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        // Sigma is written another way at the end of a word, which a question ends earlier than a text.
        fc.pre(!/[Σσς]/.test(text.normalize("NFKC")));
        const { chunk, query } = read(text);
        const known = new Set(chunk.indices);
        expect(query.indices.every((index) => known.has(index))).toBe(true);
        if (chunk.indices.length <= 256) expect(query.indices).toEqual(chunk.indices);
      }),
      { numRuns: 150 },
    );
  });
});

/** Letters of scripts that every version of Unicode since 5 knows alike. */
const BLOCKS: [number, number][] = [
  [0x20, 0x7e],
  [0xa0, 0x24f],
  [0x300, 0x345],
  [0x391, 0x3a1],
  [0x3b1, 0x3c9],
  [0x400, 0x45f],
  [0x5d0, 0x5ea],
  [0x621, 0x63a],
  [0x905, 0x939],
  [0xe01, 0xe3a],
  [0x1000, 0x1021],
  [0x1100, 0x1112],
  [0x1e00, 0x1e9b],
  [0x3041, 0x3096],
  [0x30a1, 0x30fa],
  [0x4e00, 0x9fa5],
  [0xac00, 0xd7a3],
  [0xd800, 0xdfff],
  [0xff01, 0xffee],
  [0x1d400, 0x1d454],
  [0x1f600, 0x1f64f],
];

describe("the vectors of a fixed corpus", () => {
  it("are the same in every runtime and every version: they are stored", () => {
    const random = createRandom(20_260_101);
    const words =
      "the tents were unwinding quickly 배낭은 텐트에서 무게가 防水 テント Zelte wasserdichte".split(
        " ",
      );
    let digest = 0x811c9dc5;
    const add = (number: number): void => {
      digest = Math.imul(digest ^ number, 0x01000193) >>> 0;
    };
    for (let text = 0; text < 300; text++) {
      const pieces = random.list(40, () => {
        if (random.chance(0.4)) return ` ${random.pick(words)} `;
        const [low, high] = random.pick(BLOCKS);
        const letters = random.list(random.integer(1, 8), () => random.integer(low, high));
        return String.fromCodePoint(...letters);
      });
      const { indices, values } = encodeChunk(readTerms(pieces.join("")), AVERAGE);
      for (const [at, index] of indices.entries()) {
        add(index);
        add(Math.round(values[at]! * 2 ** 20));
      }
    }
    expect(digest).toBe(1_919_971_527);
  });
});

const VOCABULARY = "tent pole wind 텐트 배낭은 防水 палатка über".split(" ");
const someText = fc
  .array(fc.constantFrom(...VOCABULARY), { minLength: 1, maxLength: 15 })
  .map((words) => words.join(" "));

/** Collections of short texts, and a question. */
const corpus = fc.record({
  collections: fc.array(fc.array(someText, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
  question: someText,
});

function count(texts: string[]): TermStatistics {
  const statistics = emptyStatistics();
  const chunks = texts.map((text) => {
    const { terms, chunk } = read(text);
    return { indices: chunk.indices, words: terms.wordLength, grams: terms.gramLength };
  });
  countChunks(statistics, chunks, 1);
  return statistics;
}

function dot(query: SparseVector, chunk: SparseVector): number {
  const values = new Map(chunk.indices.map((index, at) => [index, chunk.values[at]!]));
  return query.indices.reduce(
    (sum, index, at) => sum + query.values[at]! * (values.get(index) ?? 0),
    0,
  );
}

/** BM25 as it is written in books, from the terms themselves: k1 1.2, b 0.75, 4-grams at a fifth. */
function scoreByHand(question: string, text: string, corpusTexts: string[]): number {
  const all = corpusTexts.map(readTerms);
  const [asked, said] = [readTerms(question), readTerms(text)];
  let score = 0;
  for (const [kind, length, share] of [
    ["words", "wordLength", 1],
    ["grams", "gramLength", 0.2],
  ] as const) {
    for (const [term, times] of asked[kind]) {
      const tf = said[kind].get(term) ?? 0;
      const df = all.filter((terms) => terms[kind].has(term)).length;
      const idf = Math.log(1 + (all.length - df + 0.5) / (df + 0.5));
      const ratio = said[length] / AVERAGE[kind];
      const saturated = (tf * 2.2) / (tf + 1.2 * (0.25 + 0.75 * ratio));
      score += Math.min(3, times) * share * idf * saturated;
    }
  }
  return score;
}

describe("the product of a question and a chunk", () => {
  it("counts each term of these texts by itself", () => {
    const { terms, chunk } = read(VOCABULARY.join(" "));
    expect(chunk.indices).toHaveLength(terms.words.size + terms.grams.size);
    expect(new Set(chunk.indices.map((index) => index >>> 8)).size).toBe(chunk.indices.length);
  });

  it("is BM25 with the IDF of all collections together", () => {
    fc.assert(
      fc.property(corpus, ({ collections, question }) => {
        const shared = shareStatistics(collections.map(count));
        const { vector } = encodeQuery([{ text: question, weight: 1 }], shared);
        for (const text of collections.flat())
          expect(dot(vector, read(text).chunk)).toBeCloseTo(
            scoreByHand(question, text, collections.flat()),
            9,
          );
      }),
      { numRuns: 60 },
    );
  });

  it("does not depend on how a corpus is divided into collections", () => {
    fc.assert(
      fc.property(corpus, ({ collections, question }) => {
        const apart = shareStatistics(collections.map(count));
        const together = count(collections.flat());
        const messages = [{ text: question, weight: 1 }];
        expect(encodeQuery(messages, apart)).toEqual(
          encodeQuery(messages, shareStatistics([together])),
        );
      }),
      { numRuns: 40 },
    );
  });
});
