// The file of a store: what must be true before anything in it is read or changed.
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { DamageError, isCorrupt, StoreError, toStoreError } from "./sqlite-error.ts";

export const FILE_NAME = "qdrant.sqlite";
/** "Trib" in ASCII: tells a store from every other SQLite file. */
const APPLICATION_ID = 0x54726962;
export const FORMAT = 1;

/**
 * A number of a vector is that of its point times this, plus its place among the point's vectors: so
 * the rows of a point lie together and no second index is needed, which damage could put out of step.
 */
export const VECTORS_A_POINT = 65_536;

const TABLES = `
  CREATE TABLE collections (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL,
    definition TEXT NOT NULL, operation INTEGER NOT NULL, checksum INTEGER NOT NULL
  );
  CREATE TABLE aliases (
    number INTEGER PRIMARY KEY, alias TEXT NOT NULL, collection TEXT NOT NULL, checksum INTEGER NOT NULL
  );
  CREATE TABLE points (
    number INTEGER PRIMARY KEY, collection INTEGER NOT NULL, id TEXT NOT NULL,
    version INTEGER NOT NULL, payload TEXT NOT NULL, checksum INTEGER NOT NULL
  );
  CREATE TABLE vectors (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL,
    indices BLOB, floats BLOB NOT NULL, checksum INTEGER NOT NULL
  );
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};`;

/** Opens or makes the file and locks it: until it is closed, or the process ends in whatever way. */
export function openStoreFile(folder: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, FILE_NAME);
    identify(folder, path);
    database = new DatabaseSync(path);
    prepare(folder, database);
    return database;
  } catch (error) {
    if (database?.isOpen) database.close();
    throw storeError(folder, error);
  }
}

/**
 * Looks at what is on the disk through a connection that can neither write nor take a lock: opening a
 * file of somebody else in earnest could already change it.
 */
function identify(folder: string, path: string): void {
  if (!existsSync(path) || statSync(path).size === 0) {
    if (!existsSync(`${path}-wal`)) return;
    throw new DamageError(`${FILE_NAME} is empty but ${FILE_NAME}-wal is not`);
  }
  if (isUnfinished(path)) return;
  const url = pathToFileURL(path);
  url.searchParams.set("immutable", "1");
  const database = new DatabaseSync(url, { readOnly: true });
  try {
    checkFormat(folder, database);
  } catch (error) {
    // Cut off while the log was carried over, the file is shorter than it says: the log has the rest.
    if (!isCorrupt(error) || !existsSync(`${path}-wal`)) throw error;
  } finally {
    database.close();
  }
}

/** Whether the file was cut off while it was made: then its journal leads back to an empty one. */
function isUnfinished(path: string): boolean {
  const journal = `${path}-journal`;
  if (!existsSync(journal)) return false;
  const header = readFileSync(journal).subarray(0, PAGES_BEFORE + 4);
  return header.length === PAGES_BEFORE + 4 && header.readUInt32BE(PAGES_BEFORE) === 0;
}

/** Where a journal says how many pages the file had: https://sqlite.org/fileformat2.html#the_rollback_journal */
const PAGES_BEFORE = 16;

function checkFormat(folder: string, database: DatabaseSync): void {
  if (readPragma(database, "application_id") !== APPLICATION_ID) {
    throw new StoreError(
      `${join(folder, FILE_NAME)} is not a store of this program: move it away or name another folder. It was not changed.`,
    );
  }
  const format = readPragma(database, "user_version");
  if (format === FORMAT) return;
  throw new StoreError(
    `The store in ${folder} has format ${format}, and this version reads format ${FORMAT}: start the version that wrote it, or name another folder. It was not changed.`,
  );
}

function prepare(folder: string, database: DatabaseSync): void {
  // In the exclusive mode the lock is the process's own and lives in no file that could be left behind.
  database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  const isNew = database.prepare("SELECT 1 FROM sqlite_schema").get() === undefined;
  // Before the write-ahead log is switched on, so that the file alone says what it is.
  if (isNew) database.exec(TABLES);
  else checkFormat(folder, database);
  database.exec("COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  const [finding] = database.prepare("PRAGMA quick_check(1)").all();
  if (finding?.["quick_check"] !== "ok") throw new DamageError(String(finding?.["quick_check"]));
}

function readPragma(database: DatabaseSync, name: string): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

/** Says what is wrong with the store, and what to do. */
export function storeError(folder: string, cause: unknown): StoreError {
  return toStoreError(cause, {
    busy: () =>
      `The store in ${folder} is in use by another process: stop that one, or name another folder.`,
    damaged: (detail) =>
      `The store in ${folder} is damaged (${detail}): put a copy in its place, or move it away to begin with an empty one. It was not changed.`,
    closed: (detail) =>
      `The store in ${folder} cannot be opened (${detail}): check that the folder can be written to, or name another.`,
  });
}
