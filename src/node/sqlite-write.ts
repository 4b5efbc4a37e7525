// From the changes of a request to rows of the tables, inside the transaction of the caller.
import type { DatabaseSync } from "node:sqlite";
import { stringifyJson } from "../qdrant-local/json.ts";
import type { Change } from "../qdrant-local/storage.ts";
import { readCatalog } from "./sqlite-catalog.ts";
import { createTables } from "./sqlite-tables.ts";

export interface ChangeWriter {
  write(change: Change): void;
}

type Of<Kind extends Change["kind"]> = Extract<Change, { kind: Kind }>;

export function createChangeWriter(database: DatabaseSync): ChangeWriter {
  const catalog = readCatalog(database);
  const tables = createTables(database);

  function defineCollection({ collection, definition, operation }: Of<"put-collection">): void {
    const known = catalog.collections.get(collection) ?? catalog.addCollection(collection);
    known.definition = stringifyJson(definition);
    known.operation = operation;
    tables.putCollection(known);
  }

  function dropCollection({ collection }: Of<"drop-collection">): void {
    const known = catalog.collections.get(collection);
    if (!known) return;
    for (const number of known.points.values()) tables.removePoint(number);
    tables.removeCollection(known);
    catalog.collections.delete(collection);
  }

  function putPoints({ collection, points, operation }: Of<"put-points">): void {
    const known = catalog.countOperation(collection, operation);
    tables.putCollection(known);
    for (const { id, payload, vectors, version = operation } of points) {
      const stored = known.points.get(id);
      const number = stored ?? catalog.addPoint(known, id);
      tables.putPoint({ number, collection: known.number, id, version, payload });
      if (!vectors) continue;
      if (stored !== undefined) tables.removeVectors(number);
      tables.addVectors(number, vectors);
    }
  }

  function deletePoints({ collection, ids, operation }: Of<"delete-points">): void {
    const known = catalog.countOperation(collection, operation);
    tables.putCollection(known);
    for (const id of ids) {
      const number = known.points.get(id);
      if (number === undefined) continue;
      tables.removePoint(number);
      known.points.delete(id);
    }
  }

  return {
    write(change) {
      switch (change.kind) {
        case "put-collection":
          return defineCollection(change);
        case "drop-collection":
          return dropCollection(change);
        case "put-points":
          return putPoints(change);
        case "delete-points":
          return deletePoints(change);
        case "put-aliases":
          return tables.replaceAliases(change.aliases);
      }
    },
  };
}
