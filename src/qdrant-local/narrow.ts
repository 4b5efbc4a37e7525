// What the payload indexes tell of a filter, without a look at any payload.
import type { Collection } from "./collection.ts";
import { nestedKey } from "./filter.ts";
import { isId, readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { PayloadIndex } from "./payload-index.ts";
import { readRange } from "./range.ts";
import { listOf } from "./read.ts";
import { createRowMarks, intersectRows, type RowList } from "./row-list.ts";

export interface Narrowed {
  /** No other row can pass, ascending; undefined where the indexes exclude none. */
  readonly rows: Uint32Array | undefined;
  /** Each of the rows passes, so nobody has to look again. */
  readonly isExact: boolean;
}

const ALL: Narrowed = { rows: undefined, isExact: true };
const UNKNOWN: Narrowed = { rows: undefined, isExact: false };
const NONE: Narrowed = { rows: new Uint32Array(0), isExact: true };

/**
 * @param filter one that `compileFilter` has accepted
 * @param path where the objects are whose fields it names: `parts[].` inside a nested condition
 */
export function narrowFilter(filter: Json, collection: Collection, path = ""): Narrowed {
  if (!isObject(filter)) return ALL;
  const narrowAll = (clause: Json | undefined): Narrowed[] =>
    listOf(clause).map((condition) => narrowCondition(condition, collection, path));
  const should = narrowAll(filter["should"]);
  const minShould = (filter["min_should"] ?? null) === null ? ALL : UNKNOWN;
  const found = intersect([
    ...narrowAll(filter["must"]),
    should.length === 0 ? ALL : unite(should, collection),
    minShould,
  ]);
  return narrowAll(filter["must_not"]).reduce(
    (rest, excluded) => exclude(rest, excluded, collection),
    found,
  );
}

function narrowCondition(condition: Json, collection: Collection, path: string): Narrowed {
  if (!isObject(condition)) return UNKNOWN;
  if (typeof condition["key"] === "string") {
    const index = collection.indexes.get(path + condition["key"]);
    return index ? narrowField(condition, index, collection, path !== "") : UNKNOWN;
  }
  const { has_id: ids, nested } = condition;
  if (isObject(nested)) {
    const key = nestedKey(String(nested["key"]));
    const { rows } = narrowFilter(nested["filter"] ?? null, collection, `${path}${key}.`);
    // One element has to pass all of it, the indexes know only that some element passes each part.
    return { rows, isExact: false };
  }
  if (Array.isArray(ids)) return path === "" ? narrowIds(ids, collection) : UNKNOWN;
  return KINDS.some((kind) => kind in condition)
    ? UNKNOWN
    : narrowFilter(condition, collection, path);
}

const KINDS = ["is_empty", "is_null", "has_vector"];

function narrowIds(ids: readonly Json[], collection: Collection): Narrowed {
  const rows = ids.filter(isId).map((id) => collection.rowOf(readId(id)));
  const found = new Set(rows.filter((row) => row !== undefined));
  return { rows: Uint32Array.from(found).sort(), isExact: true };
}

function narrowField(
  condition: JsonObject,
  index: PayloadIndex,
  collection: Collection,
  isNested: boolean,
): Narrowed {
  const { key: _key, ...tests } = condition;
  const [[name, given] = [], ...others] = Object.entries(tests).filter(([, test]) => test !== null);
  const rows = others.length === 0 ? rowsOf(name, given, index, collection, isNested) : undefined;
  return rows ? { rows, isExact: !isNested } : UNKNOWN;
}

function rowsOf(
  test: string | undefined,
  given: Json | undefined,
  index: PayloadIndex,
  collection: Collection,
  isNested: boolean,
): Uint32Array | undefined {
  if (test === "match" && isObject(given)) {
    const lists = matchingLists(given, index);
    return lists && uniteLists(lists, collection);
  }
  if (test !== "range" || !index.ranges || given === undefined) return undefined;
  const range = readRange(given);
  if (range.isDatetime !== (index.type === "datetime")) return undefined;
  // Inside a nested condition a range sees floats too, which an integer index does not hold.
  if (isNested && index.type === "integer") return undefined;
  return index.ranges.rowsWithin(range, collection.rowLimit());
}

function matchingLists(
  { value = null, any = null, prefix = null }: JsonObject,
  { values }: PayloadIndex,
): readonly RowList[] | undefined {
  if (value !== null) return values?.listsOf([value]);
  if (Array.isArray(any)) return values?.listsOf(any);
  return typeof prefix === "string" ? values?.listsWithPrefix(prefix) : undefined;
}

function uniteLists(lists: readonly RowList[], collection: Collection): Uint32Array {
  const [first] = lists;
  if (first && lists.length === 1) return first.rows();
  return uniteRows(
    lists.map((list) => list.rows()),
    collection,
  );
}

function uniteRows(parts: readonly Uint32Array[], collection: Collection): Uint32Array {
  const marks = createRowMarks(collection.rowLimit());
  for (const part of parts) for (const row of part) marks.mark(row);
  return marks.rows();
}

export function intersect(parts: readonly Narrowed[]): Narrowed {
  const isExact = parts.every((part) => part.isExact);
  const known = parts.map(({ rows }) => rows).filter((rows) => rows !== undefined);
  const [shortest, ...others] = known.toSorted((a, b) => a.length - b.length);
  return { rows: shortest && others.reduce(intersectRows, shortest), isExact };
}

function unite(parts: readonly Narrowed[], collection: Collection): Narrowed {
  if (parts.includes(ALL)) return ALL;
  const known = parts.map(({ rows }) => rows).filter((rows) => rows !== undefined);
  if (known.length < parts.length) return UNKNOWN;
  return { rows: uniteRows(known, collection), isExact: parts.every((part) => part.isExact) };
}

/** Rows that surely pass what must not hold are out; of others nothing is known. */
function exclude(from: Narrowed, excluded: Narrowed, collection: Collection): Narrowed {
  if (!excluded.isExact) return { ...from, isExact: false };
  if (!excluded.rows) return NONE;
  // To list nearly all rows is worth it only if that answers the filter.
  if (!from.rows && !from.isExact) return from;
  const marks = createRowMarks(collection.rowLimit());
  for (const row of from.rows ?? collection.sortedRows()) marks.mark(row);
  for (const row of excluded.rows) marks.unmark(row);
  return { rows: marks.rows(), isExact: from.isExact };
}
