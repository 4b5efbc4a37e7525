import type { Hit, Passage } from "../ports.ts";

/** The hits of one wording of the question, from every collection that answered. */
export interface SearchResult {
  hits: { collection: string; hits: Hit[] }[];
  /** Sum of the query's term weights: what the sparse scores are compared to. */
  weight: number;
}

/** Candidates of all collections in one order. */
export interface Merged {
  /** Best first, without repeated texts. */
  passages: Passage[];
  /** Passages left out because another one has the same text. */
  repeated: Passage[];
  evidence: Evidence;
}

/** How well the best candidate fits. */
export interface Evidence {
  /** Best sparse score ÷ sum of the query's term weights, 0 to about 2. */
  coverage: number;
  /** Best cosine; absent without a dense leg. */
  similarity?: number;
}

/**
 * Merges collections by score. Sparse scores share one IDF and cosines one embedding space, so both mean the same
 * in every collection; merging by rank would give the best hit of a collection that knows nothing a first place.
 * For each wording: `sparse / best sparse + denseWeight · minmax(cosine)`; wordings are added up.
 */
export function mergeResults(results: SearchResult[], denseWeight: number): Merged {
  const passages = new Map<string, Passage>();
  let coverage = 0;
  let similarity: number | undefined;
  for (const { hits, weight } of results) {
    const all = hits.flatMap((list) => list.hits);
    const bestSparse = Math.max(0, ...all.map((hit) => hit.sparse ?? 0));
    const cosines = all.flatMap((hit) => hit.dense ?? []);
    const [low, high] = [Math.min(...cosines), Math.max(...cosines)];
    if (weight > 0) coverage = Math.max(coverage, bestSparse / weight);
    if (cosines.length > 0) similarity = Math.max(similarity ?? -1, high);
    for (const { collection, hits: list } of hits) {
      for (const hit of list) {
        const sparse = bestSparse > 0 ? (hit.sparse ?? 0) / bestSparse : 0;
        const dense = hit.dense === undefined ? 0 : high > low ? (hit.dense - low) / (high - low) : 1;
        addScore(passages, collection, hit, sparse + denseWeight * dense);
      }
    }
  }
  const { kept, repeated } = dropRepeated([...passages.values()].toSorted(byScore));
  return { passages: kept, repeated, evidence: { coverage, ...(similarity === undefined ? {} : { similarity }) } };
}

/** Best first; equal ones in an order that does not depend on which collection answered first. */
export function byScore(a: Passage, b: Passage): number {
  return b.score - a.score || (a.collection + a.chunk.id < b.collection + b.chunk.id ? -1 : 1);
}

function addScore(passages: Map<string, Passage>, collection: string, hit: Hit, score: number): void {
  const key = `${collection}/${hit.chunk.id}`;
  const known = passages.get(key);
  if (known === undefined) {
    const { chunk, ...legs } = hit;
    passages.set(key, { collection, chunk, score, legs });
    return;
  }
  known.score += score;
  for (const leg of ["sparse", "dense"] as const) {
    const value = hit[leg];
    if (value !== undefined) known.legs[leg] = Math.max(known.legs[leg] ?? value, value);
  }
}

function dropRepeated(passages: Passage[]): { kept: Passage[]; repeated: Passage[] } {
  const seen = new Set<string>();
  const kept: Passage[] = [];
  const repeated: Passage[] = [];
  for (const passage of passages) {
    const text = passage.chunk.text.trim();
    (seen.has(text) ? repeated : kept).push(passage);
    seen.add(text);
  }
  return { kept, repeated };
}
