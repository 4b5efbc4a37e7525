// `with_payload` and `with_vector`: which parts of a point an answer holds.
import { isObject, type Json, type JsonObject } from "./json.ts";
import { EACH, type JsonPath, parseJsonPath, type PathStep } from "./json-path.ts";
import { noVariant, readString, rejectOtherKeys } from "./read.ts";

/** Undefined means: leave the payload out. */
export type PayloadSelector = ((payload: JsonObject) => JsonObject) | undefined;

export function readPayloadSelector(
  selector: Json | undefined,
  byDefault: boolean,
): PayloadSelector {
  const given = selector ?? byDefault;
  if (given === false) return undefined;
  if (given === true) return (payload) => payload;
  if (Array.isArray(given)) return including(readPaths(given));
  if (isObject(given)) {
    rejectOtherKeys(given, "with_payload", ["include", "exclude"]);
    if (Array.isArray(given["include"])) return including(readPaths(given["include"]));
    if (Array.isArray(given["exclude"])) return excluding(readPaths(given["exclude"]));
  }
  throw noVariant("WithPayloadInterface");
}

/** The names of the vectors to return: all, none, or a list. */
export function readVectorSelector(selector: Json | undefined): boolean | readonly string[] {
  const given = selector ?? false;
  if (typeof given === "boolean") return given;
  if (Array.isArray(given) && given.every((name) => typeof name === "string")) return given;
  throw noVariant("WithVector");
}

function readPaths(paths: Json[]): JsonPath[] {
  return paths.map((path) => parseJsonPath(readString(path, "with_payload")));
}

function including(paths: JsonPath[]): PayloadSelector {
  return (payload) =>
    keepFields(payload, [], (path) => paths.some((other) => shareStart(path, other)));
}

function excluding(paths: JsonPath[]): PayloadSelector {
  return (payload) =>
    keepFields(
      payload,
      [],
      (path) => !paths.some((other) => other.length <= path.length && shareStart(path, other)),
    );
}

type Keep = (path: JsonPath) => boolean;

function keepFields(object: JsonObject, path: PathStep[], keep: Keep): JsonObject {
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(object)) {
    const at = [...path, key];
    if (keep(at)) kept.push([key, keepInside(value, at, keep)]);
  }
  return Object.fromEntries(kept);
}

function keepInside(value: Json, path: PathStep[], keep: Keep): Json {
  if (isObject(value)) return keepFields(value, path, keep);
  if (!Array.isArray(value)) return value;
  const each: PathStep[] = [...path, EACH];
  return keep(each) ? value.map((item) => keepInside(item, each, keep)) : [];
}

function shareStart(a: JsonPath, b: JsonPath): boolean {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
