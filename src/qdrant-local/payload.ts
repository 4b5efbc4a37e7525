// Edits of payloads. A stored payload is never changed in place: each edit returns a new one, so a
// refused request leaves nothing behind.
import { getOwn, isObject, type Json, type JsonObject } from "./json.ts";
import { EACH, type JsonPath } from "./json-path.ts";

/** `set payload`: the given keys replace the stored ones, at the root or below a path. */
export function mergePayload(
  payload: JsonObject,
  changes: JsonObject,
  path: JsonPath = [],
): JsonObject {
  return mergeAt(payload, changes, path, 0) as JsonObject;
}

function mergeAt(target: Json, changes: JsonObject, path: JsonPath, depth: number): Json {
  const step = path[depth];
  if (step === undefined) return { ...(isObject(target) ? target : {}), ...changes };
  if (typeof step === "string") {
    const object = isObject(target) ? target : {};
    return { ...object, [step]: mergeAt(getOwn(object, step) ?? null, changes, path, depth + 1) };
  }
  const array = Array.isArray(target) ? target : [];
  return array.map((item, index) =>
    step === EACH || step === index ? mergeAt(item, changes, path, depth + 1) : item,
  );
}

export function removeFromPayload(payload: JsonObject, path: JsonPath): JsonObject {
  return removeAt(payload, path, 0) as JsonObject;
}

function removeAt(target: Json, path: JsonPath, depth: number): Json {
  const step = path[depth];
  const isLast = depth === path.length - 1;
  if (typeof step === "string") {
    if (!isObject(target)) return target;
    const { [step]: value, ...others } = target;
    if (value === undefined || isLast) return others;
    return { ...target, [step]: removeAt(value, path, depth + 1) };
  }
  if (!Array.isArray(target)) return target;
  if (isLast) return target.filter((_item, index) => step !== EACH && step !== index);
  return target.map((item, index) =>
    step === EACH || step === index ? removeAt(item, path, depth + 1) : item,
  );
}
