// Points for the benches of the local Qdrant: seeded, and handed to the engine as a store would.
import type { Change, PointChange, Storage } from "../../../src/qdrant-local/storage.ts";

export const COLLECTION = "bench";
/** One point in ten is of a tenant. */
export const TENANTS = 10;
/** Non-zeros of a stored sparse vector: what a chunk of 1,200 characters has here. */
const TERMS = 460;
/** Non-zeros of a question's. */
const QUESTION_TERMS = 60;
const VOCABULARY = 200_000;
const POINTS_A_CHANGE = 1000;

export interface Shape {
  points: number;
  size: number;
  hasSparse: boolean;
}

export type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function randomDense(size: number, random: Random): Float32Array {
  const vector = new Float32Array(size);
  for (let i = 0; i < size; i++) vector[i] = random() - 0.5;
  return vector;
}

export interface Sparse {
  indices: Uint32Array;
  values: Float32Array;
}

/** Terms as frequent as words are: the n-th of the vocabulary about 1/n as often as the first. */
export function randomSparse(terms: number, random: Random): Sparse {
  const found = new Set<number>();
  while (found.size < terms) found.add(Math.floor(VOCABULARY ** random()) - 1);
  const indices = Uint32Array.from(found).sort();
  return { indices, values: Float32Array.from(indices, () => 0.5 + random()) };
}

export function questionSparse(random: Random): Sparse {
  return randomSparse(QUESTION_TERMS, random);
}

export function definition({ size, hasSparse }: Omit<Shape, "points">): Record<string, never> {
  return {
    vectors: { dense: { size, distance: "Cosine" } },
    ...(hasSparse ? { sparse_vectors: { sparse: {} } } : {}),
  } as unknown as Record<string, never>;
}

export function tenantFilter(tenant: number): object {
  return { must: [{ key: "tenant", match: { value: `tenant-${tenant}` } }] };
}

/** A store which has the points already, so that the engine starts with them. */
export function createFilledStorage(shape: Shape): Storage {
  return { load: () => generateChanges(shape), commit: () => {} };
}

function* generateChanges(shape: Shape): Generator<Change> {
  const random = createRandom(1);
  yield {
    kind: "put-collection",
    collection: COLLECTION,
    definition: {
      config: definition(shape),
      metadata: {},
      payloadIndexes: { tenant: "keyword" },
    },
    operation: -1,
  };
  for (let first = 0; first < shape.points; first += POINTS_A_CHANGE) {
    const count = Math.min(POINTS_A_CHANGE, shape.points - first);
    const points = Array.from({ length: count }, (_, i) => createPoint(first + i, shape, random));
    yield { kind: "put-points", collection: COLLECTION, points, operation: first };
  }
}

export function createPoint(id: number, { size, hasSparse }: Shape, random: Random): PointChange {
  const vectors = new Map<string, Float32Array | Sparse>([["dense", randomDense(size, random)]]);
  if (hasSparse) vectors.set("sparse", randomSparse(TERMS, random));
  return { id, payload: { tenant: `tenant-${id % TENANTS}` }, vectors };
}
