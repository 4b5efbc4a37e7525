// Sparse vectors: an inverted index, dimension → the rows that have it and with which weight.
import type { SparseVector } from "./sparse-vector.ts";

export interface SparseIndex {
  readonly hasIdf: boolean;
  readonly count: number;
  has(row: number): boolean;
  get(row: number): SparseVector | undefined;
  set(row: number, vector: SparseVector): void;
  delete(row: number): void;
  /** Calls `visit` for each row that shares a dimension with the query. */
  search(query: SparseVector, visit: (row: number, score: number) => void): void;
}

interface Posting {
  rows: Uint32Array;
  weights: Float32Array;
  length: number;
}

/** `slots[i]` is the place of the row in the posting of `indices[i]`: removal needs no search. */
interface StoredVector extends SparseVector {
  slots: Uint32Array;
}

export function createSparseIndex(hasIdf: boolean): SparseIndex {
  const postings = new Map<number, Posting>();
  const vectors: (StoredVector | undefined)[] = [];
  const sums = createRowSums();
  let count = 0;

  function remove(row: number): void {
    const vector = vectors[row];
    if (!vector) return;
    vector.indices.forEach((dimension, i) => removeSlot(dimension, vector.slots[i]!));
    vectors[row] = undefined;
    count--;
  }

  /** The last entry takes the free slot, and its row is told so. */
  function removeSlot(dimension: number, slot: number): void {
    const posting = postings.get(dimension)!;
    const last = --posting.length;
    const moved = posting.rows[last]!;
    posting.rows[slot] = moved;
    posting.weights[slot] = posting.weights[last]!;
    const movedVector = vectors[moved]!;
    movedVector.slots[findSorted(movedVector.indices, dimension)] = slot;
    if (posting.length === 0) postings.delete(dimension);
  }

  return {
    hasIdf,
    get count() {
      return count;
    },
    has: (row) => vectors[row] !== undefined,
    get: (row) => vectors[row],
    set(row, { indices, values }) {
      remove(row);
      const slots = indices.map((dimension, i) => append(postings, dimension, row, values[i]!));
      vectors[row] = { indices, values, slots };
      count++;
    },
    delete: remove,
    search(query, visit) {
      sums.start(vectors.length);
      query.indices.forEach((dimension, i) => {
        const posting = postings.get(dimension);
        if (!posting) return;
        const value = query.values[i]!;
        const weight = hasIdf ? Math.fround(value * idf(count, posting.length)) : value;
        sums.add(posting, weight);
      });
      sums.finish(visit);
    },
  };
}

function idf(total: number, containing: number): number {
  return Math.fround(Math.log((total - containing + 0.5) / (containing + 0.5) + 1));
}

function append(
  postings: Map<number, Posting>,
  dimension: number,
  row: number,
  weight: number,
): number {
  let posting = postings.get(dimension);
  if (!posting) {
    posting = { rows: new Uint32Array(4), weights: new Float32Array(4), length: 0 };
    postings.set(dimension, posting);
  } else if (posting.length === posting.rows.length) {
    const { rows, weights } = posting;
    posting.rows = new Uint32Array(rows.length * 2);
    posting.rows.set(rows);
    posting.weights = new Float32Array(rows.length * 2);
    posting.weights.set(weights);
  }
  posting.rows[posting.length] = row;
  posting.weights[posting.length] = weight;
  return posting.length++;
}

function findSorted(indices: Uint32Array, dimension: number): number {
  let low = 0;
  let high = indices.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (indices[middle]! < dimension) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface RowSums {
  start(rows: number): void;
  add(posting: Posting, weight: number): void;
  finish(visit: (row: number, score: number) => void): void;
}

/** One accumulator per row, reused from search to search; a mark tells which of them are of this one. */
function createRowSums(): RowSums {
  let sums = new Float64Array(0);
  let marks = new Uint32Array(0);
  let touched = new Uint32Array(0);
  let touchedCount = 0;
  let search = 0;

  return {
    start(rows) {
      if (sums.length < rows) {
        sums = new Float64Array(rows * 2);
        marks = new Uint32Array(rows * 2);
        touched = new Uint32Array(rows * 2);
      }
      if (search === 0xffffffff) {
        marks.fill(0);
        search = 0;
      }
      search++;
      touchedCount = 0;
    },
    add({ rows, weights, length }, weight) {
      for (let i = 0; i < length; i++) {
        const row = rows[i]!;
        if (marks[row] === search) {
          sums[row]! += weight * weights[i]!;
        } else {
          marks[row] = search;
          touched[touchedCount++] = row;
          sums[row] = weight * weights[i]!;
        }
      }
    },
    finish(visit) {
      for (let i = 0; i < touchedCount; i++) {
        const score = Math.fround(sums[touched[i]!]!);
        // A sum of zero counts as no overlap, as in the server's indexed path.
        if (score !== 0) visit(touched[i]!, score);
      }
    },
  };
}
