// The scan behind a nearest query, dense or sparse.
import type { Collection } from "./collection.ts";
import { type DenseIndex, passesThreshold, presentScore } from "./dense.ts";
import type { NearestQuery } from "./query-plan.ts";
import type { RowSelection } from "./select-rows.ts";
import type { SparseVector } from "./sparse-vector.ts";
import { createTopRows, type ScoredRow, type TopRows } from "./top-rows.ts";

/** Compares one vector with all that the selection lets through; the best first. */
export function runNearest(
  { using, vector }: NearestQuery,
  threshold: number | undefined,
  selection: RowSelection,
  collection: Collection,
  limit: number,
): ScoredRow[] {
  const top = createTopRows(limit, collection.compareRows);
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
