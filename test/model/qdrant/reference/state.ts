import type { DenseParams, Id, IndexSchema, Payload, Vector, Vectors } from "../commands.ts";

/** A request that has to be refused. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(reason);
    this.status = status;
  }
}

export interface StoredPoint {
  id: Id;
  payload: Payload;
  /** The vector without a name is under "". */
  vectors: Map<string, Vector>;
}

export interface Collection {
  dense: Map<string, DenseParams>;
  sparse: Map<string, { idf: boolean }>;
  points: Map<Id, StoredPoint>;
  indexes: Map<string, IndexSchema>;
  isServer: boolean;
}

export interface State {
  collections: Map<string, Collection>;
  aliases: Map<string, string>;
  isServer: boolean;
}

export function compareIds(a: Id, b: Id): number {
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

export function byId(collection: Collection): StoredPoint[] {
  return [...collection.points.values()].sort((a, b) => compareIds(a.id, b.id));
}

export function find(state: State, name: string): Collection {
  const collection = state.collections.get(state.aliases.get(name) ?? name);
  if (!collection) throw new Refused(404, `no collection ${name}`);
  return collection;
}

export function namedVectors(vectors: Vectors): [string, Vector][] {
  return Array.isArray(vectors) ? [["", vectors]] : Object.entries(vectors);
}

/** As it is kept: in f32, normalised where the distance is cosine, sparse indices in order. */
export function storable(vector: Vector, name: string, collection: Collection): Vector {
  const params = collection.dense.get(name);
  if (!Array.isArray(vector)) {
    if (!collection.sparse.has(name)) throw new Refused(400, `no sparse vector ${name}`);
    if (new Set(vector.indices).size < vector.indices.length) throw new Refused(422, "not unique");
    if (vector.indices.length !== vector.values.length) throw new Refused(422, "other length");
    const pairs = vector.indices.map((index, at) => [index, vector.values[at]!] as const);
    pairs.sort(([a], [b]) => a - b);
    const values = pairs.map(([, value]) => Math.fround(value));
    return { indices: pairs.map(([index]) => index), values };
  }
  if (!params) throw new Refused(400, `no dense vector ${name}`);
  if (vector.length !== params.size) throw new Refused(400, `not of ${params.size} dimensions`);
  return params.distance === "Cosine" ? normalised(vector) : vector.map(Math.fround);
}

const EPSILON = 2 ** -23;

/** What is next to nothing, or long enough, stays as it is. */
function normalised(given: number[]): number[] {
  const vector = given.map(Math.fround);
  const square = vector.reduce((total, value) => total + value * value, 0);
  if (square < EPSILON || Math.abs(square - 1) <= 1e-6) return vector;
  return vector.map((value) => Math.fround(value / Math.sqrt(square)));
}
