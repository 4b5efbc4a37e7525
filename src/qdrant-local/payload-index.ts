import { formatError, validationError } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { getValues, parseJsonPath } from "./json-path.ts";
import { datetimeValue, numberValue } from "./range.ts";
import { createRangeIndex, type RangeIndex } from "./range-index.ts";
import { rejectOtherKeys } from "./read.ts";
import { createTokeniser } from "./tokenise.ts";
import { createValueIndex, type ValueIndex } from "./value-index.ts";
import type { FieldIndex } from "./value-test.ts";
import { holds, isIndexType } from "./value-types.ts";

/** The index of one payload field. `values` and `ranges` are there for the types which have them. */
export interface PayloadIndex extends FieldIndex {
  readonly parameters: JsonObject | undefined;
  readonly values: ValueIndex | undefined;
  readonly ranges: RangeIndex | undefined;
  /** Each of the payloads may be absent: the row is then new, or gone. */
  replace(row: number, previous: JsonObject | undefined, next: JsonObject | undefined): void;
  /** How many points have a value of this type. */
  count(): number;
}

const WITH_EQUALITY = ["keyword", "integer", "bool", "uuid"];
const MEASURES: Readonly<Record<string, (value: Json) => number | undefined>> = {
  integer: numberValue,
  float: numberValue,
  datetime: datetimeValue,
};

export function createPayloadIndex(field: string, schema: Json): PayloadIndex {
  const type = readType(schema);
  const path = parseJsonPath(field);
  const tokeniser = type === "text" ? createTokeniser(schema) : undefined;
  const values = WITH_EQUALITY.includes(type) ? createValueIndex(type) : undefined;
  const measure = MEASURES[type];
  const ranges = measure && createRangeIndex();
  let count = 0;

  function valuesOf(payload: JsonObject | undefined): Json[] {
    if (!payload) return [];
    const found = getValues(payload, path).flat() as Json[];
    return found.filter((value) => holds(type, value));
  }

  /** A text without words counts for nothing. */
  function isCounted(found: readonly Json[]): boolean {
    if (!tokeniser) return found.length > 0;
    return found.some((value) => tokeniser.words(value as string).length > 0);
  }

  return {
    type,
    parameters: isObject(schema) ? schema : undefined,
    tokeniser,
    values,
    ranges,
    replace(row, previous, next) {
      const before = valuesOf(previous);
      const after = valuesOf(next);
      if (before.length === after.length && before.every((value, i) => value === after[i])) return;
      count += Number(isCounted(after)) - Number(isCounted(before));
      for (const value of before) values?.remove(row, value);
      for (const value of after) values?.add(row, value);
      if (measure) ranges?.set(row, after.map(measure) as number[]);
    },
    count: () => count,
  };
}

const TUNING = ["type", "on_disk", "memory", "enable_hnsw"];
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  keyword: ["is_tenant", "prefix"],
  integer: ["lookup", "range", "is_principal"],
  float: ["is_principal"],
  datetime: ["is_principal"],
  uuid: ["is_tenant"],
};

function readType(schema: Json): string {
  const type = isObject(schema) ? schema["type"] : schema;
  if (!isIndexType(type)) {
    throw formatError("data did not match any variant of untagged enum PayloadFieldSchema");
  }
  if (isObject(schema) && type !== "text") {
    const options = OPTIONS[type] ?? [];
    rejectOtherKeys(schema, `${type} index`, [...TUNING, ...options]);
    for (const option of options) readFlag(schema[option] ?? null, option);
    rejectIdleInteger(schema);
  }
  return type;
}

function readFlag(value: Json, option: string): void {
  if (value === null || typeof value === "boolean") return;
  throw formatError(`${option}: invalid type, expected a boolean`);
}

function rejectIdleInteger({ type, lookup, range }: JsonObject): void {
  if (type !== "integer" || lookup !== false || range !== false) return;
  throw validationError(
    "field_schema",
    "the `lookup` and `range` capabilities can't be both disabled",
  );
}
