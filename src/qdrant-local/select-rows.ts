// Which points a filter lets through, with as little looking as the indexes allow.
import type { Collection } from "./collection.ts";
import { compileFilter, type Predicate } from "./filter.ts";
import type { Json } from "./json.ts";
import { intersect, narrowFilter } from "./narrow.ts";
import { createRowMarks, type RowMarks } from "./row-list.ts";

export interface RowSelection {
  /** The only rows worth a look, ascending where they come from indexes; undefined means all. */
  readonly candidates: RowSet | undefined;
  /** The whole filter, candidates or not. Cheap where the indexes have answered it. */
  passes(row: number): boolean;
}

/** As much of a set as a scan needs. */
export interface RowSet extends Iterable<number> {
  readonly size: number;
  has(row: number): boolean;
}

/** @param filters all of them have to pass */
export function selectRows(filters: readonly Json[], collection: Collection): RowSelection {
  const predicates = filters
    .map((filter) => compileFilter(filter, collection))
    .filter((predicate): predicate is Predicate => predicate !== undefined);
  const narrowed = filters.map((filter) => narrowFilter(filter, collection));
  const { rows, isExact } = intersect(narrowed);
  const candidates = rows && createRowSet(rows, collection.rowLimit());
  if (isExact) return { candidates, passes: candidates?.has ?? ((): boolean => true) };
  return {
    candidates,
    passes(row) {
      const payload = collection.payloadOf(row);
      return predicates.every((test) => test(payload, row));
    },
  };
}

function createRowSet(rows: Uint32Array, rowLimit: number): RowSet {
  let marks: RowMarks | undefined;
  return {
    size: rows.length,
    has(row) {
      if (!marks) {
        marks = createRowMarks(rowLimit);
        for (const marked of rows) marks.mark(marked);
      }
      return marks.has(row);
    },
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  };
}

/** Sorting a few rows by id is cheaper than going through all, and many the other way round. */
const FEW = 1 / 8;

/** The rows of a selection, ascending by id. */
export function* selectedRows(
  { candidates, passes }: RowSelection,
  collection: Collection,
): Generator<number> {
  const areFew = candidates && candidates.size < collection.count() * FEW;
  const rows = areFew ? [...candidates].toSorted(collection.compareRows) : collection.sortedRows();
  for (const row of rows)
    if ((areFew || !candidates || candidates.has(row)) && passes(row)) yield row;
}
