// The rows by the value they have: for filters which compare for equality, and for facets.
import type { Json } from "./json.ts";
import { createRowList, type RowList } from "./row-list.ts";
import { isInteger, readUuids, toUuid } from "./value-types.ts";

export interface ValueIndex {
  add(row: number, value: Json): void;
  remove(row: number, value: Json): void;
  /** The lists of the rows which pass `match` with any of these; undefined where this index does not know. */
  listsOf(wanted: readonly Json[]): readonly RowList[] | undefined;
  listsWithPrefix(prefix: string): readonly RowList[] | undefined;
  /** All values with their rows, in no order. */
  readonly byValue: ReadonlyMap<Json, RowList>;
}

/** @param type keyword, integer, bool or uuid */
export function createValueIndex(type: string): ValueIndex {
  const byValue = new Map<Json, RowList>();
  const keyOf = type === "uuid" ? (value: Json): Json => toUuid(value)! : (value: Json) => value;
  const known = KNOWN[type]!;

  return {
    byValue,
    add(row, value) {
      const key = keyOf(value);
      let list = byValue.get(key);
      if (!list) byValue.set(key, (list = createRowList()));
      list.add(row);
    },
    remove(row, value) {
      const key = keyOf(value);
      const list = byValue.get(key);
      list?.remove(row);
      if (list?.length === 0) byValue.delete(key);
    },
    listsOf(wanted) {
      if (!known(wanted)) return undefined;
      const keys = new Set(wanted.map(keyOf));
      return Array.from(keys, (key) => byValue.get(key)).filter((list) => list !== undefined);
    },
    listsWithPrefix(prefix) {
      if (type !== "keyword") return undefined;
      const found = byValue.entries().filter(([value]) => (value as string).startsWith(prefix));
      return Array.from(found, ([, list]) => list);
    },
  };
}

/** Which values these indexes answer for; for others a filter looks at the payloads. */
const KNOWN: Readonly<Record<string, (values: readonly Json[]) => boolean>> = {
  keyword: (values) => values.every((value) => typeof value === "string"),
  integer: (values) => values.every(isInteger),
  bool: (values) => values.every((value) => typeof value === "boolean"),
  uuid: (values) => readUuids(values) !== undefined,
};
