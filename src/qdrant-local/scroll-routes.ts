import type { Collection } from "./collection.ts";
import { wrongInput } from "./envelope.ts";
import { compareIds, type PointId, readId } from "./ids.ts";
import { orderRows, readOrderBy } from "./order-by.ts";
import { readCount, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { type Call, collectionName, type Route } from "./route.ts";
import { selectedRows, selectRows } from "./select-rows.ts";

export const scrollRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points/scroll", read: scroll },
  { method: "POST", path: "/collections/:collection/points/count", read: count },
];

const SCROLL_KEYS = [
  "offset",
  "limit",
  "filter",
  "with_payload",
  "with_vector",
  "with_vectors",
  "order_by",
];

function scroll(call: Call): unknown {
  const { body } = call;
  rejectOtherKeys(body, "scroll", SCROLL_KEYS);
  const collection = call.database.get(collectionName(call));
  const limit = readCount(body, "limit", 1, 10, "scroll_request.");
  const describe = readDescription(body, collection, true);
  const rows = selectedRows(selectRows([body["filter"] ?? null], collection), collection);
  const from = body["offset"] ?? null;
  const start = from === null ? undefined : readId(from);
  const orderBy = body["order_by"] ?? null;
  if (orderBy !== null) {
    if (start !== undefined) throw offsetWithOrder();
    const ordered = orderRows(readOrderBy(orderBy, collection), rows, collection, limit);
    const points = ordered.map(({ row, orderValue }) => ({
      ...describe(row),
      order_value: orderValue,
    }));
    return { points, next_page_offset: null };
  }
  const { page, next } = takePage(rows, start, limit, collection);
  return { points: page.map(describe), next_page_offset: next };
}

/** Up to `limit` rows from an id on, and the id at which the next page starts. */
function takePage(
  rows: Iterable<number>,
  start: PointId | undefined,
  limit: number,
  collection: Collection,
): { page: number[]; next: PointId | null } {
  const page: number[] = [];
  for (const row of rows) {
    const id = collection.idOf(row);
    if (start !== undefined && compareIds(id, start) < 0) continue;
    if (page.length === limit) return { page, next: id };
    page.push(row);
  }
  return { page, next: null };
}

function offsetWithOrder(): Error {
  return wrongInput(
    "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` " +
      "and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
  );
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
