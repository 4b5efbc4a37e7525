// Reading request bodies: every refusal carries the text of Qdrant's own deserialiser or validator.
import { formatError, notImplemented, validationError } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";

/** @param expected as serde names the type, such as `a map` or `struct PointStruct` */
export function readObject(value: Json | undefined, expected: string): JsonObject {
  if (isObject(value)) return value;
  throw invalidType(value, expected);
}

export function readArray(value: Json | undefined, field: string): Json[] {
  if (Array.isArray(value)) return value;
  throw value === undefined ? missingField(field) : invalidType(value, "a sequence");
}

export function readString(value: Json | undefined, field: string): string {
  if (typeof value === "string") return value;
  throw value === undefined ? missingField(field) : invalidType(value, "a string");
}

/** One of a few words; absent or null gives the default. */
export function readVariant<Variant extends string>(
  value: Json | undefined,
  variants: readonly Variant[],
  whenAbsent: Variant,
): Variant {
  const given = value ?? whenAbsent;
  const found = variants.find((variant) => variant === given);
  if (found !== undefined) return found;
  if (typeof given !== "string") throw invalidType(given, "string or map");
  throw formatError(`unknown variant \`${given}\`, expected ${listVariants(variants)}`);
}

function listVariants(variants: readonly string[]): string {
  const quoted = variants.map((variant) => `\`${variant}\``);
  return quoted.length === 2 ? quoted.join(" or ") : `one of ${quoted.join(", ")}`;
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
  const value = Number(readUnsigned(body[field] ?? whenAbsent, "usize"));
  if (value < minimum) {
    throw validationError(path + field, `value ${value} invalid, must be ${minimum} or larger`);
  }
  return value;
}

const LARGEST_UNSIGNED = 2n ** 64n - 1n;

function readUnsigned(value: Json, expected: string): number | bigint {
  if (typeof value === "bigint" && value >= 0n && value <= LARGEST_UNSIGNED) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  if (typeof value === "bigint" || Number.isInteger(value)) throw invalidValue(value, expected);
  throw invalidType(value, expected);
}

export function readOptionalNumber(body: JsonObject, field: string): number | undefined {
  const value = body[field] ?? undefined;
  if (value === undefined || typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  throw invalidType(value, "f32");
}

/** @param refuse the error for what is no number; by default that of a plain list of f32 */
export function readNumbers(
  values: readonly Json[],
  refuse: (value: Json | undefined) => Error = (value) => invalidType(value, "f32"),
): Float32Array {
  const floats = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number" && typeof value !== "bigint") throw refuse(value);
    floats[i] = Number(value);
  }
  return floats;
}

/** Where serde tries several shapes in turn, it tells none of their errors. */
export function noVariant(type: string): Error {
  return formatError(`data did not match any variant of untagged enum ${type}`);
}

export function missingField(field: string): Error {
  return formatError(`missing field \`${field}\``);
}

export function invalidType(value: Json | undefined, expected: string): Error {
  return formatError(`invalid type: ${describe(value)}, expected ${expected}`);
}

function invalidValue(value: Json | undefined, expected: string): Error {
  return formatError(`invalid value: ${describe(value)}, expected ${expected}`);
}

function describe(value: Json | undefined): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value)) return "sequence";
  switch (typeof value) {
    case "object":
      return "map";
    case "string":
      return `string ${JSON.stringify(value)}`;
    case "boolean":
      return `boolean \`${value}\``;
    default:
      return Number.isInteger(value) || typeof value === "bigint"
        ? `integer \`${value}\``
        : `floating point \`${value}\``;
  }
}
