// What `recommend` searches for by default: the mean of the examples to be near to, moved away from
// the mean of those to be far from.
import { wrongInput } from "./envelope.ts";
import type { SparseVector } from "./sparse-vector.ts";
import type { StoredVector } from "./storage.ts";

export function averageVector(
  positive: readonly StoredVector[],
  negative: readonly StoredVector[],
): StoredVector {
  if (positive.length === 0) {
    throw wrongInput("Positive vectors should not be empty with `average` strategy");
  }
  const near = mean(positive);
  if (negative.length === 0) return near;
  const far = mean(negative);
  if (near instanceof Float32Array && far instanceof Float32Array) {
    if (near.length !== far.length) throw differentKinds();
    return near.map((value, i) => Math.fround(value + value) - far[i]!);
  }
  if (near instanceof Float32Array || far instanceof Float32Array) throw differentKinds();
  return combine(near, far, (a, b) => Math.fround(a + a) - b);
}

function mean(vectors: readonly StoredVector[]): StoredVector {
  const dense = vectors.filter((vector) => vector instanceof Float32Array);
  if (dense.length === vectors.length) return denseMean(dense);
  if (dense.length > 0) throw differentKinds();
  const sum = (vectors as readonly SparseVector[]).reduce((a, b) => combine(a, b, add));
  return { ...sum, values: sum.values.map((value) => value / vectors.length) };
}

function denseMean(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors;
  const sum = new Float32Array(first!.length);
  for (const vector of vectors) {
    if (vector.length !== sum.length) throw differentKinds();
    for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!;
  }
  return sum.map((value) => value / vectors.length);
}

function combine(
  a: SparseVector,
  b: SparseVector,
  merge: (a: number, b: number) => number,
): SparseVector {
  const weights = new Map<number, [number, number]>();
  a.indices.forEach((index, i) => weights.set(index, [a.values[i]!, 0]));
  b.indices.forEach((index, i) => weights.set(index, [weights.get(index)?.[0] ?? 0, b.values[i]!]));
  const indices = Uint32Array.from(weights.keys()).toSorted();
  const values = Float32Array.from(indices, (index) => merge(...weights.get(index)!));
  return { indices, values };
}

function add(a: number, b: number): number {
  return a + b;
}

function differentKinds(): Error {
  return wrongInput("Can't average vectors with different types");
}
