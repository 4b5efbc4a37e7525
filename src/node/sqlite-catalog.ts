// Which row each collection and each point of a store has: in memory, instead of an index on the disk.
import type { DatabaseSync } from "node:sqlite";
import type { PointId } from "../qdrant-local/ids.ts";
import { readCollections, readStoredId } from "./sqlite-read.ts";

export interface StoredCollection {
  readonly number: number;
  readonly name: string;
  definition: string;
  operation: number;
  readonly points: Map<PointId, number>;
}

export interface Catalog {
  readonly collections: Map<string, StoredCollection>;
  /** Notes the number of an operation on a collection that is there. */
  countOperation(name: string, operation: number): StoredCollection;
  addCollection(name: string): StoredCollection;
  addPoint(collection: StoredCollection, id: PointId): number;
}

export function readCatalog(database: DatabaseSync): Catalog {
  const collections = new Map<string, StoredCollection>();
  const byNumber = new Map<number, StoredCollection>();
  let lastCollection = 0;
  let lastPoint = 0;
  for (const [number, name, definition, operation] of readCollections(database)) {
    const collection = { number, name, definition, operation, points: new Map<PointId, number>() };
    collections.set(name, collection);
    byNumber.set(number, collection);
    lastCollection = number;
  }
  const statement = database.prepare("SELECT number, collection, id FROM points ORDER BY number");
  statement.setReturnArrays(true);
  const rows = statement.iterate() as unknown as Iterable<[number, number, string]>;
  for (const [number, collection, id] of rows) {
    byNumber.get(collection)!.points.set(readStoredId(id), number);
    lastPoint = number;
  }

  return {
    collections,
    countOperation(name, operation) {
      const collection = collections.get(name)!;
      collection.operation = operation;
      return collection;
    },
    addCollection(name) {
      const number = ++lastCollection;
      const collection = { number, name, definition: "", operation: 0, points: new Map() };
      collections.set(name, collection);
      return collection;
    },
    addPoint({ points }, id) {
      points.set(id, ++lastPoint);
      return lastPoint;
    },
  };
}
