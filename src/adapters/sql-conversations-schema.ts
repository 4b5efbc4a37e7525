import type { Database } from "db0";

/** Grows with every change that this version's statements need. */
const VERSION = 1;

/** In the order in which they are made; all of them do nothing where they have run before. */
const SCHEMA = [
  "create table if not exists conversations_version (version integer primary key)",
  `create table if not exists conversations (
    id text primary key,
    state text not null,
    title text,
    created_at integer not null,
    updated_at integer not null,
    deletions integer not null
  )`,
  "create index if not exists conversations_by_age on conversations (state, updated_at)",
  `create table if not exists turns (
    number integer primary key autoincrement,
    conversation_id text not null,
    question_id text not null,
    answer_id text not null,
    content text not null,
    rating text,
    comment text,
    rated_at integer,
    unique (conversation_id, question_id)
  )`,
  "create index if not exists turns_by_conversation on turns (conversation_id, number)",
  "create index if not exists turns_rated on turns (number) where rating is not null",
  `insert or ignore into conversations_version (version) values (${VERSION})`,
];

/** Makes the tables where they are missing. Throws an Error that may be shown when a newer version has made them. */
export async function prepareSchema(database: Database): Promise<void> {
  const [create, ...rest] = SCHEMA;
  await database.prepare(create!).run();
  const newest = (await database
    .prepare("select max(version) as version from conversations_version")
    .get()) as { version: number | null } | undefined;
  if ((newest?.version ?? 0) > VERSION)
    throw new NewerVersionError(
      `The conversations have format ${newest!.version}, and this version reads format ${VERSION}: start the version that wrote them, or name another place. Nothing was changed.`,
    );
  for (const statement of rest) await database.prepare(statement).run();
}

/** A newer version of this program has written the database. */
export class NewerVersionError extends Error {
  override readonly name = "NewerVersionError";
}
