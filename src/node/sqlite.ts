import type { DatabaseSync } from "node:sqlite";
import { createMemoryStorage, type Change, type Storage } from "../qdrant-local/storage.ts";
import { StoreError } from "./sqlite-error.ts";
import { openStoreFile, storeError } from "./sqlite-file.ts";
import { readChanges } from "./sqlite-read.ts";
import { createChangeWriter, type ChangeWriter } from "./sqlite-write.ts";

export interface SqliteStorage extends Storage {
  /** Frees the lock. Nothing is lost without it. */
  close(): void;
}

/**
 * A store that survives `kill -9`: one SQLite file, one transaction a request, on the disk when the
 * request is answered.
 * @param folder is made where it is missing; `:memory:` keeps nothing
 * @throws StoreError where the store is in use, damaged, newer or not ours; it is left as it was
 */
export function openSqliteStorage(folder: string): SqliteStorage {
  if (folder === ":memory:") return { ...createMemoryStorage(), close: () => {} };
  const database = openStoreFile(folder);
  let writer: ChangeWriter | undefined;

  return {
    *load() {
      try {
        yield* readChanges(database);
      } catch (error) {
        if (database.isOpen) database.close();
        throw storeError(folder, error);
      }
    },
    commit(changes) {
      try {
        writer ??= createChangeWriter(database);
        inTransaction(database, changes, writer);
      } catch (error) {
        // What the writer knows of the tables may be of the transaction that was undone.
        writer = undefined;
        throw notWritten(folder, error);
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
  };
}

function inTransaction(
  database: DatabaseSync,
  changes: readonly Change[],
  writer: ChangeWriter,
): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const change of changes) writer.write(change);
    database.exec("COMMIT");
  } catch (error) {
    // SQLite itself has rolled back where the disk is full or broken.
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function notWritten(folder: string, cause: unknown): StoreError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StoreError(`The store in ${folder} could not be written: ${detail}`, { cause });
}
