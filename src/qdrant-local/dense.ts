// Dense vectors: one slab of f32 per named vector, addressed by the row of the point.
import { normalise } from "./float.ts";

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";

export interface DenseIndex {
  readonly size: number;
  readonly distance: Distance;
  readonly count: number;
  has(row: number): boolean;
  get(row: number): Float32Array;
  set(row: number, vector: Float32Array): void;
  delete(row: number): void;
  /** Rows at and past this one hold no vector. */
  rowLimit(): number;
  /** A function of a row, where more is better whatever the distance. */
  scorer(query: Float32Array): (row: number) => number;
}

const FIRST_CAPACITY = 16;

export function createDenseIndex(size: number, distance: Distance): DenseIndex {
  let slab = new Float32Array(0);
  let present = new Uint8Array(0);
  let count = 0;

  function grow(row: number): void {
    if (row < present.length) return;
    const capacity = Math.max(FIRST_CAPACITY, row + 1, present.length * 2);
    const [oldSlab, oldPresent] = [slab, present];
    slab = new Float32Array(capacity * size);
    slab.set(oldSlab);
    present = new Uint8Array(capacity);
    present.set(oldPresent);
  }

  return {
    size,
    distance,
    get count() {
      return count;
    },
    has: (row) => present[row] === 1,
    get: (row) => slab.slice(row * size, (row + 1) * size),
    set(row, vector) {
      grow(row);
      if (present[row] === 0) count++;
      present[row] = 1;
      slab.set(distance === "Cosine" ? normalise(vector) : vector, row * size);
    },
    delete(row) {
      if (present[row] !== 1) return;
      present[row] = 0;
      count--;
    },
    rowLimit: () => present.length,
    scorer(query) {
      const score = SCORES[distance];
      const prepared = distance === "Cosine" ? normalise(query) : query;
      return (row) => score(slab, row * size, prepared);
    },
  };
}

/** What a score inside a scan is on the wire: distances are kept negated, Euclid also squared. */
export function presentScore(distance: Distance, score: number): number {
  if (distance === "Euclid") return Math.fround(Math.sqrt(-score));
  return distance === "Manhattan" ? -score : score;
}

/** Strict, as on the server: a point exactly at the threshold is left out. */
export function passesThreshold(distance: Distance, score: number, threshold: number): boolean {
  return distance === "Euclid" || distance === "Manhattan" ? score < threshold : score > threshold;
}

type Score = (slab: Float32Array, offset: number, query: Float32Array) => number;

const SCORES: Record<Distance, Score> = {
  Cosine: dot,
  Dot: dot,
  Euclid: negatedSquares,
  Manhattan: negatedDifferences,
};

// The products of two f32 are exact in a double, so one rounding at the end is the truest f32 sum.
// Four accumulators keep the processor's multiply units busy.
function dot(slab: Float32Array, offset: number, query: Float32Array): number {
  const length = query.length;
  const even = length - (length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < even; i += 4) {
    a += slab[offset + i]! * query[i]!;
    b += slab[offset + i + 1]! * query[i + 1]!;
    c += slab[offset + i + 2]! * query[i + 2]!;
    d += slab[offset + i + 3]! * query[i + 3]!;
  }
  for (let i = even; i < length; i++) a += slab[offset + i]! * query[i]!;
  return Math.fround(a + b + c + d);
}

function negatedSquares(slab: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = slab[offset + i]! - query[i]!;
    sum += difference * difference;
  }
  return Math.fround(-sum);
}

function negatedDifferences(slab: Float32Array, offset: number, query: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) sum += Math.abs(slab[offset + i]! - query[i]!);
  return Math.fround(-sum);
}
