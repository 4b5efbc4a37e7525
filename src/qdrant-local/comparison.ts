// Comparing a query with a row of a slab, where the kernel cannot.
import type { Comparison } from "./kernel.ts";

type Compare = (slab: Float32Array, offset: number, query: Float32Array) => number;

export const COMPARISONS: Record<Comparison, Compare> = {
  dot,
  squares: negatedSquares,
  differences: negatedDifferences,
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
