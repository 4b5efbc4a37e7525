// A condition on one payload field: the values at its path pass if any of them does.
import { formatError, notImplemented, validationError } from "./envelope.ts";
import type { Json, JsonObject } from "./json.ts";
import { getValues, parseJsonPath } from "./json-path.ts";
import { compileBounds, compileMatch, compileRange, type ValueTest } from "./match.ts";
import { readObject, readString } from "./read.ts";

type ValuesTest = (values: readonly Json[]) => boolean;

const KEYS = ["key", "match", "range", "values_count", "is_empty", "is_null"];
const UNSUPPORTED = ["geo_bounding_box", "geo_radius", "geo_polygon"];

export function compileField(
  condition: JsonObject,
  hasTextIndex: (key: string) => boolean,
): (payload: JsonObject) => boolean {
  const key = readString(condition["key"], "key");
  const path = parseJsonPath(key);
  const tests = [...compileTests(condition, hasTextIndex(key))];
  if (tests.length === 0) {
    throw validationError("filter", "At least one field condition must be specified");
  }
  // Several tests in one condition are alternatives, as on the server.
  return (payload) => {
    const values = getValues(payload, path);
    return tests.some((test) => test(values));
  };
}

function* compileTests(condition: JsonObject, hasTextIndex: boolean): Generator<ValuesTest> {
  for (const [name, given] of Object.entries(condition)) {
    if (given === null || name === "key") continue;
    if (UNSUPPORTED.includes(name)) throw notImplemented(`\`${name}\` in filter`);
    if (!KEYS.includes(name)) throw formatError(`unknown field \`${name}\` in field condition`);
    if (name === "match") yield anyValue(compileMatch(given, hasTextIndex));
    if (name === "range") yield anyValue(compileRange(given));
    if (name === "values_count") yield countValues(given);
    if (name === "is_empty") yield (values) => isEmpty(values) === given;
    if (name === "is_null") yield (values) => isNull(values) === given;
  }
}

function anyValue(test: ValueTest): ValuesTest {
  return (values) =>
    values.some((value) => (Array.isArray(value) ? value.some((item) => test(item)) : test(value)));
}

function countValues(bounds: Json): ValuesTest {
  const within = compileBounds(readObject(bounds, "values_count"));
  return (values) =>
    values.length === 0 ? within(0) : values.some((value) => within(countOf(value)));
}

function countOf(value: Json): number {
  if (value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}

/** Missing, null, or an empty array. */
export function isEmpty(values: readonly Json[]): boolean {
  return values.every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

/** A null that is there: a missing field is not null. */
export function isNull(values: readonly Json[]): boolean {
  return values.some((value) => value === null || (Array.isArray(value) && value.includes(null)));
}
