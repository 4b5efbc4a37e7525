// Sparse vectors: an inverted index, dimension → the rows that have it and with which weight.
import { BLOCK_ROWS, fillBlocks, type VisitBlock } from "./block.ts";
import type { SparseVector } from "./sparse-vector.ts";

export interface SparseIndex {
  readonly hasIdf: boolean;
  readonly count: number;
  has(row: number): boolean;
  get(row: number): SparseVector | undefined;
  set(row: number, vector: SparseVector): void;
  delete(row: number): void;
  /**
   * Scores the given rows, or all, a block at a time; NaN where no dimension is shared. A sum of zero
   * counts as none, as in the server's indexed path.
   * @param corpus rows with a vector, over which document frequencies are counted; all when absent
   */
  scan(
    query: SparseVector,
    candidates: Iterable<number> | undefined,
    visit: VisitBlock,
    corpus?: ReadonlySet<number>,
  ): void;
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
  let count = 0;
  /** One sum for each row, reused from search to search. */
  let sums = new Float64Array(0);
  const blockRows = new Uint32Array(BLOCK_ROWS);
  const blockScores = new Float32Array(BLOCK_ROWS);

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

  function sumProducts({ indices, values }: SparseVector, corpus?: ReadonlySet<number>): void {
    if (sums.length < vectors.length) sums = new Float64Array(vectors.length * 2);
    else sums.fill(0, 0, vectors.length);
    for (let i = 0; i < indices.length; i++) {
      const posting = postings.get(indices[i]!);
      if (!posting) continue;
      const value = values[i]!;
      const weight = hasIdf ? Math.fround(value * idfOf(posting, count, corpus)) : value;
      addProducts(sums, posting, weight);
    }
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
    scan(query, candidates, visit, corpus) {
      sumProducts(query, corpus);
      fillBlocks(blockRows, candidates, vectors.length, (blockCount) => {
        for (let i = 0; i < blockCount; i++) {
          blockScores[i] = Math.fround(sums[blockRows[i]!]!) || Number.NaN;
        }
        visit(blockRows, blockScores, blockCount);
      });
    },
  };
}

function idfOf(posting: Posting, count: number, corpus?: ReadonlySet<number>): number {
  return corpus ? idf(corpus.size, countWithin(corpus, posting)) : idf(count, posting.length);
}

function idf(total: number, containing: number): number {
  return Math.fround(Math.log((total - containing + 0.5) / (containing + 0.5) + 1));
}

function countWithin(corpus: ReadonlySet<number>, { rows, length }: Posting): number {
  let found = 0;
  for (let i = 0; i < length; i++) if (corpus.has(rows[i]!)) found++;
  return found;
}

function addProducts(sums: Float64Array, { rows, weights, length }: Posting, weight: number): void {
  for (let i = 0; i < length; i++) sums[rows[i]!]! += weight * weights[i]!;
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
