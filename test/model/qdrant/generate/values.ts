// Points, vectors and payloads. Few different values, so that filters find some and ranks are tied.
import type {
  CollectionBody,
  DenseParams,
  Id,
  IndexSchema,
  Payload,
  Point,
  Sparse,
  Vector,
  Vectors,
} from "../commands.ts";
import type { Random } from "../../../support/random.ts";
import type { Collection } from "../reference/state.ts";

export const IDS: Id[] = [
  ...Array.from({ length: 30 }, (_, at) => at),
  "0b2c5a1e-3d4f-4a6b-8c7d-9e0f1a2b3c4d",
  "6f9619ff-8b86-4011-b42d-00cf4fc964ff",
  "f47ac10b-58cc-4372-a567-0e02b2c3d479",
];
export const CITIES = ["Berlin", "Seoul", "New Seoul", "Paris", "paris"];
export const TAGS = ["a", "b", "c", "d"];
export const WORDS = ["red", "Red", "green", "blue", "sea", "seaside"];
export const DATES = [
  "2024-01-01T00:00:00Z",
  "2024-01-01T09:00:00+09:00",
  "2024-06-15T12:30:00.5Z",
  "2025-02-28T23:59:59Z",
];
export const PLACES = [
  { lat: 52.52, lon: 13.405 },
  { lat: 37.5665, lon: 126.978 },
  { lat: 48.8566, lon: 2.3522 },
  { lat: 52.39, lon: 13.06 },
];

/** What kind of index each field may have. */
export const INDEXES: Record<string, IndexSchema> = {
  city: "keyword",
  tags: "keyword",
  n: "integer",
  size: "float",
  ok: "bool",
  at: "datetime",
  place: "geo",
  text: "text",
  "parts[].k": "keyword",
  "deep.a": "integer",
};

export function randomCollection(random: Random): CollectionBody {
  const dense = (distances: DenseParams["distance"][]): DenseParams => ({
    size: random.pick([1, 3, 4, 5, 9]),
    distance: random.pick(distances),
  });
  if (random.chance(0.25)) return { vectors: dense(["Cosine", "Dot", "Euclid", "Manhattan"]) };
  return {
    vectors: {
      cosine: dense(["Cosine"]),
      exact: dense(["Dot", "Euclid", "Manhattan"]),
    },
    sparse_vectors: { words: random.chance(0.5) ? { modifier: "idf" } : {}, plain: {} },
  };
}

export function randomDense(random: Random, { size, distance }: DenseParams): number[] {
  // Sixteenths add up exactly in f32; only cosines are rounded, and there ties would be unsure.
  if (distance === "Cosine") return random.list(size, () => random.fraction() * 2 - 1);
  return random.list(size, () => random.integer(-8, 8) / 4);
}

export function randomSparse(random: Random, isWeighed: boolean): Sparse {
  const indices = random.some([1, 5, 7, 20, 300, 4_000_000_000]);
  if (random.chance(0.5)) indices.reverse();
  const low = isWeighed ? 1 : -4;
  const values = indices.map(() => random.integer(low, 8) / 4 || 0.5);
  return { indices, values };
}

export function randomVector(random: Random, collection: Collection, name: string): Vector {
  const params = collection.dense.get(name);
  if (params) return randomDense(random, params);
  return randomSparse(random, collection.sparse.get(name)?.idf ?? false);
}

export function vectorNames(collection: Collection): string[] {
  return [...collection.dense.keys(), ...collection.sparse.keys()];
}

export function randomVectors(random: Random, collection: Collection): Vectors {
  if (collection.dense.has("")) {
    return random.chance(0.1) ? {} : (randomVector(random, collection, "") as number[]);
  }
  const names = vectorNames(collection).filter(() => random.chance(0.7));
  return Object.fromEntries(names.map((name) => [name, randomVector(random, collection, name)]));
}

export function randomPoint(random: Random, collection: Collection): Point {
  const point = { id: random.pick(IDS), vector: randomVectors(random, collection) };
  return random.chance(0.1) ? point : { ...point, payload: randomPayload(random) };
}

const FIELDS: Record<string, (random: Random) => unknown> = {
  city: (random) => oneOrMore(random, () => random.pick(CITIES)),
  tags: (random) => random.some(TAGS),
  n: (random) => oneOrMore(random, () => random.integer(0, 6)),
  size: (random) => oneOrMore(random, () => random.integer(0, 20) + 0.5),
  ok: (random) => oneOrMore(random, () => random.chance(0.5)),
  at: (random) => oneOrMore(random, () => random.pick(DATES)),
  place: (random) => oneOrMore(random, () => random.pick(PLACES)),
  text: (random) => random.list(random.integer(1, 3), () => random.pick(WORDS)).join(" "),
  parts: (random) =>
    random.list(random.integer(0, 3), () => ({
      k: random.pick(TAGS),
      v: random.integer(0, 3),
    })),
  deep: (random) => ({ a: random.integer(0, 3), b: { c: random.pick(TAGS) } }),
};

function oneOrMore(random: Random, make: () => unknown): unknown {
  if (random.chance(0.7)) return make();
  return random.chance(0.2) ? null : random.list(random.integer(0, 3), make);
}

export function randomPayload(random: Random): Payload {
  const fields = Object.entries(FIELDS).filter(() => random.chance(0.6));
  return Object.fromEntries(fields.map(([name, make]) => [name, make(random)]));
}
