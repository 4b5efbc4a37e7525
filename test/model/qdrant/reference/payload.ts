// Paths into payloads, read the slow way: every step gives the list of all values it reaches.
import type { Payload } from "../commands.ts";

type Step = { name: string } | { index: number } | "each";

export function parsePath(path: string): Step[] {
  const steps: Step[] = [];
  for (const [, name, index, each] of path.matchAll(/([\w-]+)|\[(\d+)\]|(\[\])/g)) {
    if (name !== undefined) steps.push({ name });
    else if (each === undefined) steps.push({ index: Number(index) });
    else steps.push("each");
  }
  return steps;
}

export function isObject(value: unknown): value is Payload {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All values at a path; an array at its end is one value. */
export function valuesAt(payload: Payload, path: string): unknown[] {
  let values: unknown[] = [payload];
  for (const step of parsePath(path)) values = values.flatMap((value) => take(value, step));
  return values;
}

function take(value: unknown, step: Step): unknown[] {
  if (step === "each") return Array.isArray(value) ? value : [];
  if ("index" in step) {
    return Array.isArray(value) && step.index < value.length ? [value[step.index]] : [];
  }
  return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
}

/** As above, with the elements of an array at the end for the array. */
export function elementsAt(payload: Payload, path: string): unknown[] {
  return valuesAt(payload, path).flat(1);
}

export function deleteAt(payload: Payload, path: string): void {
  const steps = parsePath(path);
  const last = steps.pop()!;
  let parents: unknown[] = [payload];
  for (const step of steps) parents = parents.flatMap((value) => take(value, step));
  for (const parent of parents) {
    if (last === "each") {
      if (Array.isArray(parent)) parent.length = 0;
    } else if ("index" in last) {
      if (Array.isArray(parent)) parent.splice(last.index, 1);
    } else if (isObject(parent)) {
      delete parent[last.name];
    }
  }
}

/** Sets the keys of `payload` in the object at a path of names, made where there is none; null removes. */
export function mergeAt(target: Payload, payload: Payload, path = ""): void {
  let at = target;
  for (const step of parsePath(path)) {
    const { name } = step as { name: string };
    if (!isObject(at[name])) at[name] = {};
    at = at[name] as Payload;
  }
  for (const [key, value] of Object.entries(structuredClone(payload))) {
    if (value === null) delete at[key];
    else at[key] = value;
  }
}
