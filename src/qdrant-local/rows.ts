// Which row a point lives in. Rows of deleted points are used again.
import { compareIds, type PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";

export interface Rows {
  readonly byId: Map<PointId, number>;
  readonly ids: (PointId | undefined)[];
  readonly payloads: (JsonObject | undefined)[];
  readonly versions: number[];
  allocate(id: PointId): number;
  release(id: PointId, row: number): void;
  /** All rows in use, ascending by id. */
  sorted(): readonly number[];
}

export function createRows(): Rows {
  const byId = new Map<PointId, number>();
  const ids: (PointId | undefined)[] = [];
  const payloads: (JsonObject | undefined)[] = [];
  const free: number[] = [];
  let sorted: number[] | undefined;

  return {
    byId,
    ids,
    payloads,
    versions: [],
    allocate(id) {
      const row = free.pop() ?? ids.length;
      ids[row] = id;
      byId.set(id, row);
      sorted = undefined;
      return row;
    },
    release(id, row) {
      byId.delete(id);
      ids[row] = undefined;
      payloads[row] = undefined;
      free.push(row);
      sorted = undefined;
    },
    sorted() {
      sorted ??= Array.from(byId.values()).toSorted((a, b) => compareIds(ids[a]!, ids[b]!));
      return sorted;
    },
  };
}
