// Qdrant's filter language, one point at a time.
import type { Bounds, Condition, Filter, GeoPoint, Match } from "../commands.ts";
import { elementsAt, isObject, valuesAt } from "./payload.ts";
import type { Collection, StoredPoint } from "./state.ts";

const EARTH_RADIUS = 6_371_008.8;

export function matches(point: StoredPoint, filter: Filter | undefined, of: Collection): boolean {
  if (!filter) return true;
  const test = (condition: Condition): boolean => holds(point, condition, of);
  const { must, should, must_not: mustNot, min_should: minShould } = filter;
  if (must && !list(must).every(test)) return false;
  if (should && !list(should).some(test)) return false;
  if (mustNot && list(mustNot).some(test)) return false;
  return !minShould || minShould.conditions.filter(test).length >= minShould.min_count;
}

/** Clause by clause: so one `should` of either is enough, and the larger `min_count` of both counts. */
export function joinFilters(a: Filter, b: Filter): Filter {
  const joined: Filter = {};
  for (const clause of ["must", "should", "must_not"] as const) {
    const conditions = [a, b].flatMap((filter) => filter[clause] ?? []);
    if (conditions.length > 0) joined[clause] = conditions;
  }
  const least = [a, b].flatMap(({ min_should: minShould }) => minShould ?? []);
  if (least.length > 0) {
    joined.min_should = {
      conditions: least.flatMap(({ conditions }) => conditions),
      min_count: Math.max(...least.map(({ min_count: count }) => count)),
    };
  }
  return joined;
}

function list(conditions: Condition | Condition[]): Condition[] {
  return Array.isArray(conditions) ? conditions : [conditions];
}

function holds(point: StoredPoint, condition: Condition, of: Collection): boolean {
  const { payload, vectors, id } = point;
  if (condition.key !== undefined) return fieldHolds(point, condition, condition.key, of);
  if (condition.has_id) return condition.has_id.includes(id);
  if (condition.has_vector !== undefined) return vectors.has(condition.has_vector);
  if (isObject(condition.is_empty)) return isEmpty(valuesAt(payload, condition.is_empty.key));
  if (isObject(condition.is_null)) {
    return valuesAt(payload, condition.is_null.key).some((value) => value === null);
  }
  if (condition.nested) {
    const { key, filter } = condition.nested;
    const inside: Collection = { ...of, indexes: new Map() };
    return valuesAt(payload, key.endsWith("[]") ? key : `${key}[]`)
      .filter(isObject)
      .some((value) => matches({ ...point, payload: value, vectors: new Map() }, filter, inside));
  }
  return matches(point, condition, of);
}

function isEmpty(values: unknown[]): boolean {
  return values.every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

function fieldHolds(
  { payload }: StoredPoint,
  condition: Condition,
  key: string,
  of: Collection,
): boolean {
  const values = valuesAt(payload, key);
  const elements = elementsAt(payload, key);
  const { match, range, geo_radius: radius, values_count: count } = condition;
  if (match) return elements.some((value) => matchHolds(value, match, of.indexes.get(key)));
  if (range) return elements.some((value) => rangeHolds(value, range));
  if (radius) {
    const isNear = (at: GeoPoint): boolean => distance(radius.center, at) < radius.radius;
    return elements.some((value) => isGeoPoint(value) && isNear(value));
  }
  if (count) {
    return values.length === 0
      ? between(0, count)
      : values.some((value) => between(countOf(value), count));
  }
  if (typeof condition.is_empty === "boolean") {
    return values.length === 0
      ? condition.is_empty
      : values.some((value) => isEmpty([value]) === condition.is_empty);
  }
  if (values.length === 0) return condition.is_null === false;
  return values.some((value) => hasNull(value) === condition.is_null);
}

function hasNull(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.includes(null));
}

function countOf(value: unknown): number {
  if (value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}

function matchHolds(value: unknown, match: Match, index: string | undefined): boolean {
  if (match.value !== undefined) return value === match.value;
  if (match.any) return match.any.includes(value as string);
  if (match.except) return value !== null && !match.except.includes(value as string);
  if (typeof value !== "string" || match.text === undefined) return false;
  if (index !== "text") return value.includes(match.text);
  const words = wordsOf(value);
  const wanted = wordsOf(match.text);
  return wanted.length > 0 && wanted.every((word) => words.includes(word));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function rangeHolds(value: unknown, bounds: Bounds): boolean {
  const isDatetime = Object.values(bounds).some((bound) => typeof bound === "string");
  if (!isDatetime) return typeof value === "number" && between(value, bounds as Bounds<number>);
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) return false;
  const entries = Object.entries(bounds).map(([key, bound]) => [key, Date.parse(bound as string)]);
  return between(Date.parse(value), Object.fromEntries(entries) as Bounds<number>);
}

function between(value: number, { gt, gte, lt, lte }: Bounds<number>): boolean {
  return (
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte)
  );
}

function isGeoPoint(value: unknown): value is GeoPoint {
  return isObject(value) && typeof value["lat"] === "number" && typeof value["lon"] === "number";
}

/** Haversine, in metres. */
function distance(a: GeoPoint, b: GeoPoint): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const height = Math.sin(radians(b.lat - a.lat) / 2) ** 2;
  const width = Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  const part = height + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * width;
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(part));
}
