// Filters: a clause tree compiled once per request into one function of a point.
import { formatError, notImplemented, QdrantError } from "./envelope.ts";
import { compileField, isEmpty, isNull } from "./field-condition.ts";
import { type PointId, readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { getValues, parseJsonPath } from "./json-path.ts";
import { listOf, readArray, readCount, readObject, readString, rejectOtherKeys } from "./read.ts";
import type { FieldIndex } from "./value-test.ts";

export type Predicate = (payload: JsonObject, row: number) => boolean;

/** What a filter asks of its collection. */
export interface FilterScope {
  rowOf(id: PointId): number | undefined;
  hasVector(name: string, row: number): boolean;
  indexAt(key: string): FieldIndex | undefined;
}

const CLAUSES = ["should", "min_should", "must", "must_not"];

export function compileFilter(filter: Json | undefined, scope: FilterScope): Predicate | undefined {
  if (filter === undefined || filter === null) return undefined;
  const given = readObject(filter, "struct Filter");
  const unknown = Object.keys(given).find((key) => !CLAUSES.includes(key));
  if (unknown !== undefined) {
    throw formatError(`unknown field \`${unknown}\`, expected one of \`${CLAUSES.join("`, `")}\``);
  }
  const must = compileAll(given["must"], scope);
  const should = compileAll(given["should"], scope);
  const mustNot = compileAll(given["must_not"], scope);
  const minShould = compileMinShould(given["min_should"], scope);
  return (payload, row) =>
    must.every((test) => test(payload, row)) &&
    (should.length === 0 || should.some((test) => test(payload, row))) &&
    !mustNot.some((test) => test(payload, row)) &&
    minShould(payload, row);
}

function compileAll(clause: Json | undefined, scope: FilterScope): Predicate[] {
  return listOf(clause).map((condition) => compileCondition(condition, scope));
}

function compileMinShould(clause: Json | undefined, scope: FilterScope): Predicate {
  if (clause === undefined || clause === null) return () => true;
  const given = readObject(clause, "struct MinShould");
  rejectOtherKeys(given, "min_should", ["conditions", "min_count"]);
  const tests = readArray(given["conditions"], "conditions").map((condition) =>
    compileCondition(condition, scope),
  );
  if (given["min_count"] === undefined) throw formatError("missing field `min_count`");
  const least = readCount(given, "min_count", 1, 1);
  return (payload, row) => tests.filter((test) => test(payload, row)).length >= least;
}

const EXPECTED_CONDITION =
  'Expected some form of condition, which can be a field condition (like {"key": ..., "match": ... }), or some other mentioned in the documentation: https://qdrant.tech/documentation/concepts/filtering/#filtering-conditions';

/** A server has one text for whatever does not fit any kind of condition; the cause is put behind it. */
function compileCondition(condition: Json, scope: FilterScope): Predicate {
  try {
    return compileKnownCondition(readObject(condition, "a condition"), scope);
  } catch (error) {
    const start = formatError("").message;
    if (!(error instanceof QdrantError && error.message.startsWith(start))) throw error;
    const cause = error.message.slice(start.length);
    throw cause.startsWith(EXPECTED_CONDITION)
      ? error
      : formatError(`${EXPECTED_CONDITION} (${cause})`);
  }
}

const KINDS = ["is_empty", "is_null", "has_id", "has_vector", "nested", "slice"];

function compileKnownCondition(given: JsonObject, scope: FilterScope): Predicate {
  if (typeof given["key"] === "string") return compileField(given, scope.indexAt);
  const kind = KINDS.find((name) => name in given);
  if (kind !== undefined) rejectOtherKeys(given, kind, [kind]);
  switch (kind) {
    case "is_empty":
      return compileFlag(given["is_empty"], isEmpty);
    case "is_null":
      return compileFlag(given["is_null"], isNull);
    case "has_id":
      return compileHasId(given["has_id"], scope);
    case "has_vector": {
      const name = readString(given["has_vector"], "has_vector");
      return (_payload, row) => scope.hasVector(name, row);
    }
    case "nested":
      return compileNested(given["nested"], scope);
    case "slice":
      throw notImplemented("`slice` in filter");
    default:
      return compileFilter(given, scope) ?? ((): boolean => true);
  }
}

function compileFlag(field: Json | undefined, test: (values: Json[]) => boolean): Predicate {
  const path = parseJsonPath(readString(readObject(field, "a payload field")["key"], "key"));
  return (payload) => test(getValues(payload, path));
}

function compileHasId(ids: Json | undefined, scope: FilterScope): Predicate {
  const rows = new Set(readArray(ids, "has_id").map((id) => scope.rowOf(readId(id))));
  return (_payload, row) => rows.has(row);
}

function compileNested(nested: Json | undefined, scope: FilterScope): Predicate {
  const given = readObject(nested, "a nested condition");
  rejectOtherKeys(given, "nested", ["key", "filter"]);
  const key = nestedKey(readString(given["key"], "key"));
  const path = parseJsonPath(key);
  const test = compileFilter(given["filter"], insideNested(key, scope));
  if (!test) throw formatError("missing field `filter`");
  return (payload, row) =>
    getValues(payload, path).some((item) => isObject(item) && test(item, row));
}

/** A nested condition looks at the elements of an array, whether its key says so or not. */
export function nestedKey(key: string): string {
  return key.endsWith("[]") ? key : `${key}[]`;
}

/** An array element has neither an id nor vectors, and only a text index changes what it is asked. */
function insideNested(key: string, scope: FilterScope): FilterScope {
  return {
    rowOf: () => undefined,
    hasVector: () => false,
    indexAt(field) {
      const { type, tokeniser } = scope.indexAt(`${key}.${field}`) ?? {};
      return type && tokeniser ? { type, tokeniser, isNested: true } : undefined;
    },
  };
}
