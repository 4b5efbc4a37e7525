// What a single payload value is tested for: `match` and `range`.
import { parseDatetime } from "./datetime.ts";
import { formatError, notImplemented } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { readArray, readObject, readString } from "./read.ts";
import { tokenise } from "./tokenise.ts";

export type ValueTest = (value: Json) => boolean;

const UNSUPPORTED_MATCHES = ["text_any", "phrase", "prefix"];

/** @param hasTextIndex a text index turns substring search into word search */
export function compileMatch(match: Json, hasTextIndex: boolean): ValueTest {
  const given = readObject(match, "a match");
  if (given["value"] !== undefined) return matchValue(given["value"]);
  if (given["any"] !== undefined) return matchAny(readAlternatives(given["any"], "any"));
  if (given["except"] !== undefined)
    return matchExcept(readAlternatives(given["except"], "except"));
  if (given["text"] !== undefined)
    return matchText(readString(given["text"], "text"), hasTextIndex);
  const unsupported = UNSUPPORTED_MATCHES.find((key) => given[key] !== undefined);
  if (unsupported) throw notImplemented(`\`${unsupported}\` in match`);
  throw formatError("data did not match any variant of untagged enum MatchInterface");
}

function matchValue(expected: Json): ValueTest {
  if (isObject(expected) || Array.isArray(expected) || expected === null) {
    throw formatError("data did not match any variant of untagged enum ValueVariants");
  }
  if (typeof expected === "number" && !Number.isInteger(expected)) {
    throw formatError("match value must be a string, an integer or a bool");
  }
  return (value) => value === expected;
}

function matchAny(expected: ReadonlySet<Json>): ValueTest {
  return (value) => expected.has(value);
}

function matchExcept(excluded: ReadonlySet<Json>): ValueTest {
  return (value) => value !== null && !excluded.has(value);
}

function readAlternatives(values: Json, field: string): ReadonlySet<Json> {
  const list = readArray(values, field);
  const isTyped =
    list.every((value) => typeof value === "string") ||
    list.every((value) => typeof value === "bigint" || Number.isInteger(value));
  if (!isTyped) throw formatError("data did not match any variant of untagged enum AnyVariants");
  return new Set(list);
}

function matchText(text: string, hasTextIndex: boolean): ValueTest {
  // 1.19.0 compares unindexed text as a case-sensitive substring; 1.19.1 changed that.
  if (!hasTextIndex) return (value) => typeof value === "string" && value.includes(text);
  const wanted = tokenise(text);
  return (value) => {
    if (typeof value !== "string" || wanted.size === 0) return false;
    const words = tokenise(value);
    return wanted.values().every((word) => words.has(word));
  };
}

const BOUNDS = ["gt", "gte", "lt", "lte"] as const;

export function compileRange(range: Json): ValueTest {
  const given = readObject(range, "a range");
  const isDatetime = BOUNDS.some((bound) => typeof given[bound] === "string");
  const measure = isDatetime ? datetimeValue : numberValue;
  const within = compileBounds(given, measure);
  return (value) => {
    const measured = measure(value);
    return measured !== undefined && within(measured);
  };
}

/** `gt`, `gte`, `lt` and `lte`, each of them optional. */
export function compileBounds(
  bounds: JsonObject,
  measure: (value: Json) => number | undefined = numberValue,
): (value: number) => boolean {
  const read = (bound: string, otherwise: number): number => {
    const given = bounds[bound] ?? null;
    if (given === null) return otherwise;
    const value = measure(given);
    if (value === undefined) throw formatError(`${bound}: invalid value: ${String(given)}`);
    return value;
  };
  const gt = read("gt", Number.NEGATIVE_INFINITY);
  const gte = read("gte", Number.NEGATIVE_INFINITY);
  const lt = read("lt", Number.POSITIVE_INFINITY);
  const lte = read("lte", Number.POSITIVE_INFINITY);
  return (value) => value > gt && value >= gte && value < lt && value <= lte;
}

function numberValue(value: Json): number | undefined {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : undefined;
}

function datetimeValue(value: Json): number | undefined {
  return typeof value === "string" ? parseDatetime(value) : undefined;
}
