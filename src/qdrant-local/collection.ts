// One collection in memory. A point is a row number; ids, payloads, vectors and indexes go by it.
import type { FilterScope } from "./filter.ts";
import { compareIds, type PointId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import type { PayloadIndex } from "./payload-index.ts";
import { createPayloadIndexes } from "./payload-indexes.ts";
import { createRows, type Rows } from "./rows.ts";
import type { CollectionDefinition, Operation, PointChange, StoredVector } from "./storage.ts";
import { createVectors, type Vectors } from "./vectors.ts";

export interface Collection extends FilterScope, Pick<Vectors, "dense" | "sparse"> {
  definition(): CollectionDefinition;
  /** Changes metadata, tuning, vector names and payload indexes. */
  redefine(definition: CollectionDefinition, operation: Operation): void;
  readonly indexes: ReadonlyMap<string, PayloadIndex>;
  /** The number of the last write, which is the version of the points it wrote. */
  lastOperation(): Operation;
  /** Makes room for so many more points, or refuses: a write finds out before anything is stored. */
  reserve(points: number): void;
  put(points: readonly PointChange[], operation: Operation): void;
  remove(ids: readonly PointId[], operation: Operation): void;
  count(): number;
  idOf(row: number): PointId;
  payloadOf(row: number): JsonObject;
  versionOf(row: number): Operation;
  vectorsOf(row: number): ReadonlyMap<string, StoredVector>;
  compareRows(a: number, b: number): number;
  /** All rows, ascending by id. */
  sortedRows(): readonly number[];
  /** Rows are numbers below this one. */
  rowLimit(): number;
}

export interface CollectionOptions {
  definition: CollectionDefinition;
  /** The number of its last operation. */
  operation: Operation;
}

export function createCollection(initial: CollectionOptions): Collection {
  let { definition, operation } = initial;
  const vectors = createVectors(definition.config);
  const indexes = createPayloadIndexes();
  const rows = createRows();
  indexes.define(definition.payloadIndexes, rows);

  function putPoint({ id, payload, vectors: given, version = operation }: PointChange): void {
    const row = rows.byId.get(id) ?? rows.allocate(id);
    const previous = rows.payloads[row];
    indexes.replace(row, previous, payload);
    rows.payloads[row] = payload;
    rows.versions[row] = version;
    if (given) vectors.put(row, given);
  }

  function removePoint(id: PointId): void {
    const row = rows.byId.get(id);
    if (row === undefined) return;
    indexes.replace(row, rows.payloads[row], undefined);
    vectors.put(row, new Map());
    rows.release(id, row);
  }

  return {
    ...readRows(rows),
    definition: () => definition,
    redefine(next, number) {
      operation = number;
      definition = next;
      vectors.define(next.config);
      indexes.define(next.payloadIndexes, rows);
    },
    dense: vectors.dense,
    sparse: vectors.sparse,
    indexes: indexes.byField,
    lastOperation: () => operation,
    reserve: (points) => vectors.reserve(rows.ids.length + points),
    put(points, number) {
      operation = number;
      for (const point of points) putPoint(point);
    },
    remove(ids, number) {
      operation = number;
      for (const id of ids) removePoint(id);
    },
    vectorsOf: vectors.get,
    hasVector: vectors.has,
    indexAt: (key) => indexes.byField.get(key),
  };
}

type RowReaders = Pick<
  Collection,
  "count" | "rowOf" | "idOf" | "payloadOf" | "versionOf" | "compareRows" | "sortedRows" | "rowLimit"
>;

function readRows(rows: Rows): RowReaders {
  return {
    count: () => rows.byId.size,
    rowOf: (id) => rows.byId.get(id),
    idOf: (row) => rows.ids[row]!,
    payloadOf: (row) => rows.payloads[row]!,
    versionOf: (row) => rows.versions[row]!,
    compareRows: (a, b) => compareIds(rows.ids[a]!, rows.ids[b]!),
    sortedRows: rows.sorted,
    rowLimit: () => rows.ids.length,
  };
}
