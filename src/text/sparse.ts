import murmurhash from "murmurhash";
import {
  type AverageLengths,
  documentFrequency,
  inverseDocumentFrequency,
  type TermStatistics,
} from "./statistics.ts";
import { readTerms, type Terms } from "./tokenize.ts";

/** Term-frequency saturation and length normalisation of BM25 (Robertson & Zaragoza 2009). */
const K1 = 1.2;
const B = 0.75;

/** Share of the 4-gram vocabulary in a score: it repairs misspellings and must not outvote the words. */
const GRAM_WEIGHT = 0.2;

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
  return murmurhash.v3(vocabulary + term, 0) >>> 0;
}

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
  statistics: TermStatistics,
): SparseQuery {
  const weights = new Map<number, number>();
  for (const message of messages) {
    for (const [id, count] of sparseTerms(message.text, MOST_REPEATS).weights) {
      const weight = message.weight * count * inverseDocumentFrequency(statistics, id);
      weights.set(id, (weights.get(id) ?? 0) + weight);
    }
  }
  const heaviest = [...weights].toSorted((a, b) => b[1] - a[1]).slice(0, MAX_QUERY_TERMS);
  return {
    vector: toSparseVector(heaviest),
    weight: heaviest.reduce((sum, [, weight]) => sum + weight, 0),
    ...readFamiliarity(messages, statistics),
  };
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
function readFamiliarity(
  messages: { text: string; weight: number }[],
  statistics: TermStatistics,
): { familiarity: number; joined: number } {
  const expected = Math.log1p(statistics.chunks * AT_HOME.share);
  const atHome = Math.min(AT_HOME.most, Math.max(AT_HOME.least, expected));
  const sum = { familiarity: 0, joined: 0, weight: 0 };
  for (const { text, weight } of messages) {
    for (const word of text.split(/[\s?.,!]+/).slice(0, FAMILIAR_WORDS)) {
      const ids = [...sparseTerms(word).weights.keys()];
      if (ids.length === 0) continue;
      const mean =
        ids.reduce((total, id) => total + Math.log1p(documentFrequency(statistics, id)), 0) /
        ids.length;
      sum.familiarity += weight * Math.min(1, mean / atHome);
      sum.joined += weight * (JOINED_WORD.test(word) ? 1 : 0);
      sum.weight += weight;
    }
  }
  if (sum.weight === 0) return { familiarity: 0, joined: 0 };
  return { familiarity: sum.familiarity / sum.weight, joined: sum.joined / sum.weight };
}

function toSparseVector(entries: [number, number][]): SparseVector {
  entries.sort((a, b) => a[0] - b[0]);
  return { indices: entries.map(([id]) => id), values: entries.map(([, weight]) => weight) };
}
