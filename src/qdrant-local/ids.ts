import { formatError, wrongInput } from "./envelope.ts";
import type { Json } from "./json.ts";

/** An unsigned 64-bit integer (a bigint only where a number is too small) or a hyphenated lower-case UUID. */
export type PointId = number | bigint | string;

const HYPHENATED = String.raw`([\da-f]{8})-([\da-f]{4})-([\da-f]{4})-([\da-f]{4})-([\da-f]{12})`;
/** Plain, hyphenated, in braces, or as a URN. */
const UUIDS = [
  /^([\da-f]{8})([\da-f]{4})([\da-f]{4})([\da-f]{4})([\da-f]{12})$/i,
  new RegExp(`^(?:urn:uuid:)?${HYPHENATED}$`, "i"),
  new RegExp(`^\\{${HYPHENATED}\\}$`, "i"),
];

const LARGEST_ID = 2n ** 64n - 1n;

export function readId(value: Json | undefined): PointId {
  const id = toId(value);
  if (id !== undefined) return id;
  throw formatError(
    `value ${describe(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
  );
}

function describe(value: Json | undefined): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function readPathId(segment: string): PointId {
  const id = /^\d+$/.test(segment) ? toId(narrow(BigInt(segment))) : toId(segment);
  if (id !== undefined) return id;
  throw wrongInput(`Can not recognize "${segment}" as point id`);
}

export function isId(value: Json | undefined): boolean {
  return toId(value) !== undefined;
}

function toId(value: Json | undefined): PointId | undefined {
  if (typeof value === "number")
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  if (typeof value === "bigint") return value >= 0n && value <= LARGEST_ID ? value : undefined;
  if (typeof value !== "string") return undefined;
  for (const pattern of UUIDS) {
    const groups = pattern.exec(value);
    if (groups) return groups.slice(1).join("-").toLowerCase();
  }
  return undefined;
}

function narrow(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Numbers come before UUIDs. */
export function compareIds(a: PointId, b: PointId): number {
  if ((typeof a === "string") !== (typeof b === "string")) return typeof a === "string" ? 1 : -1;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
