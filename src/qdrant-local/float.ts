/** Below it an f32 has fewer digits the smaller it is; above it six never tell too much. */
const SMALLEST_NORMAL = 2 ** -126;

/**
 * Scores and vectors are f32, and a server prints the shortest decimal which reads back as the same
 * f32: `0.15`, where JavaScript would print 0.15000000596046448.
 */
export function shortestFloat(value: number): number {
  const single = Math.fround(value);
  const fewest = Math.abs(single) < SMALLEST_NORMAL ? 1 : 6;
  for (let digits = fewest; digits <= 9; digits++) {
    const printed = Number(single.toPrecision(digits));
    if (Math.fround(printed) === single) return printed;
  }
  return single;
}

export function shortestFloats(values: Float32Array): number[] {
  return Array.from(values, shortestFloat);
}

const SMALLEST_LENGTH = 2 ** -23;

/** Cosine vectors are stored at length 1; a zero vector, or one which has that length already, stays. */
export function normalise(vector: Float32Array): Float32Array {
  const squares = Math.fround(sumOfSquares(vector));
  if (squares < SMALLEST_LENGTH || Math.abs(squares - 1) <= 1e-6) return vector;
  const length = Math.fround(Math.sqrt(squares));
  const normalised = new Float32Array(vector.length);
  for (let i = 0; i < vector.length; i++) normalised[i] = vector[i]! / length;
  return normalised;
}

// Counting loops here and above: `for of` and `map` take five times as long, and every vector comes by.
function sumOfSquares(vector: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < vector.length; i++) squares += vector[i]! * vector[i]!;
  return squares;
}
