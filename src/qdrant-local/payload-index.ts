import { parseDatetime } from "./datetime.ts";
import { formatError, notImplemented } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { getValues, type JsonPath, parseJsonPath } from "./json-path.ts";

/**
 * Says which rows hold a value, for the types which filters compare for equality. The other types
 * are recorded so that `payload_schema` is right, and their filters look at the payload.
 */
export interface PayloadIndex {
  readonly type: string;
  readonly parameters: JsonObject | undefined;
  add(row: number, payload: JsonObject): void;
  remove(row: number, payload: JsonObject): void;
  /** The rows to look at for `match: {value}`; undefined where this index does not know. */
  rowsWith(value: Json): ReadonlySet<number> | undefined;
  /** How many points have a value of this type. */
  count(): number;
}

const VALUE_TYPES: Record<string, (value: Json) => boolean> = {
  keyword: (value) => typeof value === "string",
  integer: (value) => typeof value === "bigint" || Number.isInteger(value),
  float: (value) => typeof value === "number",
  bool: (value) => typeof value === "boolean",
  datetime: (value) => typeof value === "string" && parseDatetime(value) !== undefined,
  uuid: (value) =>
    typeof value === "string" && /^[\da-f]{8}-?(?:[\da-f]{4}-?){3}[\da-f]{12}$/i.test(value),
  text: (value) => typeof value === "string",
};

const WITH_EQUALITY = ["keyword", "integer", "bool"];
const TEXT_DEFAULTS: Record<string, Json> = { type: "text", tokenizer: "word", lowercase: true };
const TEXT_TUNING = ["on_disk", "memory", "enable_hnsw"];
const NO_ROWS: ReadonlySet<number> = new Set();

export function createPayloadIndex(field: string, schema: Json): PayloadIndex {
  const type = readType(schema);
  const isIndexed = VALUE_TYPES[type] ?? ((): boolean => false);
  const path = parseJsonPath(field);
  const rowsByValue = new Map<Json, Set<number>>();
  const rows = new Set<number>();
  const hasEquality = WITH_EQUALITY.includes(type);

  return {
    type,
    parameters: isObject(schema) ? schema : undefined,
    add(row, payload) {
      for (const value of indexedValues(payload, path, isIndexed)) {
        rows.add(row);
        if (!hasEquality) continue;
        const found = rowsByValue.get(value);
        if (found) found.add(row);
        else rowsByValue.set(value, new Set([row]));
      }
    },
    remove(row, payload) {
      if (!rows.delete(row) || !hasEquality) return;
      for (const value of indexedValues(payload, path, isIndexed)) {
        const found = rowsByValue.get(value);
        found?.delete(row);
        if (found?.size === 0) rowsByValue.delete(value);
      }
    },
    rowsWith(value) {
      return hasEquality && isIndexed(value) ? (rowsByValue.get(value) ?? NO_ROWS) : undefined;
    },
    count: () => rows.size,
  };
}

function indexedValues(
  payload: JsonObject,
  path: JsonPath,
  isIndexed: (value: Json) => boolean,
): Json[] {
  return getValues(payload, path).flat().filter(isIndexed) as Json[];
}

function readType(schema: Json): string {
  const type = isObject(schema) ? schema["type"] : schema;
  if (type === "geo") throw notImplemented("payload index of type `geo`");
  if (typeof type !== "string" || !Object.hasOwn(VALUE_TYPES, type)) {
    throw formatError("data did not match any variant of untagged enum PayloadFieldSchema");
  }
  if (type === "text" && isObject(schema)) rejectTextOptions(schema);
  return type;
}

/** The default `word` tokenizer in lower case is the only one here. */
function rejectTextOptions(schema: JsonObject): void {
  for (const [option, value] of Object.entries(schema)) {
    const isDefault = value === null || value === TEXT_DEFAULTS[option];
    if (!isDefault && !TEXT_TUNING.includes(option)) {
      throw notImplemented(`\`${option}\` of a text index`);
    }
  }
}
