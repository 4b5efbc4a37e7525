/** Buckets of the frequency table. Terms that share one only raise each other's document frequency slightly. */
const BUCKETS = 1 << 17;

const DAMAGED = "The stored term statistics are not a whole table.";

/** What typical chunks count, and how many chunks that guess is worth: a first short note must not fix the average. */
const TYPICAL = { words: 110, grams: 450, chunks: 20 };

/** How often terms occur over a set of chunks: all that BM25 must know of the rest of the collection. */
export interface TermStatistics {
  /** Number of chunks counted. */
  chunks: number;
  /** Word and 4-gram terms over all chunks. */
  words: number;
  grams: number;
  /** Number of chunks that hold a term, by bucket of its sparse index. */
  frequencies: Uint32Array;
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
  return { chunks: 0, words: 0, grams: 0, frequencies: new Uint32Array(BUCKETS) };
}

/** Adds chunks (sign 1) or takes them back (sign -1). */
export function countChunks(
  statistics: TermStatistics,
  chunks: Iterable<ChunkTerms>,
  sign: 1 | -1,
): void {
  const { frequencies } = statistics;
  for (const chunk of chunks) {
    statistics.chunks = Math.max(0, statistics.chunks + sign);
    statistics.words = Math.max(0, statistics.words + sign * chunk.words);
    statistics.grams = Math.max(0, statistics.grams + sign * chunk.grams);
    for (const index of chunk.indices) {
      const bucket = index % BUCKETS;
      frequencies[bucket] = Math.max(0, (frequencies[bucket] ?? 0) + sign);
    }
  }
}

/** The sum over several collections: the table that all of them share, so that their scores are on one scale. */
export function sumStatistics(all: readonly TermStatistics[]): TermStatistics {
  const sum = emptyStatistics();
  for (const one of all) {
    sum.chunks += one.chunks;
    sum.words += one.words;
    sum.grams += one.grams;
    for (let bucket = 0; bucket < BUCKETS; bucket++)
      sum.frequencies[bucket]! += one.frequencies[bucket]!;
  }
  return sum;
}

/** In how many chunks a term occurs. */
export function documentFrequency(statistics: TermStatistics, index: number): number {
  return Math.min(statistics.frequencies[index % BUCKETS] ?? 0, statistics.chunks);
}

/** `ln(1 + (N - df + 0.5) / (df + 0.5))`, the IDF of BM25 that is never negative. */
export function inverseDocumentFrequency(statistics: TermStatistics, index: number): number {
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

/** The frequency table as text: deflated (most buckets are empty), in base64. */
export async function encodeFrequencies(frequencies: Uint32Array): Promise<string> {
  const bytes = new Uint8Array(frequencies.slice().buffer);
  const packed = await throughStream(bytes, new CompressionStream("deflate-raw"));
  let binary = "";
  for (let start = 0; start < packed.length; start += 8192) {
    binary += String.fromCharCode(...packed.subarray(start, start + 8192));
  }
  return btoa(binary);
}

/** The inverse; throws a RangeError when the text does not hold a whole table. */
export async function decodeFrequencies(text: string): Promise<Uint32Array> {
  const bytes = await inflate(text).catch((cause: unknown) => {
    throw new RangeError(DAMAGED, { cause });
  });
  if (bytes.byteLength !== BUCKETS * 4) throw new RangeError(DAMAGED);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, BUCKETS);
}

async function inflate(text: string): Promise<Uint8Array> {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return throughStream(packed, new DecompressionStream("deflate-raw"));
}

async function throughStream(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const body = new Blob([bytes]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(body).arrayBuffer());
}
