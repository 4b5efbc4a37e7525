// The scan behind a nearest query, dense or sparse.
import type { VisitBlock } from "./block.ts";
import type { Collection } from "./collection.ts";
import { passesThreshold, presentScore } from "./dense.ts";
import type { Json } from "./json.ts";
import { type RowSelection, selectedRows, selectRows } from "./select-rows.ts";
import type { SparseIndex } from "./sparse.ts";
import type { SparseVector } from "./sparse-vector.ts";
import { createTopRows, type ScoredRow, type TopRows } from "./top-rows.ts";
import type { NearestQuery } from "./vector-query.ts";

/** Compares one vector with all that the selection lets through; the best first. */
export function runNearest(
  { using, vector, idfCorpus }: NearestQuery,
  threshold: number | undefined,
  selection: RowSelection,
  collection: Collection,
  limit: number,
): ScoredRow[] {
  const { candidates, passes } = scanPlan(selection, collection);
  const top = createTopRows(limit, collection.compareRows);
  const dense = collection.dense.get(using);
  if (!dense) {
    const admits = (row: number, score: number): boolean =>
      (threshold === undefined || score > threshold) && passes(row);
    const sparse = collection.sparse.get(using)!;
    const corpus = idfCorpus === undefined ? undefined : corpusRows(idfCorpus, sparse, collection);
    sparse.scan(vector as SparseVector, candidates, keepBest(top, admits), corpus);
    return top.sorted();
  }
  const { distance } = dense;
  const admits = (row: number, score: number): boolean =>
    (threshold === undefined ||
      passesThreshold(distance, presentScore(distance, score), threshold)) &&
    passes(row);
  dense.scan(vector as Float32Array, candidates, keepBest(top, admits));
  return top.sorted().map(({ row, score }) => ({ row, score: presentScore(distance, score) }));
}

/** Above this share of the points, comparing all of them one after the other is the faster way. */
const MANY = 0.3;

function scanPlan(selection: RowSelection, collection: Collection): RowSelection {
  const { candidates, passes } = selection;
  if (!candidates || candidates.size <= collection.count() * MANY) return selection;
  return { candidates: undefined, passes: (row) => candidates.has(row) && passes(row) };
}

/** Most rows lose against the worst that is kept, so nothing else is asked before that is known. */
function keepBest(top: TopRows, admits: (row: number, score: number) => boolean): VisitBlock {
  let floor = top.floor();
  return (rows, scores, count) => {
    for (let i = 0; i < count; i++) {
      const score = scores[i]!;
      // Written so that NaN loses too.
      if (!(score >= floor)) continue;
      const row = rows[i]!;
      if (!admits(row, score)) continue;
      top.offer(row, score);
      floor = top.floor();
    }
  };
}

/** Points without the vector are no documents of the corpus. */
function corpusRows(
  filter: Json,
  sparse: SparseIndex,
  collection: Collection,
): ReadonlySet<number> {
  const rows = selectedRows(selectRows([filter], collection), collection);
  return new Set(rows.filter((row) => sparse.has(row)));
}
