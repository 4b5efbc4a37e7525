import type { Collection } from "./collection.ts";
import type { PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { parseJsonPath } from "./json-path.ts";
import { mergePayload, removeFromPayload } from "./payload.ts";
import { missingField, readArray, readObject, readString, rejectOtherKeys } from "./read.ts";
import { existingRow, readPointsSelector, readTargets } from "./selected-points.ts";
import type { PointChange } from "./storage.ts";

/** The given keys replace the stored ones, at the root or below `key`. */
export function readPayloadMerge(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "set payload", ["payload", "points", "filter", "key"]);
  const changes = readPayload(body);
  const key = body["key"] ?? null;
  const path = key === null ? [] : parseJsonPath(readString(key, "key"));
  return edit(readTargets(body, collection), collection, (payload) =>
    mergePayload(payload, changes, path),
  );
}

export function readPayloadOverwrite(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "overwrite payload", ["payload", "points", "filter"]);
  const payload = readPayload(body);
  return edit(readTargets(body, collection), collection, () => payload);
}

export function readPayloadDeletion(body: JsonObject, collection: Collection): PointChange[] {
  rejectOtherKeys(body, "delete payload", ["keys", "points", "filter"]);
  const paths = readArray(body["keys"], "keys").map((key) =>
    parseJsonPath(readString(key, "keys")),
  );
  return edit(readTargets(body, collection), collection, (payload) =>
    paths.reduce(removeFromPayload, payload),
  );
}

export function readPayloadClearing(body: JsonObject, collection: Collection): PointChange[] {
  return edit(readPointsSelector(body, collection), collection, () => ({}));
}

function readPayload(body: JsonObject): JsonObject {
  if (body["payload"] === undefined) throw missingField("payload");
  return readObject(body["payload"], "a map");
}

function edit(
  ids: readonly PointId[],
  collection: Collection,
  change: (payload: JsonObject) => JsonObject,
): PointChange[] {
  return ids.map((id) => {
    const row = existingRow(id, collection);
    return { id, payload: change(collection.payloadOf(row)) };
  });
}
