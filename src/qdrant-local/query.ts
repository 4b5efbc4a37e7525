// Running a query plan, from the leaves up.
import type { Collection } from "./collection.ts";
import { type DenseIndex, passesThreshold, presentScore } from "./dense.ts";
import { fuse } from "./fusion.ts";
import type { NearestQuery, QueryPlan } from "./query-plan.ts";
import { type RowSelection, selectedRows, selectRows } from "./select-rows.ts";
import type { SparseVector } from "./sparse-vector.ts";
import { createTopRows, type ScoredRow, type TopRows } from "./top-rows.ts";

/** @param extra how many hits beyond the plan's limit are wanted, for an offset */
export function runQuery(plan: QueryPlan, collection: Collection, extra = 0): ScoredRow[] {
  const limit = plan.limit + extra;
  const lists = plan.prefetch.map((prefetch) => runQuery(prefetch, collection));
  const { query } = plan;
  if (query.kind === "scroll") return runScroll(plan, collection, limit);
  if (query.kind === "nearest") {
    const selection = selectRows(plan.filters, collection);
    return runNearest(query, plan, restrict(selection, lists), collection, limit);
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

function runNearest(
  { using, vector }: NearestQuery,
  plan: QueryPlan,
  selection: RowSelection,
  collection: Collection,
  limit: number,
): ScoredRow[] {
  const top = createTopRows(limit, collection.compareRows);
  const threshold = plan.scoreThreshold;
  const dense = collection.dense.get(using);
  if (dense) {
    scanDense(dense, vector as Float32Array, selection, threshold, top);
    return top
      .sorted()
      .map(({ row, score }) => ({ row, score: presentScore(dense.distance, score) }));
  }
  const isCandidate = (row: number): boolean => selection.candidates?.has(row) ?? true;
  collection.sparse.get(using)?.search(vector as SparseVector, (row, score) => {
    if (!top.admits(score) || (threshold !== undefined && score <= threshold)) return;
    if (isCandidate(row) && selection.passes(row)) top.offer(row, score);
  });
  return top.sorted();
}

function scanDense(
  index: DenseIndex,
  query: Float32Array,
  { candidates, passes }: RowSelection,
  threshold: number | undefined,
  top: TopRows,
): void {
  const score = index.scorer(query);
  const { distance } = index;
  const visit = (row: number): void => {
    if (!index.has(row)) return;
    const found = score(row);
    if (!top.admits(found)) return;
    if (
      threshold !== undefined &&
      !passesThreshold(distance, presentScore(distance, found), threshold)
    ) {
      return;
    }
    if (passes(row)) top.offer(row, found);
  };
  if (candidates) for (const row of candidates) visit(row);
  else for (let row = 0; row < index.rowLimit(); row++) visit(row);
}
