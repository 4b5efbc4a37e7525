export type Json = null | boolean | number | bigint | string | Json[] | JsonObject;

export interface JsonObject {
  [key: string]: Json;
}

/**
 * Ids go up to 2^64 − 1, which a number cannot hold. A reviver makes parsing twenty times slower,
 * so it is used only for a text in which such an integer can occur.
 */
const HAS_LONG_INTEGER = /[[,:\s]-?\d{16,}(?![\d.eE])/;

export function parseJson(text: string): Json {
  return HAS_LONG_INTEGER.test(text) ? JSON.parse(text, reviveLongInteger) : JSON.parse(text);
}

const SMALLEST_INTEGER = -(2n ** 63n);
const LARGEST_INTEGER = 2n ** 64n - 1n;

/** An integer of 64 bits, signed or unsigned, is kept exactly. What is larger is a float, as on a server. */
function reviveLongInteger(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  if (!/^-?\d+$/.test(source)) return value;
  const integer = BigInt(source);
  return integer >= SMALLEST_INTEGER && integer <= LARGEST_INTEGER ? integer : value;
}

interface JsonWithRaw {
  rawJSON?(text: string): unknown;
}

export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Only a bigint makes a plain stringify fail here; asking for it beforehand would cost every response.
    if (!(error instanceof TypeError)) throw error;
    const { rawJSON } = JSON as JsonWithRaw;
    return JSON.stringify(value, (_key, item: unknown) =>
      typeof item === "bigint" ? (rawJSON?.(String(item)) ?? Number(item)) : item,
    );
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own properties only: a payload has no field named `constructor` unless it says so. */
export function getOwn(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
