// Edits of payloads. A stored payload is never changed in place: each edit returns a new one, so a
// refused request leaves nothing behind.
import { getOwn, isObject, type Json, type JsonObject } from "./json.ts";
import { EACH, type JsonPath } from "./json-path.ts";

/**
 * `set payload`: the given keys replace the stored ones, at the root or below a path; null removes
 * its key. What is in the way of the path is replaced.
 */
export function mergePayload(
  payload: JsonObject,
  changes: JsonObject,
  path: JsonPath = [],
): JsonObject {
  return mergeAt(payload, changes, path, 0) as JsonObject;
}

function mergeAt(target: Json, changes: JsonObject, path: JsonPath, depth: number): Json {
  const step = path[depth];
  if (step === undefined) return mergeObjects(isObject(target) ? target : {}, changes);
  if (typeof step === "string") {
    const object = isObject(target) ? target : {};
    return { ...object, [step]: mergeAt(getOwn(object, step) ?? null, changes, path, depth + 1) };
  }
  const array = Array.isArray(target) ? target : [];
  return array.map((item, index) =>
    step === EACH || step === index ? mergeAt(item, changes, path, depth + 1) : item,
  );
}

/** Keys which become null are removed: this is also how the metadata of a collection is merged. */
export function mergeObjects(target: JsonObject, changes: JsonObject): JsonObject {
  const isKept = ([key, value]: [string, Json]): boolean =>
    value !== null || !Object.hasOwn(changes, key);
  return Object.fromEntries(Object.entries({ ...target, ...changes }).filter(isKept));
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
  // A single element stays, as removing it twice would remove two.
  if (isLast) return step === EACH ? [] : target;
  return target.map((item, index) =>
    step === EACH || step === index ? removeAt(item, path, depth + 1) : item,
  );
}
