// Running a query plan, from the leaves up.
import type { Collection } from "./collection.ts";
import { fuse } from "./fusion.ts";
import { runNearest } from "./nearest.ts";
import type { QueryPlan } from "./query-plan.ts";
import { type RowSelection, selectedRows, selectRows } from "./select-rows.ts";
import { createTopRows, type ScoredRow } from "./top-rows.ts";

/** @param extra how many hits beyond the plan's limit are wanted, for an offset */
export function runQuery(plan: QueryPlan, collection: Collection, extra = 0): ScoredRow[] {
  const limit = plan.limit + extra;
  const lists = plan.prefetch.map((prefetch) => runQuery(prefetch, collection));
  const { query } = plan;
  if (query.kind === "scroll") return runScroll(plan, collection, limit);
  if (query.kind === "nearest") {
    const selection = selectRows(plan.filters, collection);
    return runNearest(query, plan.scoreThreshold, restrict(selection, lists), collection, limit);
  }
  const threshold = plan.scoreThreshold ?? Number.NEGATIVE_INFINITY;
  const top = createTopRows(limit, collection.compareRows);
  for (const { row, score } of fuse(query, lists)) if (score >= threshold) top.offer(row, score);
  return top.sorted();
}

function runScroll(plan: QueryPlan, collection: Collection, limit: number): ScoredRow[] {
  const rows = selectedRows(selectRows(plan.filters, collection), collection).take(limit);
  return Array.from(rows, (row) => ({ row, score: 0 }));
}

/** A nearest query above prefetches only rescores what they found. */
function restrict(selection: RowSelection, lists: readonly ScoredRow[][]): RowSelection {
  if (lists.length === 0) return selection;
  return { ...selection, candidates: new Set(lists.flat().map(({ row }) => row)) };
}
