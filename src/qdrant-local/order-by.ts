// Order by a payload field: the rows of a selection, once for each value they have.
import type { Collection } from "./collection.ts";
import { formatError, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { fieldValues, parseJsonPath } from "./json-path.ts";
import { datetimeValue } from "./range.ts";
import { readString, rejectOtherKeys } from "./read.ts";
import { isInteger } from "./value-types.ts";

/** Datetimes are microseconds since 1970. */
export type OrderValue = number | bigint;

export interface OrderByQuery {
  kind: "order-by";
  /** What the index on the field holds of a row. */
  values(row: number): Iterable<OrderValue>;
  descending: boolean;
  /** The first value that counts. */
  startFrom: OrderValue | undefined;
}

export interface OrderedRow {
  row: number;
  orderValue: OrderValue;
}

/** The short form is the key alone. */
export function readOrderBy(given: Json, collection: Collection): OrderByQuery {
  const order: JsonObject = typeof given === "string" ? { key: given } : readObject(given);
  rejectOtherKeys(order, "order_by", ["key", "direction", "start_from"]);
  const direction = order["direction"] ?? "asc";
  if (direction !== "asc" && direction !== "desc") throw malformed();
  const startFrom = readStart(order["start_from"] ?? null);
  const values = orderValues(readString(order["key"], "key"), collection);
  return { kind: "order-by", values, descending: direction === "desc", startFrom };
}

function readObject(given: Json): JsonObject {
  if (isObject(given)) return given;
  throw malformed();
}

function readStart(given: Json): OrderValue | undefined {
  if (given === null) return undefined;
  if (typeof given === "number" || typeof given === "bigint") return given;
  const start = datetimeValue(given);
  if (start === undefined) throw malformed();
  return start;
}

function orderValues(key: string, collection: Collection): OrderByQuery["values"] {
  const path = parseJsonPath(key);
  const index = collection.indexes.get(key);
  if (!index?.ranges || index.parameters?.["range"] === false) {
    throw wrongInput(
      `No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`. ` +
        "Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions",
    );
  }
  if (index.type !== "integer") return index.ranges.numbersOf;
  // The index rounds what is too large for a number; the payload has it as a bigint.
  return (row) => fieldValues(collection.payloadOf(row), path).filter(isInteger) as OrderValue[];
}

function malformed(): Error {
  return formatError("data did not match any variant of untagged enum OrderByInterface");
}

/** Between two sorts so many are looked at, beside those to be kept. */
const BATCH = 1024;

/** Ties go by id, in the same direction. */
export function orderRows(
  { values, descending, startFrom }: OrderByQuery,
  rows: Iterable<number>,
  collection: Collection,
  limit: number,
): OrderedRow[] {
  const sign = descending ? -1 : 1;
  const order = (a: OrderedRow, b: OrderedRow): number =>
    sign * (compare(a.orderValue, b.orderValue) || collection.compareRows(a.row, b.row));
  let found: OrderedRow[] = [];
  let worst: OrderValue | undefined;
  for (const row of rows) {
    for (const orderValue of new Set(values(row))) {
      if (startFrom !== undefined && sign * compare(orderValue, startFrom) < 0) continue;
      if (worst !== undefined && sign * compare(orderValue, worst) > 0) continue;
      found.push({ row, orderValue });
      if (found.length < limit + BATCH) continue;
      found = found.sort(order).slice(0, limit);
      worst = found.at(-1)?.orderValue;
    }
  }
  return found.sort(order).slice(0, limit);
}

function compare(a: OrderValue, b: OrderValue): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
