// Writes of points. Each works on a copy of the collection, so that a refusal leaves nothing behind.
import type {
  Id,
  Point,
  PointsOperation,
  Selection,
  UpsertBody,
  Vector,
  Vectors,
} from "../commands.ts";
import { matches } from "./filter.ts";
import { deleteAt, mergeAt } from "./payload.ts";
import { type Collection, namedVectors, Refused, storable, type StoredPoint } from "./state.ts";

export function applyOperation(collection: Collection, operation: PointsOperation): void {
  if ("upsert" in operation) upsert(collection, operation.upsert);
  else if ("delete" in operation) {
    for (const { id } of selected(collection, operation.delete)) collection.points.delete(id);
  } else if ("update_vectors" in operation)
    updateVectors(collection, operation.update_vectors.points);
  else if ("delete_vectors" in operation) {
    const { vector: names } = operation.delete_vectors;
    const points = existing(collection, operation.delete_vectors);
    if (points.length > 0) for (const name of names) requireVector(collection, name);
    for (const point of points) {
      for (const name of names) point.vectors.delete(name);
    }
  } else applyToPayloads(collection, operation);
}

type PayloadOperation = Extract<
  PointsOperation,
  | { set_payload: unknown }
  | { overwrite_payload: unknown }
  | { delete_payload: unknown }
  | { clear_payload: unknown }
>;

function applyToPayloads(collection: Collection, operation: PayloadOperation): void {
  if ("set_payload" in operation) {
    const { payload, key } = operation.set_payload;
    for (const point of existing(collection, operation.set_payload)) {
      mergeAt(point.payload, payload, key);
    }
  } else if ("overwrite_payload" in operation) {
    const { payload } = operation.overwrite_payload;
    for (const point of existing(collection, operation.overwrite_payload)) {
      point.payload = structuredClone(payload);
    }
  } else if ("delete_payload" in operation) {
    for (const point of existing(collection, operation.delete_payload)) {
      for (const key of operation.delete_payload.keys) deleteAt(point.payload, key);
    }
  } else {
    for (const point of existing(collection, operation.clear_payload)) point.payload = {};
  }
}

function selected(collection: Collection, { points, filter }: Selection): StoredPoint[] {
  if (points) return points.flatMap((id) => collection.points.get(id) ?? []);
  return [...collection.points.values()].filter((point) => matches(point, filter, collection));
}

/** As above, and refused where an id is missing. */
function existing(collection: Collection, selection: Selection): StoredPoint[] {
  for (const id of selection.points ?? []) requirePoint(collection, id);
  return selected(collection, selection);
}

function requirePoint(collection: Collection, id: Id): StoredPoint {
  const point = collection.points.get(id);
  if (!point) throw new Refused(404, `no point ${id}`);
  return point;
}

function requireVector(collection: Collection, name: string): void {
  if (collection.dense.has(name) || collection.sparse.has(name)) return;
  throw new Refused(400, `no vector ${name}`);
}

/** Conditions are about the state before: within one upsert the last point of an id wins. */
function upsert(collection: Collection, body: UpsertBody): void {
  const { update_mode: mode, update_filter: filter } = body;
  const before = new Map(collection.points);
  for (const { id, vector, payload } of pointsOf(body)) {
    const vectors = stored(collection, vector);
    const existing = before.get(id);
    if (existing && (mode === "insert_only" || !matches(existing, filter, collection))) continue;
    if (!existing && mode === "update_only") continue;
    collection.points.set(id, { id, payload: structuredClone(payload ?? {}), vectors });
  }
}

function pointsOf({ points, batch }: UpsertBody): Point[] {
  if (points) return points;
  const { ids, vectors, payloads } = batch!;
  return ids.map((id, at) => ({
    id,
    vector: Array.isArray(vectors)
      ? vectors[at]!
      : Object.fromEntries(Object.entries(vectors).map(([name, column]) => [name, column[at]!])),
    payload: payloads?.[at] ?? null,
  }));
}

function stored(collection: Collection, vectors: Vectors): Map<string, Vector> {
  return new Map(
    namedVectors(vectors).map(([name, value]) => [name, storable(value, name, collection)]),
  );
}

function updateVectors(collection: Collection, points: Omit<Point, "payload">[]): void {
  if (points.some(({ vector }) => namedVectors(vector).length === 0)) {
    throw new Refused(422, "no vectors");
  }
  const updates = points.map(({ id, vector }) => [id, stored(collection, vector)] as const);
  for (const [id, vectors] of updates) {
    const point = requirePoint(collection, id);
    for (const [name, vector] of vectors) point.vectors.set(name, vector);
  }
}
