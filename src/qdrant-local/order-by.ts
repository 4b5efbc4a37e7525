// Order by a payload field: the rows of a selection, once for each value they have.
import type { Collection } from "./collection.ts";
import { formatError, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { type JsonPath, parseJsonPath } from "./json-path.ts";
import { fieldValues, type RangeValue, rangeValue } from "./range-value.ts";
import { readString, rejectOtherKeys } from "./read.ts";

export interface OrderByQuery {
  kind: "order-by";
  path: JsonPath;
  /** Of the payload index on the field: values of other types do not count. */
  type: string;
  descending: boolean;
  /** The first value that counts. */
  startFrom: RangeValue | undefined;
}

export interface OrderedRow {
  row: number;
  orderValue: RangeValue;
}

/** The short form is the key alone. */
export function readOrderBy(given: Json, collection: Collection): OrderByQuery {
  const order: JsonObject = typeof given === "string" ? { key: given } : readObject(given);
  rejectOtherKeys(order, "order_by", ["key", "direction", "start_from"]);
  const key = readString(order["key"], "key");
  const path = parseJsonPath(key);
  const direction = order["direction"] ?? "asc";
  if (direction !== "asc" && direction !== "desc") throw malformed();
  const startFrom = readStart(order["start_from"] ?? null);
  const type = rangeIndexType(key, collection);
  return { kind: "order-by", path, type, descending: direction === "desc", startFrom };
}

function readObject(given: Json): JsonObject {
  if (isObject(given)) return given;
  throw malformed();
}

function readStart(given: Json): RangeValue | undefined {
  if (given === null) return undefined;
  const type = typeof given === "string" ? "datetime" : "float";
  const start = typeof given === "bigint" ? given : rangeValue(type, given);
  if (start === undefined) throw malformed();
  return start;
}

function rangeIndexType(key: string, collection: Collection): string {
  const index = collection.indexes.get(key);
  if (index?.ranges && index.parameters?.["range"] !== false) return index.type;
  throw wrongInput(
    `No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`. ` +
      "Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions",
  );
}

function malformed(): Error {
  return formatError("data did not match any variant of untagged enum OrderByInterface");
}

/** Ties go by id, in the same direction. */
export function orderRows(
  { path, type, descending, startFrom }: OrderByQuery,
  rows: Iterable<number>,
  collection: Collection,
  limit: number,
): OrderedRow[] {
  const sign = descending ? -1 : 1;
  const found: OrderedRow[] = [];
  for (const row of rows) {
    for (const value of new Set(fieldValues(collection.payloadOf(row), path))) {
      const orderValue = rangeValue(type, value);
      if (orderValue === undefined) continue;
      if (startFrom !== undefined && sign * compare(orderValue, startFrom) < 0) continue;
      found.push({ row, orderValue });
    }
  }
  const order = (a: OrderedRow, b: OrderedRow): number =>
    compare(a.orderValue, b.orderValue) || collection.compareRows(a.row, b.row);
  return found.sort((a, b) => sign * order(a, b)).slice(0, limit);
}

function compare(a: RangeValue, b: RangeValue): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
