// Which points a filter lets through, with as little looking as the indexes allow.
import type { Collection } from "./collection.ts";
import { compileFilter, type Predicate } from "./filter.ts";
import { readId } from "./ids.ts";
import { isObject, type Json } from "./json.ts";
import { listOf } from "./read.ts";

export interface RowSelection {
  /** The only rows worth a look; undefined means all. */
  readonly candidates: ReadonlySet<number> | undefined;
  /** The whole filter, candidates or not. */
  passes(row: number): boolean;
}

/** @param filters all of them have to pass */
export function selectRows(filters: readonly Json[], collection: Collection): RowSelection {
  const predicates = filters
    .map((filter) => compileFilter(filter, collection))
    .filter((predicate): predicate is Predicate => predicate !== undefined);
  return {
    candidates: smallest(filters.map((filter) => narrow(filter, collection))),
    passes(row) {
      const payload = collection.payloadOf(row);
      return predicates.every((test) => test(payload, row));
    },
  };
}

/** The rows of a selection, ascending by id. */
export function* selectedRows(
  { candidates, passes }: RowSelection,
  collection: Collection,
): Generator<number> {
  const rows = candidates
    ? [...candidates].toSorted(collection.compareRows)
    : collection.sortedRows();
  for (const row of rows) if (passes(row)) yield row;
}

type Rows = ReadonlySet<number> | undefined;

/** A superset of the rows which can pass, taken from `must`: any one condition there is enough. */
function narrow(filter: Json, collection: Collection): Rows {
  if (!isObject(filter)) return undefined;
  const must = listOf(filter["must"]);
  return smallest(must.map((condition) => narrowCondition(condition, collection)));
}

function narrowCondition(condition: Json, collection: Collection): Rows {
  if (!isObject(condition)) return undefined;
  if (Array.isArray(condition["has_id"])) {
    const rows = condition["has_id"].map((id) => collection.rowOf(readId(id)));
    return new Set(rows.filter((row) => row !== undefined));
  }
  if (typeof condition["key"] === "string") {
    return narrowMatch(condition["key"], condition, collection);
  }
  return narrow(condition, collection);
}

function narrowMatch(key: string, condition: Record<string, Json>, collection: Collection): Rows {
  const index = collection.indexes.get(key);
  const match = condition["match"];
  const isAlone = Object.keys(condition).length === 2;
  if (!index || !isObject(match) || !isAlone) return undefined;
  if (match["value"] !== undefined) return index.rowsWith(match["value"]);
  if (!Array.isArray(match["any"])) return undefined;
  const sets = match["any"].map((value) => index.rowsWith(value));
  if (sets.some((rows) => rows === undefined)) return undefined;
  return new Set(sets.flatMap((rows) => [...(rows ?? [])]));
}

function smallest(sets: readonly Rows[]): Rows {
  let found: Rows;
  for (const rows of sets) if (rows && (!found || rows.size < found.size)) found = rows;
  return found;
}
