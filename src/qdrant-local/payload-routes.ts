import type { Collection } from "./collection.ts";
import { notFound } from "./envelope.ts";
import type { JsonObject } from "./json.ts";
import { parseJsonPath } from "./json-path.ts";
import { mergePayload, removeFromPayload } from "./payload.ts";
import { readSelectedIds } from "./point-routes.ts";
import { readArray, readObject, readString } from "./read.ts";
import { type Call, collectionName, type Route, type Write } from "./route.ts";
import { writeResult } from "./write-result.ts";

export const payloadRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points/payload", write: setPayload },
  { method: "PUT", path: "/collections/:collection/points/payload", write: overwritePayload },
  { method: "POST", path: "/collections/:collection/points/payload/delete", write: deletePayload },
  { method: "POST", path: "/collections/:collection/points/payload/clear", write: clearPayload },
];

function setPayload(call: Call): Write {
  const changes = readObject(call.body["payload"], "a payload");
  const key = call.body["key"] ?? null;
  const path = key === null ? [] : parseJsonPath(readString(key, "key"));
  return edit(call, ["payload", "key"], (payload) => mergePayload(payload, changes, path));
}

function overwritePayload(call: Call): Write {
  const payload = readObject(call.body["payload"], "a payload");
  return edit(call, ["payload"], () => payload);
}

function deletePayload(call: Call): Write {
  const paths = readArray(call.body["keys"], "keys").map((key) =>
    parseJsonPath(readString(key, "keys")),
  );
  return edit(call, ["keys"], (payload) => paths.reduce(removeFromPayload, payload));
}

function clearPayload(call: Call): Write {
  return edit(call, [], () => ({}));
}

function edit(
  call: Call,
  otherKeys: readonly string[],
  change: (payload: JsonObject) => JsonObject,
): Write {
  const source: Collection = call.database.get(collectionName(call));
  const points = readSelectedIds(call.body, source, otherKeys).map((id) => {
    const row = source.rowOf(id);
    if (row === undefined) throw notFound(`No point with id ${id} found`);
    return { id, payload: change(source.payloadOf(row)) };
  });
  const collection = call.database.resolve(collectionName(call))!;
  return { changes: [{ kind: "put-points", collection, points }], result: writeResult(call) };
}
