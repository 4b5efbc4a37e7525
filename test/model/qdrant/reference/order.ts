import type { Direction, OrderBy } from "../commands.ts";
import { elementsAt } from "./payload.ts";
import { type Collection, compareIds, Refused, type StoredPoint } from "./state.ts";

export interface Ordered {
  point: StoredPoint;
  value: number;
}

const ORDERED = new Set(["integer", "float", "datetime"]);

/** A point comes once for each of its different values; datetimes count in microseconds. */
export function orderBy(
  { key, direction = "asc", start_from: start }: OrderBy,
  candidates: StoredPoint[],
  collection: Collection,
): Ordered[] {
  const index = collection.indexes.get(key);
  if (!index || !ORDERED.has(index)) throw new Refused(400, `no range index for ${key}`);
  const read = (value: unknown): number =>
    index === "datetime" ? Date.parse(value as string) * 1000 : (value as number);
  const isValue = (value: unknown): boolean =>
    typeof value === (index === "datetime" ? "string" : "number") && !Number.isNaN(read(value));
  const from = start === undefined ? undefined : read(start);
  return candidates
    .flatMap((point) =>
      [...new Set(elementsAt(point.payload, key).filter(isValue).map(read))].map((value) => ({
        point,
        value,
      })),
    )
    .filter(({ value }) => from === undefined || isAtOrAfter(value, from, direction))
    .sort((a, b) => compare(a, b, direction));
}

function isAtOrAfter(value: number, from: number, direction: Direction): boolean {
  return direction === "asc" ? value >= from : value <= from;
}

function compare(a: Ordered, b: Ordered, direction: Direction): number {
  const sign = direction === "asc" ? 1 : -1;
  return (a.value - b.value || compareIds(a.point.id, b.point.id)) * sign;
}
