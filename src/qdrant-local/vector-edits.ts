import type { Collection } from "./collection.ts";
import { badRequest, validationError } from "./envelope.ts";
import { type PointId, readId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { missingField, readArray, readObject, readString, rejectOtherKeys } from "./read.ts";
import { readPointVectors, unknownVectorName } from "./read-vector.ts";
import { selectRows } from "./select-rows.ts";
import { existingRow, filteredIds } from "./selected-points.ts";
import type { PointChange, StoredVector } from "./storage.ts";

/** Replaces the named vectors and keeps the others; several updates of one point add up. */
export function readVectorUpdate(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "update vectors", ["points", "update_filter"]);
  const given = readArray(body["points"], "points");
  if (given.length === 0) throw validationError("points", "must specify points to update");
  const updates = given.map((point, i) =>
    readPointUpdate(readObject(point, "struct PointVectors"), collection, `points[${i}]`),
  );
  const { passes } = selectRows([body["update_filter"] ?? null], collection);
  const changes = new Map<number, Map<string, StoredVector>>();
  for (const { id, vectors } of updates) {
    const row = existingRow(id, collection);
    if (!passes(row)) continue;
    changes.set(row, new Map([...(changes.get(row) ?? collection.vectorsOf(row)), ...vectors]));
  }
  return Array.from(changes, ([row, vectors]) => changeVectors(row, vectors, collection));
}

interface PointUpdate {
  id: PointId;
  vectors: ReadonlyMap<string, StoredVector>;
}

function readPointUpdate(point: JsonObject, collection: Collection, field: string): PointUpdate {
  rejectOtherKeys(point, "update vectors of a point", ["id", "vector", "vectors"]);
  const { id, vector = point["vectors"] } = point;
  if (id === undefined) throw missingField("id");
  if (vector === undefined) throw missingField("vector");
  if (holdsNothing(vector)) {
    throw validationError(`${field}.vector`, "must specify vectors to update for point");
  }
  return {
    id: readId(id),
    vectors: readPointVectors(vector, collection, field, "VectorStruct"),
  };
}

function holdsNothing(vector: unknown): boolean {
  if (Array.isArray(vector)) return vector.length === 0;
  return (
    typeof vector === "object" &&
    vector !== null &&
    Object.values(vector).every((named) => Array.isArray(named) && named.length === 0)
  );
}

export function readVectorDeletion(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "delete vectors", ["vector", "vectors", "points", "filter"]);
  const given = body["vector"] ?? body["vectors"];
  const names = readArray(given, "vector").map((name) => readString(name, "vector"));
  if (names.length === 0) throw validationError("vector", "must specify vector names to delete");
  const rows = readIds(body, collection).map((id) => existingRow(id, collection));
  const unknown = names.find((name) => !collection.dense.has(name) && !collection.sparse.has(name));
  if (rows.length > 0 && unknown !== undefined) throw unknownVectorName(unknown);
  return rows.map((row) => {
    const kept = new Map(collection.vectorsOf(row));
    for (const name of names) kept.delete(name);
    return changeVectors(row, kept, collection);
  });
}

/** Here a filter and a list of ids add up. */
function readIds(body: JsonObject, collection: Collection): PointId[] {
  const { points = null, filter = null } = body;
  if (points === null && filter === null) throw badRequest("No filter or points provided");
  return [
    ...(filter === null ? [] : filteredIds(body, collection)),
    ...(points === null ? [] : readArray(points, "points").map(readId)),
  ];
}

function changeVectors(
  row: number,
  vectors: ReadonlyMap<string, StoredVector>,
  collection: Collection,
): PointChange {
  return { id: collection.idOf(row), payload: collection.payloadOf(row), vectors };
}
