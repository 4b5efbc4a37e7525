// Filters: a clause tree compiled once per request into one function of a point.
import { badRequest, formatError, notImplemented, validationError } from "./envelope.ts";
import { compileField, isEmpty, isNull } from "./field-condition.ts";
import { type PointId, readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { getValues, parseJsonPath } from "./json-path.ts";
import { listOf, readArray, readCount, readObject, readString } from "./read.ts";

export type Predicate = (payload: JsonObject, row: number) => boolean;

/** What a filter asks of its collection. */
export interface FilterScope {
  rowOf(id: PointId): number | undefined;
  hasVector(name: string, row: number): boolean;
  hasTextIndex(key: string): boolean;
}

const CLAUSES = ["must", "should", "must_not", "min_should"];

export function compileFilter(filter: Json | undefined, scope: FilterScope): Predicate | undefined {
  if (filter === undefined || filter === null) return undefined;
  const given = readObject(filter, "a filter");
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
  const given = readObject(clause, "min_should");
  const tests = compileAll(readArray(given["conditions"], "conditions"), scope);
  if (given["min_count"] === undefined) throw formatError("missing field `min_count`");
  const least = readCount(given, "min_count", 1, 1);
  return (payload, row) => tests.filter((test) => test(payload, row)).length >= least;
}

function compileCondition(condition: Json, scope: FilterScope): Predicate {
  const given = readObject(condition, "a condition");
  if (typeof given["key"] === "string") return compileField(given, scope.hasTextIndex);
  const [kind] = Object.keys(given);
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
      return compileNested(given["nested"]);
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

function compileNested(nested: Json | undefined): Predicate {
  const given = readObject(nested, "a nested condition");
  const key = readString(given["key"], "key");
  const path = parseJsonPath(key.endsWith("[]") ? key : `${key}[]`);
  const test = compileFilter(given["filter"], INSIDE_NESTED);
  if (!test) throw validationError("nested.filter", "must be given");
  return (payload, row) =>
    getValues(payload, path).some((item) => isObject(item) && test(item, row));
}

/** An array element has neither an id nor vectors. */
const INSIDE_NESTED: FilterScope = {
  rowOf() {
    throw badRequest("`has_id` is not supported inside a nested filter");
  },
  hasVector() {
    throw badRequest("`has_vector` is not supported inside a nested filter");
  },
  hasTextIndex: () => false,
};
