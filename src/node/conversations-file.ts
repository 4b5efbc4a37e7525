// The file in which conversations are kept: what must be true before it is used. Several processes may share it.
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { type Connector, createDatabase, type Database } from "db0";
import nodeSqlite from "db0/connectors/node-sqlite";
import { DamageError, StoreError, toStoreError } from "./sqlite-error.ts";

const FILE_NAME = "conversations.sqlite";
/** "TriC" in ASCII: tells our file from every other one of SQLite's. */
const APPLICATION_ID = 0x54726943;
/** Milliseconds for which SQLite waits for another process: at the start, and later, when everything waits with it. */
const BUSY_AT_START = 1000;
const BUSY = 50;
/** Bytes of a file that is looked through at the start; a larger one would hold it up. */
const CHECKED = 268_435_456;

/** Opens the file, or makes it. Throws a StoreError that says what is wrong with it and what to do. */
export function openConversationsFile(folder: string): Database {
  const path = join(folder, FILE_NAME);
  let database: Database | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    const connector = nodeSqlite({ path });
    database = createDatabase(keepStatements(connector));
    // With this connector there is nothing to wait for.
    prepare(connector.getInstance() as DatabaseSync, path);
    return database;
  } catch (error) {
    void database?.dispose();
    throw describeFailure(path, error);
  }
}

/** Each statement is prepared once: that takes longer than running it does. */
function keepStatements(connector: ReturnType<typeof nodeSqlite>): Connector<DatabaseSync> {
  const known = new Map<string, StatementSync>();
  function take(sql: string): StatementSync {
    let statement = known.get(sql);
    if (statement === undefined) {
      statement = (connector.getInstance() as DatabaseSync).prepare(sql);
      known.set(sql, statement);
    }
    return statement;
  }
  return {
    ...connector,
    getInstance: () => connector.getInstance() as DatabaseSync,
    prepare: (sql) => ({
      bind: (...values) => connector.prepare(sql).bind(...values),
      all: async (...values) => take(sql).all(...(values as SQLInputValue[])),
      get: async (...values) => take(sql).get(...(values as SQLInputValue[])),
      run: async (...values) => ({
        success: true,
        ...take(sql).run(...(values as SQLInputValue[])),
      }),
    }),
    dispose() {
      known.clear();
      return connector.dispose?.();
    },
  };
}

function prepare(file: DatabaseSync, path: string): void {
  file.exec(`pragma busy_timeout = ${BUSY_AT_START}`);
  claim(file, path);
  if (statSync(path).size <= CHECKED) {
    const found = file.prepare("pragma quick_check(1)").get()?.["quick_check"];
    if (found !== "ok") throw new DamageError(String(found));
  }
  // What was written is there after a crash of the process; only a power cut may take the last moment.
  file.exec("pragma journal_mode = wal; pragma synchronous = normal");
  // The first write tells whether there may be any.
  file.exec(`begin immediate; pragma user_version = 1; commit; pragma busy_timeout = ${BUSY}`);
}

/** Marks a new file as ours, and leaves every other one alone. */
function claim(file: DatabaseSync, path: string): void {
  const id = file.prepare("pragma application_id").get()?.["application_id"];
  if (id === APPLICATION_ID) return;
  if (file.prepare("select 1 from sqlite_schema").get() !== undefined || id !== 0)
    throw new StoreError(
      `${path} holds no conversations of this program: move it away or name another folder. It was not changed.`,
    );
  file.exec(`pragma application_id = ${APPLICATION_ID}`);
}

function describeFailure(path: string, cause: unknown): StoreError {
  return toStoreError(cause, {
    busy: () => `${path} is held by another process: let that one end, or name another folder.`,
    damaged: (detail) =>
      `${path} is damaged (${detail}): put a copy in its place, or move it away to begin without the earlier conversations.`,
    closed: (detail) =>
      `${existsSync(path) ? path : `${path}, where conversations are kept,`} cannot be opened (${detail}): check that the folder can be written to, or name another.`,
  });
}
