import { collectionName, type Call, type Route, type Write } from "./route.ts";
import type { Collection } from "./collection.ts";
import { formatError, notFound } from "./envelope.ts";
import { compareIds, type PointId, readId, readPathId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { readArray, readCount, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { selectedRows, selectRows } from "./select-rows.ts";
import { readUpsert } from "./upsert.ts";
import { writeResult } from "./write-result.ts";

export const pointRoutes: readonly Route[] = [
  { method: "PUT", path: "/collections/:collection/points", write: upsert },
  { method: "POST", path: "/collections/:collection/points", read: retrieve },
  { method: "POST", path: "/collections/:collection/points/delete", write: deletePoints },
  { method: "POST", path: "/collections/:collection/points/scroll", read: scroll },
  { method: "POST", path: "/collections/:collection/points/count", read: count },
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

function scroll(call: Call): unknown {
  const { body } = call;
  rejectOtherKeys(body, "scroll", ["offset", "limit", "filter", "with_payload", "with_vector"]);
  const collection = call.database.get(collectionName(call));
  const limit = readCount(body, "limit", 1, 10);
  const describe = readDescription(body, collection, true);
  const from = body["offset"] ?? null;
  const start = from === null ? undefined : readId(from);
  const found: number[] = [];
  for (const row of selectedRows(selectRows([body["filter"] ?? null], collection), collection)) {
    if (start !== undefined && compareIds(collection.idOf(row), start) < 0) continue;
    found.push(row);
    // One more than asked for: its id is where the next page starts.
    if (found.length > limit) break;
  }
  const next = found[limit];
  return {
    points: found.slice(0, limit).map(describe),
    next_page_offset: next === undefined ? null : collection.idOf(next),
  };
}

function count(call: Call): unknown {
  const { body } = call;
  rejectOtherKeys(body, "count", ["filter", "exact"]);
  const collection = call.database.get(collectionName(call));
  const filter = body["filter"] ?? null;
  if (filter === null) return { count: collection.count() };
  const selection = selectRows([filter], collection);
  let passing = 0;
  for (const row of selection.candidates ?? collection.sortedRows()) {
    if (selection.passes(row)) passing++;
  }
  return { count: passing };
}
