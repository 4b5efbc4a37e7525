// The points of an upsert request, checked against the collection before anything is stored.
import type { Collection } from "./collection.ts";
import { formatError, notImplemented, validationError, wrongInput } from "./envelope.ts";
import { readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { readArray, readNumbers, readObject, rejectOtherKeys } from "./read.ts";
import { readSparseVector } from "./sparse-vector.ts";
import type { PointChange, StoredVector } from "./storage.ts";

export function readUpsert(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "upsert", ["points", "batch"]);
  const points = readPoints(body, collection);
  collection.reserve(points.length);
  return points;
}

function readPoints(body: JsonObject, collection: Collection): PointChange[] {
  if (Array.isArray(body["points"])) {
    return body["points"].map((point, i) =>
      readPoint(readObject(point, "a point"), collection, `points[${i}].vector`),
    );
  }
  if (isObject(body["batch"])) return readBatch(body["batch"], collection);
  throw formatError("Invalid PointInsertOperations format");
}

function readPoint(point: JsonObject, collection: Collection, field: string): PointChange {
  if (point["id"] === undefined) throw formatError("missing field `id`");
  if (point["vector"] === undefined) throw formatError("missing field `vector`");
  return {
    id: readId(point["id"]),
    payload: readObject(point["payload"] ?? {}, "a payload"),
    vectors: readVectors(point["vector"], collection, field),
  };
}

/** The columns of a batch: ids, one list of vectors or one per vector name, payloads. */
function readBatch(batch: JsonObject, collection: Collection): PointChange[] {
  const ids = readArray(batch["ids"], "ids");
  const payloads = readArray(batch["payloads"] ?? [], "payloads");
  const vectors = batch["vectors"];
  const columns = isObject(vectors)
    ? Object.entries(vectors).map(([name, column]) => [name, readArray(column, name)] as const)
    : [["", readArray(vectors, "vectors")] as const];
  for (const [, column] of columns) checkLength("vectors", column, ids);
  if (batch["payloads"]) checkLength("payloads", payloads, ids);
  return ids.map((id, i) =>
    readPoint(
      {
        id,
        payload: payloads[i] ?? null,
        vector: Object.fromEntries(columns.map(([name, column]) => [name, column[i] ?? null])),
      },
      collection,
      `batch.vectors[${i}]`,
    ),
  );
}

function checkLength(field: string, column: readonly Json[], ids: readonly Json[]): void {
  if (column.length === ids.length) return;
  throw validationError(
    `batch.${field}`,
    `number of ids and ${field} must be equal (${ids.length} != ${column.length})`,
  );
}

function readVectors(
  given: Json,
  collection: Collection,
  field: string,
): ReadonlyMap<string, StoredVector> {
  const named = Array.isArray(given) ? { "": given } : readObject(given, "vectors");
  const vectors = new Map<string, StoredVector>();
  for (const [name, vector] of Object.entries(named)) {
    if (vector !== null) vectors.set(name, readVector(vector, name, collection, `${field}.?`));
  }
  return vectors;
}

/** A vector for the given name, dense or sparse as the collection has it. */
export function readVector(
  given: Json,
  name: string,
  collection: Collection,
  field: string,
): StoredVector {
  if (isObject(given) && !("indices" in given)) {
    throw notImplemented("inference: a vector must be given as numbers");
  }
  const dense = collection.dense.get(name);
  if (!dense && !collection.sparse.has(name)) {
    throw wrongInput(`Not existing vector name error: ${name}`);
  }
  if (Array.isArray(given) !== (dense !== undefined)) {
    throw wrongInput("Conversion between sparse and regular vectors failed");
  }
  if (!dense) return readSparseVector(readObject(given, "a sparse vector"), field);
  const vector = readNumbers(readArray(given, "vector"), "vector");
  if (vector.length !== dense.size) {
    throw wrongInput(`Vector dimension error: expected dim: ${dense.size}, got ${vector.length}`);
  }
  return vector;
}
