// How a stored point looks in an answer.
import type { Collection } from "./collection.ts";
import { shortestFloats } from "./float.ts";
import type { PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { unknownVectorName } from "./read-vector.ts";
import { type PayloadSelector, readPayloadSelector, readVectorSelector } from "./selector.ts";

export interface PointRecord {
  id: PointId;
  payload?: JsonObject;
  vector?: unknown;
}

export type DescribePoint = (row: number) => PointRecord;

/** Reads `with_payload` and `with_vector` (also spelt `with_vectors`) of a request body. */
export function readDescription(
  body: JsonObject,
  collection: Collection,
  withPayloadByDefault: boolean,
): DescribePoint {
  const selectPayload: PayloadSelector = readPayloadSelector(
    body["with_payload"],
    withPayloadByDefault,
  );
  const names = readVectorNames(body, collection);
  return (row) => {
    const record: PointRecord = { id: collection.idOf(row) };
    if (selectPayload) record.payload = selectPayload(collection.payloadOf(row));
    if (names) record.vector = describeVectors(row, names, collection);
    return record;
  };
}

function readVectorNames(body: JsonObject, collection: Collection): readonly string[] | undefined {
  const selected = readVectorSelector(body["with_vector"] ?? body["with_vectors"]);
  const names = [...collection.dense.keys(), ...collection.sparse.keys()];
  if (typeof selected === "boolean") return selected ? names : undefined;
  const unknown = selected.find((name) => !names.includes(name));
  if (unknown !== undefined) throw unknownVectorName(unknown);
  return selected;
}

function describeVectors(row: number, names: readonly string[], collection: Collection): unknown {
  const vectors = new Map<string, unknown>();
  for (const name of names) {
    const dense = collection.dense.get(name);
    const sparse = collection.sparse.get(name)?.get(row);
    if (dense?.has(row)) vectors.set(name, shortestFloats(dense.get(row)));
    if (sparse) {
      const indices = Array.from(sparse.indices);
      vectors.set(name, { indices, values: shortestFloats(sparse.values) });
    }
  }
  // Nothing but the unnamed vector is shown bare.
  return vectors.size === 1 && vectors.has("") ? vectors.get("") : Object.fromEntries(vectors);
}
