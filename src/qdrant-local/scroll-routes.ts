import { compareIds, readId } from "./ids.ts";
import { readCount, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { type Call, collectionName, type Route } from "./route.ts";
import { selectedRows, selectRows } from "./select-rows.ts";

export const scrollRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points/scroll", read: scroll },
  { method: "POST", path: "/collections/:collection/points/count", read: count },
];

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
