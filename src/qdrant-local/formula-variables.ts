// The names in a formula: scores of prefetches, payload fields and conditions.
import type { Collection } from "./collection.ts";
import { QdrantError, validationFailed, wrongInput } from "./envelope.ts";
import { compileFilter } from "./filter.ts";
import type { Expression, FormulaPoint } from "./formula.ts";
import { type GeoPoint, isOnGlobe, toGeoPoint } from "./geo.ts";
import type { Json, JsonObject } from "./json.ts";
import { EACH, fieldValues, getValues, type JsonPath, parseJsonPath } from "./json-path.ts";
import { datetimeValue, numberValue } from "./range.ts";
import { holds } from "./value-types.ts";

export interface Variables {
  /** `$score`, `$score[1]`, or a payload field that holds a number. */
  number(name: string): Expression;
  /** A payload field that holds a datetime, as seconds since 1970. */
  datetime(field: string): Expression;
  geoPoint(field: string): (point: FormulaPoint) => GeoPoint;
  /** 1 where it holds, 0 elsewhere. */
  condition(given: JsonObject): Expression;
}

const SCORE = /^\$score(?:\[(\d+)\])?$/;

export function createVariables(defaults: JsonObject, collection: Collection): Variables {
  const defaultScores = new Map<number, Json>();
  const defaultValues = new Map<string, Json>();
  for (const [name, value] of Object.entries(defaults)) {
    if (name.startsWith("$")) defaultScores.set(scoreIndex(name), value);
    else defaultValues.set(pathOf(name) && name, value);
  }

  function score(index: number): Expression {
    const given = defaultScores.get(index);
    const otherwise = typeof given === "number" ? given : 0;
    return ({ scores }) => scores[index] ?? otherwise;
  }

  /** The value of a field, or its default, as the type a formula expects there. */
  function field<T>(
    name: string,
    expected: string,
    read: (value: Json) => T | undefined,
    otherwise: string,
  ): (point: FormulaPoint) => T {
    const values = fieldReader(name, collection);
    return ({ payload }) => {
      const [first, ...others] = values(payload);
      const value =
        first === undefined
          ? defaultValues.get(name)
          : others.length > 0
            ? [first, ...others]
            : first;
      const found = value === undefined ? undefined : read(value);
      if (found !== undefined) return found;
      const why = value === undefined ? "No value found in a payload nor defaults" : otherwise;
      throw wrongInput(
        `Expected ${expected} value for ${name} in the payload and/or in the formula defaults. Error: ${why}`,
      );
    };
  }

  return {
    number: (name) =>
      name.startsWith("$")
        ? score(scoreIndex(name))
        : field(name, "number", numberValue, "Value is not a number"),
    datetime: (name) => field(name, "datetime", asSeconds, "Value is not a datetime"),
    geoPoint: (name) => field(name, "geo point", asGeoPoint, "Value is not a geo point"),
    condition(given) {
      const passes = compileFilter({ must: [given] }, collection)!;
      return ({ payload, row }) => (passes(payload, row) ? 1 : 0);
    },
  };
}

function scoreIndex(name: string): number {
  const found = SCORE.exec(name);
  if (found) return Number(found[1] ?? 0);
  throw invalid(
    name,
    name.startsWith("$score") ? "Invalid reserved variable" : "Invalid reserved word",
  );
}

function pathOf(name: string): JsonPath {
  try {
    return parseJsonPath(name);
  } catch (error) {
    if (error instanceof QdrantError) throw invalid(name, "Invalid payload variable");
    throw error;
  }
}

function invalid(name: string, why: string): Error {
  return validationFailed(`failed to parse variable ID ${name}: ${why}: ${name}`);
}

/** An index on the field hides values of other types than its own. */
function fieldReader(name: string, collection: Collection): (payload: JsonObject) => Json[] {
  const path = pathOf(name);
  const type = collection.indexes.get(name)?.type;
  if (type !== undefined && type !== "text") {
    return (payload) => fieldValues(payload, path).filter((value) => holds(type, value));
  }
  const read = path.at(-1) === EACH ? getValues : fieldValues;
  return (payload) => read(payload, path);
}

function asGeoPoint(value: Json): GeoPoint | undefined {
  const point = toGeoPoint(value);
  return point && isOnGlobe(point) ? point : undefined;
}

function asSeconds(value: Json): number | undefined {
  const microseconds = datetimeValue(value);
  return microseconds === undefined ? undefined : microseconds / 1e6;
}
