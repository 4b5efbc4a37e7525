// Maximal marginal relevance: candidates chosen one by one, each weighed by how near it is to the
// query and how unlike it is to those chosen before.
import type { Collection } from "./collection.ts";
import type { SparseVector } from "./sparse-vector.ts";
import type { StoredVector } from "./storage.ts";
import type { ScoredRow } from "./top-rows.ts";
import type { MmrQuery } from "./vector-query.ts";

/** The candidates chosen, in the order of choice, with the scores they came with. */
export function diversify(
  { nearest: { using, vector }, relevance }: MmrQuery,
  candidates: readonly ScoredRow[],
  collection: Collection,
  limit: number,
): ScoredRow[] {
  const remaining = candidates.filter(({ row }) => collection.hasVector(using, row));
  if (remaining.length < 2) return remaining;
  const toQuery = similarities(vector, remaining, using, collection);
  const values = remaining.map((hit, i) => ({ hit, toQuery: toQuery[i]!, toChosen: -Infinity }));
  const chosen: ScoredRow[] = [];
  while (chosen.length < limit && values.length > 0) {
    const { hit } = takeBest(values, relevance);
    chosen.push(hit);
    const rest = values.map((value) => value.hit);
    const toHit = similarities(vectorOf(hit.row, using, collection), rest, using, collection);
    values.forEach((value, i) => (value.toChosen = Math.max(value.toChosen, toHit[i]!)));
  }
  return chosen;
}

interface Candidate {
  hit: ScoredRow;
  toQuery: number;
  /** Its nearest among the chosen; −∞ before any is. */
  toChosen: number;
}

/** The first of the best goes. */
function takeBest(candidates: Candidate[], relevance: number): Candidate {
  const difference = Math.fround(1 - relevance);
  let best = 0;
  let bestValue = -Infinity;
  candidates.forEach(({ toQuery, toChosen }, i) => {
    const near = Math.fround(relevance * toQuery);
    const value =
      toChosen === -Infinity ? toQuery : Math.fround(near - Math.fround(difference * toChosen));
    if (value > bestValue) [best, bestValue] = [i, value];
  });
  return candidates.splice(best, 1)[0]!;
}

function vectorOf(row: number, using: string, collection: Collection): StoredVector {
  return collection.dense.get(using)?.get(row) ?? collection.sparse.get(using)!.get(row)!;
}

/** More is nearer, whatever the distance; document frequencies do not count. */
function similarities(
  vector: StoredVector,
  hits: readonly ScoredRow[],
  using: string,
  collection: Collection,
): number[] {
  const rows = hits.map(({ row }) => row);
  const dense = collection.dense.get(using);
  if (!dense) {
    const sparse = collection.sparse.get(using)!;
    return rows.map((row) => dotProduct(vector as SparseVector, sparse.get(row)!));
  }
  const found: number[] = [];
  dense.scan(vector as Float32Array, rows, (_rows, scores, count) => {
    found.push(...scores.subarray(0, count));
  });
  return found;
}

function dotProduct(a: SparseVector, b: SparseVector): number {
  const weights = new Map(Array.from(a.indices, (index, i) => [index, a.values[i]!]));
  let sum = 0;
  b.indices.forEach((index, i) => (sum += (weights.get(index) ?? 0) * b.values[i]!));
  return Math.fround(sum);
}
