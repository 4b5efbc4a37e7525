// Sparse vectors: an inverted index, dimension → the rows that have it and with which weight.
import { BLOCK_ROWS, fillBlocks, type VisitBlock } from "./block.ts";
import { createPostings, type Postings } from "./postings.ts";
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

/** `places[i]` is where the row is in the postings of `indices[i]`: removal needs no search. */
interface StoredVector extends SparseVector {
  places: Uint32Array;
}

export function createSparseIndex(hasIdf: boolean): SparseIndex {
  const postings = createPostings();
  const vectors: (StoredVector | undefined)[] = [];
  let count = 0;
  /** One sum for each row, reused from search to search. */
  let sums = new Float64Array(0);
  const blockRows = new Uint32Array(BLOCK_ROWS);
  const blockScores = new Float32Array(BLOCK_ROWS);

  function remove(row: number): void {
    const vector = vectors[row];
    if (!vector) return;
    vector.indices.forEach((dimension, i) => removePlace(dimension, vector.places[i]!));
    vectors[row] = undefined;
    count--;
  }

  function removePlace(dimension: number, place: number): void {
    const moved = vectors[postings.remove(dimension, place)]!;
    moved.places[findSorted(moved.indices, dimension)] = place;
  }

  function sumProducts({ indices, values }: SparseVector, corpus?: ReadonlySet<number>): void {
    if (sums.length < vectors.length) sums = new Float64Array(vectors.length * 2);
    else sums.fill(0, 0, vectors.length);
    for (let i = 0; i < indices.length; i++) {
      const [dimension, value] = [indices[i]!, values[i]!];
      const weight = hasIdf
        ? Math.fround(value * idfOf(dimension, postings, count, corpus))
        : value;
      postings.addProducts(dimension, weight, sums);
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
      const places = indices.map((dimension, i) => postings.append(dimension, row, values[i]!));
      vectors[row] = { indices, values, places };
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

function idfOf(
  dimension: number,
  postings: Postings,
  count: number,
  corpus?: ReadonlySet<number>,
): number {
  if (!corpus) return idf(count, postings.lengthOf(dimension));
  let containing = 0;
  for (const row of postings.rowsOf(dimension)) if (corpus.has(row)) containing++;
  return idf(corpus.size, containing);
}

function idf(total: number, containing: number): number {
  return Math.fround(Math.log((total - containing + 0.5) / (containing + 0.5) + 1));
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
