import { collectionName, type Call, type Route, type Write } from "./route.ts";
import type { Collection } from "./collection.ts";
import { formatError, notFound } from "./envelope.ts";
import { type PointId, readId, readPathId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { readArray, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { selectedRows, selectRows } from "./select-rows.ts";
import { readUpsert } from "./upsert.ts";
import { writeResult } from "./write-result.ts";

export const pointRoutes: readonly Route[] = [
  { method: "PUT", path: "/collections/:collection/points", write: upsert },
  { method: "POST", path: "/collections/:collection/points", read: retrieve },
  { method: "POST", path: "/collections/:collection/points/delete", write: deletePoints },
  { method: "GET", path: "/collections/:collection/points/:id", read: getPoint },
];

function upsert(call: Call): Write {
  const points = readUpsert(call.body, call.database.get(collectionName(call)));
  const collection = call.database.resolve(collectionName(call))!;
  return { changes: [{ kind: "put-points", collection, points }], result: writeResult(call) };
}

function deletePoints(call: Call): Write {
  const ids = readSelectedIds(call.body, call.database.get(collectionName(call)));
  const collection = call.database.resolve(collectionName(call))!;
  return { changes: [{ kind: "delete-points", collection, ids }], result: writeResult(call) };
}

/** The points a write is for: a list of ids, or all that pass a filter. */
export function readSelectedIds(
  body: JsonObject,
  collection: Collection,
  otherKeys: readonly string[] = [],
): PointId[] {
  rejectOtherKeys(body, "point selector", ["points", "filter", ...otherKeys]);
  if (Array.isArray(body["points"])) return body["points"].map(readId);
  if (body["filter"] === undefined || body["filter"] === null) {
    throw formatError("Invalid PointsSelector format: either `points` or `filter` must be given");
  }
  const rows = selectedRows(selectRows([body["filter"]], collection), collection);
  return Array.from(rows, collection.idOf);
}

function retrieve(call: Call): unknown {
  const { body } = call;
  rejectOtherKeys(body, "retrieve", ["ids", "with_payload", "with_vector"]);
  const collection = call.database.get(collectionName(call));
  const describe = readDescription(body, collection, true);
  const ids = new Set(readArray(body["ids"], "ids").map(readId));
  return Array.from(ids, collection.rowOf)
    .filter((row) => row !== undefined)
    .map(describe);
}

function getPoint(call: Call): unknown {
  const collection = call.database.get(collectionName(call));
  const id = readPathId(call.path["id"] ?? "");
  const row = collection.rowOf(id);
  if (row === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return readDescription({ with_vector: true }, collection, true)(row);
}
