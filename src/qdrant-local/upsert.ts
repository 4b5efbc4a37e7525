// The points of an upsert, checked against the collection before anything is stored.
import type { Collection } from "./collection.ts";
import { formatError, validationError } from "./envelope.ts";
import { type PointId, readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import {
  missingField,
  noVariant,
  readArray,
  readObject,
  readVariant,
  rejectOtherKeys,
} from "./read.ts";
import { readPointVectors } from "./read-vector.ts";
import { selectRows } from "./select-rows.ts";
import type { PointChange } from "./storage.ts";

const KEYS = ["points", "batch", "update_filter", "update_mode"];
const MODES = ["upsert", "insert_only", "update_only"] as const;

export function readUpsert(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "upsert", KEYS);
  const points = readPoints(body, collection);
  const isWanted = readCondition(body, collection);
  const wanted = points.filter(({ id }) => isWanted(id));
  collection.reserve(wanted.length);
  return wanted;
}

function readPoints(body: JsonObject, collection: Collection): PointChange[] {
  if ("batch" in body) return readBatch(readObject(body["batch"], "struct Batch"), collection);
  if (!("points" in body)) throw formatError("Invalid PointInsertOperations format");
  return readArray(body["points"], "points").map((point, i) =>
    readPoint(readObject(point, "struct PointStruct"), collection, `points[${i}].vector`),
  );
}

/** Which ids are written: points that exist have to pass the filter, and the mode may forbid either kind. */
function readCondition(body: JsonObject, collection: Collection): (id: PointId) => boolean {
  const mode = readVariant(body["update_mode"], MODES, "upsert");
  const { passes } = selectRows([body["update_filter"] ?? null], collection);
  return (id) => {
    const row = collection.rowOf(id);
    if (row === undefined) return mode !== "update_only";
    return mode !== "insert_only" && passes(row);
  };
}

function readPoint(point: JsonObject, collection: Collection, field: string): PointChange {
  rejectOtherKeys(point, "a point", ["id", "vector", "vectors", "payload"]);
  const { id, vector = point["vectors"] } = point;
  if (id === undefined) throw missingField("id");
  if (vector === undefined) throw missingField("vector");
  return {
    id: readId(id),
    payload: readObject(point["payload"] ?? {}, "a map"),
    vectors: readPointVectors(vector, collection, field, "VectorStruct"),
  };
}

/** The columns of a batch: ids, one list of vectors or one per vector name, payloads. */
function readBatch(batch: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(batch, "batch", ["ids", "vectors", "payloads"]);
  const ids = readArray(batch["ids"], "ids").map(readId);
  const vectorsAt = readVectorColumns(batch["vectors"], ids.length);
  const payloads = readArray(batch["payloads"] ?? [], "payloads");
  if (batch["payloads"]) checkLength("payloads", payloads, ids.length);
  return ids.map((id, i) => ({
    id,
    payload: readObject(payloads[i] ?? {}, "a map"),
    vectors: readPointVectors(vectorsAt(i), collection, "batch", "BatchVectorStruct"),
  }));
}

function readVectorColumns(vectors: Json | undefined, length: number): (i: number) => Json {
  if (vectors === undefined) throw missingField("vectors");
  if (Array.isArray(vectors)) {
    checkLength("vectors", vectors, length);
    if (vectors.some((vector) => !Array.isArray(vector))) throw noVariant("BatchVectorStruct");
    return (i) => vectors[i]!;
  }
  if (!isObject(vectors)) throw noVariant("BatchVectorStruct");
  const columns = Object.entries(vectors).map(([name, column]) => {
    if (!Array.isArray(column)) throw noVariant("BatchVectorStruct");
    checkLength("vectors", column, length);
    return [name, column] as const;
  });
  return (i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i]!]));
}

function checkLength(field: string, column: readonly Json[], length: number): void {
  if (column.length === length) return;
  throw validationError(
    "batch.batch",
    `number of ids and ${field} must be equal (${length} != ${column.length})`,
  );
}
