// How a write takes place: all in one synchronous turn, so that no other request sees a part of it.
import type { Collection } from "./collection.ts";
import type { Database } from "./database.ts";
import type { PointId } from "./ids.ts";
import type { Write } from "./route.ts";
import type { Change, PointChange, Storage } from "./storage.ts";

export interface Writer {
  /** Plans, commits, applies. */
  write(plan: () => Write): unknown;
  /** Several writes with one commit: all of them take place or none. */
  writeSteps(plans: readonly (() => Write)[]): unknown[];
}

export function createWriter(database: Database, storage: Storage): Writer {
  function commit(changes: readonly Change[]): void {
    if (changes.length > 0) storage.commit(changes);
  }

  return {
    write(plan) {
      const { changes, result } = plan();
      const numbered = database.number(changes);
      commit(numbered);
      for (const change of numbered) database.apply(change);
      return result();
    },
    writeSteps(plans) {
      const applied: Change[] = [];
      const undo: Change[] = [];
      try {
        const results = plans.map((plan) => {
          const { changes, result } = plan();
          for (const change of database.number(changes)) {
            undo.unshift(...reverse(change, database));
            database.apply(change);
            applied.push(change);
          }
          return result();
        });
        commit(applied);
        return results;
      } catch (error) {
        for (const change of undo) database.apply(change);
        throw error;
      }
    },
  };
}

/** The changes which lead back to the points as they are now. */
function reverse(change: Change, database: Database): Change[] {
  if (change.kind !== "put-points" && change.kind !== "delete-points") {
    throw new Error(`${change.kind} cannot be one of several steps`);
  }
  const collection = database.get(change.collection);
  const touched = change.kind === "put-points" ? change.points.map(({ id }) => id) : change.ids;
  const unique = [...new Set(touched)];
  const where = { collection: change.collection, operation: collection.lastOperation() };
  return [
    { kind: "delete-points", ids: unique.filter((id) => !has(collection, id)), ...where },
    { kind: "put-points", points: unique.flatMap((id) => currentPoint(collection, id)), ...where },
  ];
}

function has(collection: Collection, id: PointId): boolean {
  return collection.rowOf(id) !== undefined;
}

function currentPoint(collection: Collection, id: PointId): PointChange[] {
  const row = collection.rowOf(id);
  if (row === undefined) return [];
  const payload = collection.payloadOf(row);
  return [{ id, payload, vectors: collection.vectorsOf(row), version: collection.versionOf(row) }];
}
