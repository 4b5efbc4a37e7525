import type { Json, JsonObject } from "./json.ts";
import { listOf, readArray, readObject } from "./read.ts";

/**
 * The filter of a request, or of an outer prefetch, together with that of a prefetch inside. As on the
 * server they are joined clause by clause, so of two `should` one condition is enough.
 */
export function mergeFilters(outer: Json, inner: Json): Json {
  if (outer === null) return inner;
  if (inner === null) return outer;
  const a = readObject(outer, "a filter");
  const b = readObject(inner, "a filter");
  const merged: JsonObject = { ...a, ...b };
  for (const clause of ["must", "should", "must_not"]) {
    const conditions = [...listOf(a[clause]), ...listOf(b[clause])];
    if (conditions.length > 0) merged[clause] = conditions;
  }
  const least = mergeLeast(a["min_should"] ?? null, b["min_should"] ?? null);
  return least === null ? merged : { ...merged, min_should: least };
}

/** The larger of the two counts, out of the conditions of both. */
function mergeLeast(outer: Json, inner: Json): Json {
  if (outer === null) return inner;
  if (inner === null) return outer;
  const a = readObject(outer, "min_should");
  const b = readObject(inner, "min_should");
  const isMore = Number(a["min_count"]) > Number(b["min_count"]);
  const conditions = [a, b].flatMap((least) => readArray(least["conditions"], "conditions"));
  return { ...(isMore ? a : b), conditions };
}
