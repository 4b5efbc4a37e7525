// The rows of a store, each written with its checksum.
import type { DatabaseSync } from "node:sqlite";
import type { PointId } from "../qdrant-local/ids.ts";
import { type JsonObject, stringifyJson } from "../qdrant-local/json.ts";
import type { StoredVector } from "../qdrant-local/storage.ts";
import type { StoredCollection } from "./sqlite-catalog.ts";
import { checksum } from "./sqlite-checksum.ts";
import { VECTORS_A_POINT } from "./sqlite-file.ts";

export interface Tables {
  putCollection(collection: StoredCollection): void;
  /** With the aliases of it, but without its points. */
  removeCollection(collection: StoredCollection): void;
  replaceAliases(aliases: Readonly<Record<string, string>>): void;
  putPoint(point: StoredPoint): void;
  /** With its vectors. */
  removePoint(number: number): void;
  addVectors(point: number, vectors: ReadonlyMap<string, StoredVector>): void;
  removeVectors(point: number): void;
}

export interface StoredPoint {
  number: number;
  collection: number;
  id: PointId;
  version: number;
  payload: JsonObject;
}

export function createTables(database: DatabaseSync): Tables {
  const collections = database.prepare("INSERT OR REPLACE INTO collections VALUES (?, ?, ?, ?, ?)");
  const noCollection = database.prepare("DELETE FROM collections WHERE number = ?");
  const aliases = database.prepare("INSERT INTO aliases VALUES (NULL, ?, ?, ?)");
  const noAliases = database.prepare("DELETE FROM aliases WHERE collection = ?");
  const points = database.prepare("INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)");
  const noPoint = database.prepare("DELETE FROM points WHERE number = ?");
  const vectors = database.prepare("INSERT INTO vectors VALUES (?, ?, ?, ?, ?)");
  const noVectors = database.prepare("DELETE FROM vectors WHERE number >= ? AND number < ?");

  function removeVectors(point: number): void {
    noVectors.run(point * VECTORS_A_POINT, (point + 1) * VECTORS_A_POINT);
  }

  return {
    putCollection({ number, name, definition, operation }) {
      const sum = checksum("collection", number, name, definition, operation);
      collections.run(number, name, definition, operation, sum);
    },
    removeCollection({ number, name }) {
      noCollection.run(number);
      noAliases.run(name);
    },
    replaceAliases(next) {
      database.exec("DELETE FROM aliases");
      for (const [alias, collection] of Object.entries(next)) {
        aliases.run(alias, collection, checksum("alias", alias, collection));
      }
    },
    putPoint({ number, collection, id, version, payload }) {
      const [idText, payloadText] = [String(id), stringifyJson(payload)];
      const sum = checksum("point", number, collection, idText, version, payloadText);
      points.run(number, collection, idText, version, payloadText, sum);
    },
    removePoint(number) {
      noPoint.run(number);
      removeVectors(number);
    },
    addVectors(point, named) {
      let number = point * VECTORS_A_POINT;
      for (const [name, vector] of named) {
        const isDense = vector instanceof Float32Array;
        const indices = isDense ? null : vector.indices;
        const floats = isDense ? vector : vector.values;
        const sum = checksum("vector", number, name, indices ?? "", floats);
        vectors.run(number++, name, indices, floats, sum);
      }
    },
    removeVectors,
  };
}
