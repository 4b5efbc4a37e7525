import { formatError } from "./envelope.ts";
import { getOwn, isObject, type Json, type JsonObject } from "./json.ts";

/** A key, an array position, or every array element (`[]`). */
export type PathStep = string | number | typeof EACH;
export type JsonPath = readonly PathStep[];

export const EACH: unique symbol = Symbol("[]");

const STEP = /\.?(?:"([^"]+)"|([\p{L}\p{N}_-]+))|\[(\d*)\]/uy;

/** Reads `a.b`, `a[0].b`, `a[].b` and `"a key".b`. */
export function parseJsonPath(text: string): JsonPath {
  const steps: PathStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const startsWithDot = text[STEP.lastIndex] === ".";
    const found = STEP.exec(text);
    if (!found) throw invalidPath(text);
    const [, quoted, plain, index] = found;
    const key = quoted ?? plain;
    if (key !== undefined) {
      if (startsWithDot === (steps.length === 0)) throw invalidPath(text);
      steps.push(key);
    } else {
      steps.push(index === "" ? EACH : Number(index));
    }
  }
  if (typeof steps[0] !== "string") throw invalidPath(text);
  return steps;
}

/** The values at a path; an array in the middle is entered only where the path says so. */
export function getValues(payload: JsonObject, path: JsonPath): Json[] {
  const values: Json[] = [];
  collect(payload, path, 0, values);
  return values;
}

/** The values at a path; an array counts as its elements, as it does for an index. */
export function fieldValues(payload: JsonObject, path: JsonPath): Json[] {
  return getValues(payload, path).flat() as Json[];
}

function collect(value: Json, path: JsonPath, depth: number, into: Json[]): void {
  const step = path[depth];
  if (step === undefined) {
    into.push(value);
  } else if (step === EACH) {
    if (Array.isArray(value)) for (const item of value) collect(item, path, depth + 1, into);
  } else {
    const next = child(value, step);
    if (next !== undefined) collect(next, path, depth + 1, into);
  }
}

function child(value: Json, step: string | number): Json | undefined {
  if (typeof step === "number") return Array.isArray(value) ? value[step] : undefined;
  return isObject(value) ? getOwn(value, step) : undefined;
}

function invalidPath(text: string): Error {
  return formatError(`Invalid json path: '${text}'`);
}
