// Running a query plan, from the leaves up.
import type { Collection } from "./collection.ts";
import { rescore } from "./formula.ts";
import { fuse } from "./fusion.ts";
import type { Json } from "./json.ts";
import { mergeFilters } from "./merge-filters.ts";
import { diversify } from "./mmr.ts";
import { runNearest } from "./nearest.ts";
import { orderRows, type OrderValue } from "./order-by.ts";
import type { QueryPlan } from "./query-plan.ts";
import { sampleRows } from "./sample.ts";
import { type RowSelection, selectedRows, selectRows } from "./select-rows.ts";
import type { ScoredRow } from "./top-rows.ts";
import type { MmrQuery } from "./vector-query.ts";

export interface Hit extends ScoredRow {
  /** What an `order_by` query ordered the point by. */
  orderValue?: OrderValue;
}

/** What every point scores in a query that compares nothing. */
const LISTED = 1;

/**
 * The best hits first, from the plan's offset on.
 * @param filter holds beside the plan's own
 */
export function runQuery(plan: QueryPlan, collection: Collection, filter: Json = null): Hit[] {
  return runNode(plan, collection, filter, true).slice(plan.offset);
}

function runNode(
  plan: QueryPlan,
  collection: Collection,
  outerFilter: Json,
  isRoot: boolean,
): Hit[] {
  const filter = mergeFilters(outerFilter, plan.filter);
  const lists = plan.prefetch.map((prefetch) => runNode(prefetch, collection, filter, false));
  const limit = plan.limit + plan.offset;
  const { query } = plan;
  switch (query.kind) {
    case "rrf":
    case "dbsf":
      return best(fuse(query, lists), plan.scoreThreshold, collection, limit);
    case "formula":
      return best(rescore(query, lists, collection), plan.scoreThreshold, collection, limit);
    case "mmr":
      if (!isRoot && lists.length > 0) {
        return diversify(query, firstOfEach(lists.flat()), collection, limit);
      }
      break;
  }
  // Above prefetches, the filters have been applied below.
  const selection = lists.length > 0 ? onlyFound(lists) : selectRows([filter], collection);
  if (query.kind === "nearest") {
    return runNearest(query, plan.scoreThreshold, selection, collection, limit);
  }
  if (query.kind === "mmr") return runMmr(query, plan, selection, collection, isRoot);
  const rows = selectedRows(selection, collection);
  if (query.kind === "order-by") {
    return orderRows(query, rows, collection, limit).map((row) => ({ ...row, score: LISTED }));
  }
  const listed = query.kind === "sample" ? sampleRows(rows, limit) : rows.take(limit);
  return Array.from(listed, (row) => ({ row, score: LISTED }));
}

/** In a prefetch of its own, MMR only finds its candidates, as on the server. */
function runMmr(
  query: MmrQuery,
  plan: QueryPlan,
  selection: RowSelection,
  collection: Collection,
  isRoot: boolean,
): Hit[] {
  const { nearest, candidatesLimit } = query;
  if (candidatesLimit === 0) return [];
  const found = runNearest(nearest, plan.scoreThreshold, selection, collection, candidatesLimit);
  return isRoot ? diversify(query, found, collection, plan.limit + plan.offset) : found;
}

/** Other than in a search, a hit at the threshold is kept. */
function best(
  hits: readonly Hit[],
  threshold: number | undefined,
  collection: Collection,
  limit: number,
): Hit[] {
  return hits
    .filter(({ score }) => threshold === undefined || score >= threshold)
    .toSorted((a, b) => b.score - a.score || collection.compareRows(a.row, b.row))
    .slice(0, limit);
}

function firstOfEach(hits: readonly Hit[]): Hit[] {
  const byRow = new Map<number, Hit>();
  for (const hit of hits) if (!byRow.has(hit.row)) byRow.set(hit.row, hit);
  return [...byRow.values()];
}

function onlyFound(lists: readonly Hit[][]): RowSelection {
  return { candidates: new Set(lists.flat().map(({ row }) => row)), passes: () => true };
}
