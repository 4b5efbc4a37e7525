// From the tables of a store to the changes which the engine starts with.
import type { DatabaseSync } from "node:sqlite";
import type { PointId } from "../qdrant-local/ids.ts";
import { type JsonObject, parseJson } from "../qdrant-local/json.ts";
import type {
  Change,
  CollectionDefinition,
  PointChange,
  StoredVector,
} from "../qdrant-local/storage.ts";
import { checksum } from "./sqlite-checksum.ts";
import { DamageError } from "./sqlite-error.ts";
import { VECTORS_A_POINT } from "./sqlite-file.ts";

/** So many points are in memory twice while a store is read. */
const POINTS_AT_ONCE = 500;

export type CollectionRow = [
  number: number,
  name: string,
  definition: string,
  operation: number,
  checksum: number,
];
type AliasRow = [alias: string, collection: string, checksum: number];
type PointRow = [
  number: number,
  collection: number,
  id: string,
  version: number,
  payload: string,
  checksum: number,
];
type VectorRow = [
  number: number,
  name: string,
  indices: Uint8Array | null,
  floats: Uint8Array,
  checksum: number,
];

/** @throws DamageError where a row is not what was written */
export function* readChanges(database: DatabaseSync): Generator<Change> {
  const collections = new Map<number, { collection: string; operation: number }>();
  for (const [number, name, definition, operation, sum] of readCollections(database)) {
    check(sum, "collection", number, name, definition, operation);
    collections.set(number, { collection: name, operation });
    yield {
      kind: "put-collection",
      collection: name,
      definition: parseJson(definition) as unknown as CollectionDefinition,
      operation,
    };
  }
  yield { kind: "put-aliases", aliases: Object.fromEntries(readAliases(database)) };
  for (const { number, points } of readPoints(database)) {
    const collection = collections.get(number);
    if (!collection) throw new DamageError(`there is no collection ${number}`);
    yield { kind: "put-points", points, ...collection };
  }
}

export function readCollections(database: DatabaseSync): Iterable<CollectionRow> {
  return rowsOf(database, "SELECT number, name, definition, operation, checksum FROM collections");
}

function* readAliases(database: DatabaseSync): Generator<[string, string]> {
  const rows = rowsOf<AliasRow>(database, "SELECT alias, collection, checksum FROM aliases");
  for (const [alias, collection, sum] of rows) {
    check(sum, "alias", alias, collection);
    yield [alias, collection];
  }
}

/** Runs of points of one collection, in the order in which they lie in the file. */
function* readPoints(
  database: DatabaseSync,
): Generator<{ number: number; points: readonly PointChange[] }> {
  const rows = rowsOf<PointRow>(
    database,
    "SELECT number, collection, id, version, payload, checksum FROM points ORDER BY number",
  );
  const vectors = readVectors(database);
  let [current, points]: [number, PointChange[]] = [0, []];
  for (const [number, collection, id, version, payload, sum] of rows) {
    check(sum, "point", number, collection, id, version, payload);
    if (collection !== current || points.length === POINTS_AT_ONCE) {
      if (points.length > 0) yield { number: current, points };
      [current, points] = [collection, []];
    }
    points.push({
      id: readStoredId(id),
      payload: parseJson(payload) as JsonObject,
      vectors: vectors.of(number),
      version,
    });
  }
  if (points.length > 0) yield { number: current, points };
  vectors.finish();
}

interface VectorReader {
  /** The vectors of a point; points are asked for in ascending order. */
  of(point: number): Map<string, StoredVector>;
  finish(): void;
}

function readVectors(database: DatabaseSync): VectorReader {
  const rows = rowsOf<VectorRow>(
    database,
    "SELECT number, name, indices, floats, checksum FROM vectors ORDER BY number",
  )[Symbol.iterator]();
  let next = rows.next();

  return {
    of(point) {
      const found = new Map<string, StoredVector>();
      while (!next.done && next.value[0] < (point + 1) * VECTORS_A_POINT) {
        const [number, name, indices, floats, sum] = next.value;
        if (number < point * VECTORS_A_POINT)
          throw new DamageError(`vector ${number} has no point`);
        check(sum, "vector", number, name, indices ?? "", floats);
        const values = new Float32Array(aligned(floats));
        found.set(name, indices ? { indices: new Uint32Array(aligned(indices)), values } : values);
        next = rows.next();
      }
      return found;
    },
    finish() {
      if (!next.done) throw new DamageError(`vector ${next.value[0]} has no point`);
    },
  };
}

/** The bytes in a buffer of their own: no copy where SQLite's binding has made one already. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  const isAlone = byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isAlone ? buffer : new Uint8Array(bytes).buffer;
}

function rowsOf<Row>(database: DatabaseSync, sql: string): Iterable<Row> {
  const statement = database.prepare(sql);
  statement.setReturnArrays(true);
  return statement.iterate() as unknown as Iterable<Row>;
}

function check(expected: number, ...parts: Parameters<typeof checksum>): void {
  if (checksum(...parts) === expected) return;
  throw new DamageError(`${parts[0]} ${String(parts[1])} is not what was written`);
}

/** Ids are kept as text, because SQLite's integers end at 2^63 − 1. */
export function readStoredId(text: string): PointId {
  if (text.includes("-")) return text;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}
