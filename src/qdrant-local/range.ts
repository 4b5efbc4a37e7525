// `range`: numbers or points in time between bounds.
import { parseDatetime } from "./datetime.ts";
import { formatError } from "./envelope.ts";
import type { Json, JsonObject } from "./json.ts";
import { readObject, rejectOtherKeys } from "./read.ts";

const BOUNDS = ["gt", "gte", "lt", "lte"] as const;

type Measure = (value: Json) => number | undefined;

export interface Bounds {
  isBelow(value: number): boolean;
  isAbove(value: number): boolean;
}

export interface Range extends Bounds {
  readonly isDatetime: boolean;
  /** What of a payload value is compared; undefined for a value of another type. */
  readonly measure: Measure;
}

export function readRange(given: Json): Range {
  const bounds = readObject(given, "a range");
  rejectOtherKeys(bounds, "range", BOUNDS);
  const isDatetime = BOUNDS.some((bound) => typeof bounds[bound] === "string");
  const measure = isDatetime ? datetimeValue : numberValue;
  return { isDatetime, measure, ...readBounds(bounds, measure) };
}

/** `values_count`: bounds of unsigned integers. */
export function readCountBounds(given: Json): Bounds {
  const bounds = readObject(given, "values_count");
  rejectOtherKeys(bounds, "values_count", BOUNDS);
  return readBounds(bounds, (value) =>
    Number.isInteger(value) && (value as number) >= 0 ? (value as number) : undefined,
  );
}

/** `gt`, `gte`, `lt` and `lte`, each of them optional. */
function readBounds(bounds: JsonObject, measure: Measure): Bounds {
  const read = (bound: string, otherwise: number): number => {
    const given = bounds[bound] ?? null;
    if (given === null) return otherwise;
    const value = measure(given);
    if (value === undefined) throw formatError(`${bound}: invalid value: ${String(given)}`);
    return value;
  };
  // JSON holds no infinite numbers, so an absent bound excludes none.
  const gt = read("gt", Number.NEGATIVE_INFINITY);
  const gte = read("gte", Number.NEGATIVE_INFINITY);
  const lt = read("lt", Number.POSITIVE_INFINITY);
  const lte = read("lte", Number.POSITIVE_INFINITY);
  return {
    isBelow: (value) => value <= gt || value < gte,
    isAbove: (value) => value >= lt || value > lte,
  };
}

export function isWithin({ isBelow, isAbove }: Bounds, value: number): boolean {
  return !isBelow(value) && !isAbove(value);
}

export function numberValue(value: Json): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : undefined;
}

export function datetimeValue(value: Json): number | undefined {
  return typeof value === "string" ? parseDatetime(value) : undefined;
}
