// The points an operation is for: a list of ids, or all that pass a filter.
import type { Collection } from "./collection.ts";
import { formatError, notFound } from "./envelope.ts";
import { type PointId, readId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { noVariant, readArray, rejectOtherKeys } from "./read.ts";
import { selectedRows, selectRows } from "./select-rows.ts";

/** Of a delete or a clear. */
export function readPointsSelector(body: JsonObject, collection: Collection): PointId[] {
  rejectOtherKeys(body, "points selector", ["points", "filter"]);
  if (Array.isArray(body["points"])) return body["points"].map(readId);
  if ((body["filter"] ?? null) === null) throw noVariant("PointsSelector");
  return filteredIds(body, collection);
}

/** Of an operation which has other fields too; a list of ids wins over a filter. */
export function readTargets(body: JsonObject, collection: Collection): PointId[] {
  if ((body["points"] ?? null) !== null) return readArray(body["points"], "points").map(readId);
  if ((body["filter"] ?? null) !== null) return filteredIds(body, collection);
  throw formatError("Either list of point ids or filter must be provided");
}

export function filteredIds(body: JsonObject, collection: Collection): PointId[] {
  const selection = selectRows([body["filter"] ?? null], collection);
  return Array.from(selectedRows(selection, collection), collection.idOf);
}

/** An edit of a point that does not exist is refused. A delete does not mind. */
export function existingRow(id: PointId, collection: Collection): number {
  const row = collection.rowOf(id);
  if (row === undefined) throw notFound(`No point with id ${id} found`);
  return row;
}
