// The values of a payload field that can be put in order.
import type { Json, JsonObject } from "./json.ts";
import { getValues, type JsonPath } from "./json-path.ts";
import { datetimeValue } from "./range.ts";
import { holds } from "./value-types.ts";

/** Datetimes are microseconds since 1970. */
export type RangeValue = number | bigint;

/** Undefined where a range index of this type does not hold the value. */
export function rangeValue(type: string, value: Json): RangeValue | undefined {
  if (!holds(type, value)) return undefined;
  return type === "datetime" ? datetimeValue(value) : (value as RangeValue);
}

/** The values at a path; an array counts as its elements, as it does for an index. */
export function fieldValues(payload: JsonObject, path: JsonPath): Json[] {
  return getValues(payload, path).flat() as Json[];
}
