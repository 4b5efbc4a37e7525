// A condition on one payload field: the values at its path pass if any of them does.
import { formatError, validationError } from "./envelope.ts";
import { compileGeoBox, compileGeoRadius, type GeoTest, toGeoPoint } from "./geo.ts";
import { compileGeoPolygon } from "./geo-polygon.ts";
import type { Json, JsonObject } from "./json.ts";
import { getValues, parseJsonPath } from "./json-path.ts";
import { compileMatch } from "./match.ts";
import { isWithin, readCountBounds, readRange } from "./range.ts";
import { readString, rejectOtherKeys } from "./read.ts";
import { anyValue, type FieldIndex, type ValuesTest } from "./value-test.ts";
import { isInteger } from "./value-types.ts";

type Compile = (given: Json, index: FieldIndex | undefined) => ValuesTest;

const TESTS: Readonly<Record<string, Compile>> = {
  match: compileMatch,
  range: compileRange,
  geo_radius: (given) => anyPoint(compileGeoRadius(given)),
  geo_bounding_box: (given) => anyPoint(compileGeoBox(given)),
  geo_polygon: (given) => anyPoint(compileGeoPolygon(given)),
};

/** Each of these counts alone, whatever else its condition says. */
const FLAGS: Readonly<Record<string, Compile>> = {
  values_count: countValues,
  is_empty: (given) => {
    const wanted = readFlag(given, "is_empty");
    return (values) =>
      values.length === 0 ? wanted : values.some((value) => isEmpty([value]) === wanted);
  },
  is_null: (given) => {
    const wanted = readFlag(given, "is_null");
    return (values) =>
      values.length === 0 ? !wanted : values.some((value) => isNull([value]) === wanted);
  },
};

export function compileField(
  condition: JsonObject,
  indexAt: (key: string) => FieldIndex | undefined,
): (payload: JsonObject) => boolean {
  const key = readString(condition["key"], "key");
  const path = parseJsonPath(key);
  const index = indexAt(key);
  const flags = compileKnown(FLAGS, condition, index);
  // Several tests in one condition are alternatives, as on the server.
  const tests = [...compileKnown(TESTS, condition, index), ...flags];
  if (tests.length === 0) {
    throw validationError("filter", "At least one field condition must be specified");
  }
  rejectOtherKeys(condition, "field condition", ["key", ...Object.keys({ ...TESTS, ...FLAGS })]);
  const [flag] = flags;
  if (flag) return (payload) => flag(getValues(payload, path));
  return (payload) => {
    const values = getValues(payload, path);
    return tests.some((test) => test(values));
  };
}

function compileKnown(
  known: Readonly<Record<string, Compile>>,
  condition: JsonObject,
  index: FieldIndex | undefined,
): ValuesTest[] {
  return Object.entries(known).flatMap(([name, compile]) => {
    const given = condition[name] ?? null;
    return given === null ? [] : [compile(given, index)];
  });
}

/** An integer index sees integers only. */
function compileRange(given: Json, index: FieldIndex | undefined): ValuesTest {
  const range = readRange(given);
  const onlyIntegers = index?.type === "integer" && !range.isDatetime;
  return anyValue((value) => {
    const measured = range.measure(value);
    return (
      measured !== undefined && isWithin(range, measured) && (!onlyIntegers || isInteger(value))
    );
  });
}

function anyPoint(test: GeoTest): ValuesTest {
  return anyValue((value) => {
    const point = toGeoPoint(value);
    return point !== undefined && test(point);
  });
}

function countValues(given: Json): ValuesTest {
  const bounds = readCountBounds(given);
  return (values) =>
    values.length === 0
      ? isWithin(bounds, 0)
      : values.some((value) => isWithin(bounds, countOf(value)));
}

function countOf(value: Json): number {
  if (value === null) return 0;
  return Array.isArray(value) ? value.length : 1;
}

function readFlag(given: Json, name: string): boolean {
  if (typeof given === "boolean") return given;
  throw formatError(`${name}: invalid type, expected a boolean`);
}

/** Missing, null, or an empty array. */
export function isEmpty(values: readonly Json[]): boolean {
  return values.every((value) => value === null || (Array.isArray(value) && value.length === 0));
}

/** A null that is there: a missing field is not null. */
export function isNull(values: readonly Json[]): boolean {
  return values.some((value) => value === null || (Array.isArray(value) && value.includes(null)));
}
