// The values of a payload field that a range index of a type holds, as numbers.
import { parseDatetime } from "./datetime.ts";
import type { Json, JsonObject } from "./json.ts";
import { getValues, type JsonPath } from "./json-path.ts";

/** Integers beyond what a number holds stay bigints; datetimes are microseconds since 1970. */
export type RangeValue = number | bigint;

const MEASURES: Record<string, (value: Json) => RangeValue | undefined> = {
  integer: (value) =>
    typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value))
      ? value
      : undefined,
  float: (value) =>
    typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined,
  datetime: (value) => (typeof value === "string" ? parseDatetime(value) : undefined),
};

export function isRangeType(type: string): boolean {
  return Object.hasOwn(MEASURES, type);
}

/** Undefined where an index of this type would not hold the value. */
export function rangeValue(type: string, value: Json): RangeValue | undefined {
  return MEASURES[type]?.(value);
}

/** The values at a path; an array counts as its elements, as it does for an index. */
export function fieldValues(payload: JsonObject, path: JsonPath): Json[] {
  return getValues(payload, path).flat() as Json[];
}
