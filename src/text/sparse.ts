import murmurhash from "murmurhash";
import {
  type AverageLengths,
  documentFrequency,
  inverseDocumentFrequency,
  type SharedStatistics,
} from "./statistics.ts";
import { readTerms, type Terms } from "./tokenize.ts";

/** Term-frequency saturation and length normalisation of BM25 (Robertson & Zaragoza 2009). */
const K1 = 1.2;
const B = 0.75;

/** Share of the 4-gram vocabulary in a score: it repairs misspellings and must not outvote the words. */
export const GRAM_WEIGHT = 0.2;

/** A term that a message repeats counts no oftener than this. */
const MOST_REPEATS = 3;

/** A pasted page as a question would cost more than it tells: only its most telling terms are searched. */
const MAX_QUERY_TERMS = 256;

/** A vector with few non-zeros. */
export interface SparseVector {
  /** Ascending, unique, unsigned 32-bit. */
  indices: number[];
  values: number[];
}

/** A query in the sparse space, with what its score can be compared to. */
export interface SparseQuery {
  vector: SparseVector;
  /** Sum of the vector's term weights: about the score of a chunk that says all of it once. */
  weight: number;
  /** How much of the question is made of words that the collections use, 0 to 1 (see `familiarity`). */
  familiarity: number;
  /** Share of the question's words in scripts that inflect or join them, 0 to 1. */
  joined: number;
}

/** Sparse index of a term: MurmurHash3 over UTF-8 of the vocabulary's letter and the term, an unsigned 32-bit integer. */
function termId(vocabulary: "w" | "g", term: string): number {
  const key = vocabulary + term;
  // UTF-8 takes three bytes for a UTF-16 unit at most.
  if (key.length * 3 > hashed.length) return murmurhash.v3(encoder.encode(key), 0) >>> 0;
  const { written } = encoder.encodeInto(key, hashed);
  return murmurhash.v3(hashed.subarray(0, written), 0) >>> 0;
}

const encoder = new TextEncoder();
/** Holds the bytes of one term at a time: a question has hundreds, and a chunk thousands. */
const hashed = new Uint8Array(256);

/**
 * A chunk's stored vector: BM25 weights without the IDF, `tf (k1 + 1) / (tf + k1 (1 - b + b length / average))`.
 * The IDF goes into the query's vector, so that one table serves every collection and scores can be compared.
 */
export function encodeChunk(terms: Terms, average: AverageLengths): SparseVector {
  const weights = new Map<number, number>();
  addWeights(weights, "w", terms.words, terms.wordLength / Math.max(1, average.words));
  addWeights(weights, "g", terms.grams, terms.gramLength / Math.max(1, average.grams));
  return toSparseVector([...weights]);
}

function addWeights(
  weights: Map<number, number>,
  vocabulary: "w" | "g",
  counts: Map<string, number>,
  ratio: number,
): void {
  const norm = K1 * (1 - B + B * ratio);
  for (const [term, count] of counts) {
    const id = termId(vocabulary, term);
    weights.set(id, (weights.get(id) ?? 0) + (count * (K1 + 1)) / (count + norm));
  }
}

/** Terms by sparse index, both vocabularies in one. */
export interface WeightedTerms {
  /** Count of each word, and a fifth of the count of each 4-gram. */
  weights: Map<number, number>;
  /** Number of word terms. */
  length: number;
}

/** The terms of a short text with the share that each vocabulary has in a score, each counted `most` times at most. */
export function sparseTerms(text: string, most = Infinity): WeightedTerms {
  const terms = readTerms(text);
  const weights = new Map<number, number>();
  for (const [term, count] of terms.words) weights.set(termId("w", term), Math.min(count, most));
  for (const [term, count] of terms.grams) {
    const id = termId("g", term);
    weights.set(id, (weights.get(id) ?? 0) + GRAM_WEIGHT * Math.min(count, most));
  }
  return { weights, length: terms.wordLength };
}

/**
 * The query's vector: each term's IDF times its weight. `messages` are the user's, newest first, each with its
 * weight; a term said twice counts twice, at most three times.
 */
export function encodeQuery(
  messages: { text: string; weight: number }[],
  statistics: SharedStatistics,
): SparseQuery {
  const weights = new Map<number, number>();
  const familiarity = startFamiliarity(statistics);
  for (const { text, weight } of messages) {
    const words = new Map<number, number>();
    const grams = new Map<number, number>();
    for (const [index, word] of text.split(BETWEEN_WORDS).entries()) {
      const terms = readTerms(word);
      const ids = [...addCounts(words, "w", terms.words), ...addCounts(grams, "g", terms.grams)];
      if (index < FAMILIAR_WORDS) familiarity.add(word, ids, weight);
    }
    for (const [counts, share] of [
      [words, 1],
      [grams, GRAM_WEIGHT],
    ] as const) {
      for (const [id, count] of counts) {
        const idf = inverseDocumentFrequency(statistics, id);
        const added = weight * share * Math.min(count, MOST_REPEATS) * idf;
        weights.set(id, (weights.get(id) ?? 0) + added);
      }
    }
  }
  const heaviest = [...weights].toSorted((a, b) => b[1] - a[1]).slice(0, MAX_QUERY_TERMS);
  return {
    vector: toSparseVector(heaviest),
    weight: heaviest.reduce((sum, [, weight]) => sum + weight, 0),
    ...familiarity.read(),
  };
}

const BETWEEN_WORDS = /[\s?.,!]+/;

/** Returns the sparse indices of the terms. */
function addCounts(
  counts: Map<number, number>,
  vocabulary: "w" | "g",
  terms: Map<string, number>,
): number[] {
  return [...terms].map(([term, count]) => {
    const id = termId(vocabulary, term);
    counts.set(id, (counts.get(id) ?? 0) + count);
    return id;
  });
}

/**
 * A word is at home in the collections when the mean of ln(1 + df) over its terms is that of a term in every 15th
 * chunk, but not more than 3 (about 20 chunks).
 */
const AT_HOME = { share: 1 / 15, least: Math.LN2, most: 3 };
const FAMILIAR_WORDS = 60;
const JOINED_WORD =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Script=Thai}/u;

/**
 * The mean over the question's words of how common each is in the collections. A question about something else may
 * meet one rare word by chance ("bill", "states"), but it is not made of the collections' words.
 */
function startFamiliarity(statistics: SharedStatistics): {
  add(word: string, ids: number[], weight: number): void;
  read(): { familiarity: number; joined: number };
} {
  const expected = Math.log1p(statistics.chunks * AT_HOME.share);
  const atHome = Math.min(AT_HOME.most, Math.max(AT_HOME.least, expected));
  const sum = { familiarity: 0, joined: 0, weight: 0 };
  return {
    add(word, ids, weight) {
      if (ids.length === 0) return;
      let common = 0;
      for (const id of ids) common += Math.log1p(documentFrequency(statistics, id));
      sum.familiarity += weight * Math.min(1, common / ids.length / atHome);
      sum.joined += weight * (JOINED_WORD.test(word) ? 1 : 0);
      sum.weight += weight;
    },
    read() {
      if (sum.weight === 0) return { familiarity: 0, joined: 0 };
      return { familiarity: sum.familiarity / sum.weight, joined: sum.joined / sum.weight };
    },
  };
}

function toSparseVector(entries: [number, number][]): SparseVector {
  entries.sort((a, b) => a[0] - b[0]);
  return { indices: entries.map(([id]) => id), values: entries.map(([, weight]) => weight) };
}
