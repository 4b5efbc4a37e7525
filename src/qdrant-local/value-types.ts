// Which payload values an index of each type holds.
import { parseDatetime } from "./datetime.ts";
import { isOnGlobe, toGeoPoint } from "./geo.ts";
import type { Json } from "./json.ts";

const HOLDS: Readonly<Record<string, (value: Json) => boolean>> = {
  keyword: (value) => typeof value === "string",
  integer: isInteger,
  float: (value) => typeof value === "number" || typeof value === "bigint",
  bool: (value) => typeof value === "boolean",
  datetime: (value) => typeof value === "string" && parseDatetime(value) !== undefined,
  uuid: (value) => toUuid(value) !== undefined,
  geo: (value) => {
    const point = toGeoPoint(value);
    return point !== undefined && isOnGlobe(point);
  },
  text: (value) => typeof value === "string",
};

export function isIndexType(type: unknown): type is string {
  return typeof type === "string" && Object.hasOwn(HOLDS, type);
}

/** Whether an index of this type holds this value. */
export function holds(type: string, value: Json): boolean {
  return HOLDS[type]?.(value) ?? false;
}

export function isInteger(value: Json): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

const UUID = /^([\da-f]{8})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{4})-?([\da-f]{12})$/i;

/** The hyphenated spelling in lower case; undefined where the value is no UUID. */
export function toUuid(value: Json): string | undefined {
  const groups = typeof value === "string" ? UUID.exec(value) : null;
  return groups?.slice(1).join("-").toLowerCase();
}

/** Undefined unless all are UUIDs, in whatever spelling. */
export function readUuids(values: readonly Json[]): ReadonlySet<string | undefined> | undefined {
  const uuids = values.map(toUuid);
  return uuids.includes(undefined) ? undefined : new Set(uuids);
}
