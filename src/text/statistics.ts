import {
  addFrequency,
  copyFrequencies,
  emptyFrequencies,
  type Frequencies,
  readFrequency,
} from "./frequencies.ts";

/** What typical chunks count, and how many chunks that guess is worth: a first short note must not fix the average. */
const TYPICAL = { words: 110, grams: 450, chunks: 20 };

/** How often terms occur over a set of chunks: all that BM25 must know of the rest of the collection. */
export interface TermStatistics {
  /** Number of chunks counted. */
  chunks: number;
  /** Word and 4-gram terms over all chunks. */
  words: number;
  grams: number;
  /** Number of chunks that hold a term. */
  frequencies: Frequencies;
}

/** What several collections count together: all of them share its IDF, so that their scores are on one scale. */
export interface SharedStatistics {
  chunks: number;
  /** Of each collection. */
  frequencies: readonly Frequencies[];
}

/** Average number of word and 4-gram terms in the chunks of a collection. */
export interface AverageLengths {
  words: number;
  grams: number;
}

/** One chunk's contribution. */
export interface ChunkTerms {
  indices: readonly number[];
  words: number;
  grams: number;
}

export function emptyStatistics(): TermStatistics {
  return { chunks: 0, words: 0, grams: 0, frequencies: emptyFrequencies() };
}

/** Adds chunks (sign 1) or takes them back (sign -1). */
export function countChunks(
  statistics: TermStatistics,
  chunks: Iterable<ChunkTerms>,
  sign: 1 | -1,
): void {
  for (const chunk of chunks) {
    statistics.chunks = Math.max(0, statistics.chunks + sign);
    statistics.words = Math.max(0, statistics.words + sign * chunk.words);
    statistics.grams = Math.max(0, statistics.grams + sign * chunk.grams);
    for (const index of chunk.indices) addFrequency(statistics.frequencies, index, sign);
  }
}

export function copyStatistics(statistics: TermStatistics): TermStatistics {
  return { ...statistics, frequencies: copyFrequencies(statistics.frequencies) };
}

/** Several collections as one; nothing is copied, so that their numbers may not be changed in place. */
export function shareStatistics(all: readonly TermStatistics[]): SharedStatistics {
  return {
    chunks: all.reduce((sum, { chunks }) => sum + chunks, 0),
    frequencies: all.map(({ frequencies }) => frequencies),
  };
}

/** In how many chunks a term occurs. */
export function documentFrequency(
  { chunks, frequencies }: SharedStatistics,
  index: number,
): number {
  let sum = 0;
  for (const table of frequencies) sum += readFrequency(table, index);
  return Math.min(sum, chunks);
}

/** `ln(1 + (N - df + 0.5) / (df + 0.5))`, the IDF of BM25 that is never negative. */
export function inverseDocumentFrequency(statistics: SharedStatistics, index: number): number {
  const frequency = documentFrequency(statistics, index);
  return Math.log(1 + (statistics.chunks - frequency + 0.5) / (frequency + 0.5));
}

/** Average lengths, drawn towards typical ones while there are few chunks. */
export function averageLengths(statistics: TermStatistics): AverageLengths {
  const chunks = statistics.chunks + TYPICAL.chunks;
  return {
    words: (statistics.words + TYPICAL.words * TYPICAL.chunks) / chunks,
    grams: (statistics.grams + TYPICAL.grams * TYPICAL.chunks) / chunks,
  };
}
