// Reading request bodies: every refusal carries the text of Qdrant's own deserialiser or validator.
import { formatError, notImplemented, validationError } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

export function readObject(value: Json | undefined, what: string): JsonObject {
  if (isObject(value)) return value;
  throw formatError(`invalid type: ${typeName(value)}, expected ${what}`);
}

export function readArray(value: Json | undefined, field: string): Json[] {
  if (Array.isArray(value)) return value;
  throw value === undefined
    ? formatError(`missing field \`${field}\``)
    : formatError(`${field}: invalid type: ${typeName(value)}, expected a sequence`);
}

export function readString(value: Json | undefined, field: string): string {
  if (typeof value === "string") return value;
  throw value === undefined
    ? formatError(`missing field \`${field}\``)
    : formatError(`${field}: invalid type: ${typeName(value)}, expected a string`);
}

/** A single object is allowed wherever a list of them is. */
export function listOf(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

/** All that a server says of a query which is none of those it knows. */
export function malformedQuery(): Error {
  return formatError("data did not match any variant of untagged enum QueryInterface");
}

/** A server ignores what it does not know; here a feature that is missing must not pass unseen. */
export function rejectOtherKeys(
  body: JsonObject,
  where: string,
  supported: readonly string[],
): void {
  for (const [key, value] of Object.entries(body)) {
    if (value !== null && !supported.includes(key)) {
      throw notImplemented(`\`${key}\` in ${where}`);
    }
  }
}

/**
 * An unsigned integer with a lower bound; absent or null gives the default.
 * @param path what a server puts before the field in the text of a refusal
 */
export function readCount(
  body: JsonObject,
  field: string,
  minimum: number,
  whenAbsent: number,
  path = "",
): number {
  const given = body[field] ?? whenAbsent;
  const value = typeof given === "bigint" ? Number(given) : given;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw formatError(`${field}: invalid value: ${String(value)}, expected an unsigned integer`);
  }
  if (value < minimum) {
    throw validationError(path + field, `value ${value} invalid, must be ${minimum} or larger`);
  }
  return value;
}

export function readOptionalNumber(body: JsonObject, field: string): number | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  throw formatError(`${field}: invalid type: ${typeName(value)}, expected a number`);
}

export function readNumbers(values: readonly Json[], field: string): Float32Array {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number") {
      if (Array.isArray(value)) throw notImplemented("multivectors");
      throw formatError(`${field}: invalid type: ${typeName(value)}, expected f32`);
    }
    floats[i] = value;
  }
  return floats;
}

function typeName(value: Json | undefined): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  return typeof value === "object" ? "map" : typeof value;
}
