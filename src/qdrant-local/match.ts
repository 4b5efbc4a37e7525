// `match`: what the values of a field are tested for.
import { formatError } from "./envelope.ts";
import type { Json } from "./json.ts";
import { readArray, readObject, readString, rejectOtherKeys } from "./read.ts";
import { compileText, type TextMatch } from "./text-match.ts";
import { anyValue, type FieldIndex, type ValuesTest, type ValueTest } from "./value-test.ts";
import { holds, isInteger, readUuids, toUuid } from "./value-types.ts";

/** In the order in which a server tries them. */
const KINDS = ["value", "text", "text_any", "phrase", "prefix", "any", "except"];

export function compileMatch(match: Json, index: FieldIndex | undefined): ValuesTest {
  const given = readObject(match, "a match");
  const kind = KINDS.find((name) => (given[name] ?? null) !== null);
  if (!kind) throw formatError("data did not match any variant of untagged enum MatchInterface");
  rejectOtherKeys(given, "match", [kind]);
  const wanted = given[kind]!;
  switch (kind) {
    case "value":
      return anyValue(matchAny([readScalar(wanted)], index));
    case "any":
      return anyValue(matchAny(readAlternatives(wanted, kind), index));
    case "except":
      return anyValue(matchExcept(readAlternatives(wanted, kind), index));
    case "prefix": {
      const prefix = readString(wanted, kind);
      return anyValue((value) => typeof value === "string" && value.startsWith(prefix));
    }
    default:
      return compileText(kind as TextMatch, readString(wanted, kind), index);
  }
}

function readScalar(value: Json): Json {
  if (typeof value === "string" || typeof value === "boolean" || isInteger(value)) return value;
  throw formatError("value: expected a string, an integer or a bool");
}

function readAlternatives(values: Json, field: string): Json[] {
  const list = readArray(values, field);
  const isTyped = list.every((value) => typeof value === "string") || list.every(isInteger);
  if (!isTyped) throw formatError("data did not match any variant of untagged enum AnyVariants");
  return list;
}

function matchAny(wanted: readonly Json[], index: FieldIndex | undefined): ValueTest {
  const set = new Set(wanted);
  const uuids = index?.type === "uuid" ? readUuids(wanted) : undefined;
  return uuids ? (value) => uuids.has(toUuid(value)) : (value) => set.has(value);
}

/** An index of the excluded values' type sees no values of other types. */
function matchExcept(excluded: readonly Json[], index: FieldIndex | undefined): ValueTest {
  const isExcluded = matchAny(excluded, index);
  const type = index?.type ?? "";
  const isSeen = SAME_TYPE[type]?.(excluded) ? (value: Json) => holds(type, value) : isPresent;
  return (value) => isSeen(value) && !isExcluded(value);
}

const SAME_TYPE: Readonly<Record<string, (values: readonly Json[]) => boolean>> = {
  keyword: (values) => values.every((value) => typeof value === "string"),
  // An empty list is read as one of strings.
  integer: (values) => values.length > 0 && values.every(isInteger),
  uuid: (values) => readUuids(values) !== undefined,
};

function isPresent(value: Json): boolean {
  return value !== null;
}
