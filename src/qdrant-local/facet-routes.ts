// How many points have each value of an indexed field.
import type { Collection } from "./collection.ts";
import { formatError, wrongInput } from "./envelope.ts";
import type { Json } from "./json.ts";
import { parseJsonPath } from "./json-path.ts";
import { readCount, readString, rejectOtherKeys } from "./read.ts";
import { type Call, collectionName, type Route } from "./route.ts";
import { createRowMarks, type RowList } from "./row-list.ts";
import { selectRows } from "./select-rows.ts";
import type { ValueIndex } from "./value-index.ts";

export const facetRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/facet", read: facet },
];

interface FacetHit {
  value: Json;
  count: number;
}

/** Counts are exact, whether the request asks for it or not. */
function facet(call: Call): unknown {
  const { body } = call;
  const collection = call.database.get(collectionName(call));
  rejectOtherKeys(body, "facet", ["key", "limit", "filter", "exact"]);
  const key = readString(body["key"], "key");
  parseJsonPath(key);
  const limit = readCount(body, "limit", 1, 10);
  if (typeof (body["exact"] ?? false) !== "boolean") {
    throw formatError("exact: invalid type, expected a boolean");
  }
  const countRows = createCount(body["filter"] ?? null, collection);
  const hits = Array.from(valuesAt(key, collection).byValue, ([value, rows]) => ({
    value,
    count: countRows(rows),
  }));
  const found = hits.filter(({ count }) => count > 0);
  return { hits: found.toSorted(compareHits).slice(0, limit) };
}

function createCount(filter: Json, collection: Collection): (rows: RowList) => number {
  if (filter === null) return (list) => list.length;
  const { candidates, passes } = selectRows([filter], collection);
  const passing = createRowMarks(collection.rowLimit());
  for (const row of candidates ?? collection.sortedRows()) if (passes(row)) passing.mark(row);
  return (list) => list.rows().reduce((count, row) => count + Number(passing.has(row)), 0);
}

function valuesAt(key: string, collection: Collection): ValueIndex {
  const index = collection.indexes.get(key);
  const isForLookup = index?.parameters?.["lookup"] !== false;
  if (index?.values && isForLookup) return index.values;
  throw wrongInput(
    `No appropriate index for faceting: \`${key}\`. Please create one to facet on this field. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions`,
  );
}

/** The most frequent first, then by value: an index holds values of one type. */
function compareHits(a: FacetHit, b: FacetHit): number {
  return b.count - a.count || (a.value! < b.value! ? -1 : 1);
}
