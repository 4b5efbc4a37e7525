// Options which change how a server stores and searches, not what it answers. They are checked,
// kept and given back.
import { validationError } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { invalidType } from "./read.ts";

export const COLLECTION_TUNING = [
  "hnsw_config",
  "wal_config",
  "optimizers_config",
  "quantization_config",
  "on_disk_payload",
  "payload",
  "shard_number",
  "replication_factor",
  "write_consistency_factor",
];
export const VECTOR_TUNING = ["hnsw_config", "quantization_config", "on_disk", "memory"];

/** Section (the empty one is the body itself), option, smallest and largest value. */
const LIMITS: readonly [string, string, number, number?][] = [
  ["", "shard_number", 1],
  ["", "replication_factor", 1],
  ["", "write_consistency_factor", 1],
  ["hnsw_config", "ef_construct", 4],
  ["hnsw_config", "full_scan_threshold", 10],
  ["optimizers_config", "deleted_threshold", 0, 1],
  ["optimizers_config", "vacuum_min_vector_number", 100],
  ["optimizers_config", "max_segment_size", 1],
  ["wal_config", "wal_capacity_mb", 1],
];

/** @param at where the body is, as a prefix of the names in a validation error */
export function checkTuning(body: JsonObject, at = ""): void {
  for (const [section, option, ...range] of LIMITS) {
    const values = section === "" ? body : (body[section] ?? {});
    if (!isObject(values)) throw invalidType(values, "a map");
    checkRange(values[option] ?? null, `${at}${section}${section && "."}${option}`, range);
  }
}

function checkRange(
  value: Json,
  field: string,
  [smallest, largest]: readonly [number, number?],
): void {
  if (value === null) return;
  if (typeof value !== "number") throw invalidType(value, "a number");
  if (value >= smallest && value <= (largest ?? value)) return;
  const range = largest === undefined ? `${smallest} or larger` : `from ${smallest} to ${largest}`;
  throw validationError(field, `value ${value} invalid, must be ${range}`);
}

/** The options of a PATCH on top of those that are there. */
export function mergeTuning(current: JsonObject, changes: JsonObject): JsonObject {
  const merged: JsonObject = { ...current };
  for (const [option, value] of Object.entries(changes)) {
    const before = merged[option];
    if (value === "Disabled") merged[option] = null;
    else if (option.endsWith("_config") && isObject(before) && isObject(value)) {
      merged[option] = { ...before, ...value };
    } else if (value !== null) merged[option] = value;
  }
  return merged;
}
