import type { Database, Primitive } from "db0";
import { UpstreamError } from "../errors.ts";
import type {
  ConversationOutline,
  ConversationStore,
  Feedback,
  RatedTurn,
  StoredConversation,
  Turn,
} from "../conversation-store.ts";
import { prepareSchema } from "./sql-conversations-schema.ts";

const MOST_TURNS = 1000;
const MOST_EARLIER = 10;
const PAGE = 100;
/** Conversations that are removed at a time: on Node nothing else happens meanwhile. */
const REMOVED_AT_ONCE = 200;
/** What SQLite calls a database that another process is writing to. */
const BUSY = 5;

export interface SqlConversationsOptions {
  /** Turns at most: beyond, the conversations that were longest without one expire early. Default 100,000. */
  mostTurns?: number;
}

type Row = Record<string, string | number | null>;
/** Runs one statement and gives its rows; throws an `UpstreamError`. */
type Query = (
  operation: string,
  signal: AbortSignal,
  sql: string,
  ...values: Primitive[]
) => Promise<Row[]>;

/**
 * Conversations in a database that speaks SQLite's SQL: a file on Node, D1 on Workers. Each statement is a transaction
 * of its own, since D1 has no others. Throws an Error that may be shown when a newer version has written the database.
 */
export async function createSqlConversations(
  database: Database,
  { mostTurns = 100_000 }: SqlConversationsOptions = {},
): Promise<ConversationStore> {
  await prepareSchema(database);
  const query = createQuery(database);
  return {
    ...createReading(query),
    ...createWriting(query, mostTurns),
    close: () => database.dispose(),
  };
}

function createQuery(database: Database): Query {
  return async (operation, signal, sql, ...values) => {
    signal.throwIfAborted();
    try {
      return (await database.prepare(sql).all(...values)) as Row[];
    } catch (cause) {
      const isBusy = ((cause as { errcode?: number }).errcode ?? 0) % 256 === BUSY;
      const message = cause instanceof Error ? cause.message : String(cause);
      const service = "conversations";
      throw new UpstreamError({ service, operation, message, retryable: isBusy, cause });
    }
  };
}

type Reading = Pick<ConversationStore, "outline" | "recent" | "read" | "listRated">;

function createReading(query: Query): Reading {
  return {
    async outline(conversationId, signal) {
      const rows = await query("outline", signal, OUTLINE, conversationId, MOST_TURNS);
      return rows.length === 0 ? undefined : toOutline(rows);
    },
    async recent(conversationId, { upTo, most }, signal) {
      const rows = await query("recent turns", signal, RECENT, conversationId, upTo, most);
      return rows.map(readTexts).toReversed();
    },
    async read(conversationId, signal) {
      const [head] = await query("read", signal, HEAD, conversationId);
      if (head === undefined) return undefined;
      const rows = await query("read turns", signal, TURNS, conversationId, MOST_TURNS);
      return toStored(head, rows.toReversed());
    },
    async listRated({ rating, after }, signal) {
      const values = [MOST_EARLIER, after, rating ?? null, rating ?? null, PAGE];
      return (await query("list rated turns", signal, RATED, ...values)).map(toRated);
    },
  };
}

type Writing = Omit<ConversationStore, keyof Reading | "close">;

function createWriting(query: Query, mostTurns: number): Writing {
  return {
    async saveTurn({ conversationId, deletions, replaces }, turn, signal) {
      const { questionId, answerId, askedAt, endedAt } = turn;
      const opening = [conversationId, askedAt, endedAt, deletions];
      await query("save conversation", signal, OPEN_CONVERSATION, ...opening);
      const values = [questionId, answerId, JSON.stringify(turn), conversationId, deletions];
      const saved = await query("save turn", signal, SAVE_TURN, ...values);
      if (saved.length > 0 && replaces !== undefined) {
        const { after, upTo } = replaces;
        const range = [conversationId, after, upTo, questionId];
        await query("replace turns", signal, DELETE_REPLACED, ...range);
      }
      return saved.length > 0;
    },
    async setTitle(conversationId, title, signal) {
      await query("set title", signal, SET_TITLE, title, conversationId);
    },
    async saveFeedback(conversationId, answerId, { rating, comment, at }, signal) {
      const values = [rating, comment ?? null, at, conversationId, answerId];
      return (await query("save feedback", signal, SAVE_FEEDBACK, ...values)).length > 0;
    },
    async delete(conversationId, at, signal) {
      await query("delete", signal, MARK_DELETED, conversationId, at, at);
      await query("delete turns", signal, DELETE_TURNS, JSON.stringify([conversationId]));
    },
    async removeExpired({ content, ids }, signal) {
      const wanted = [content, mostTurns, REMOVED_AT_ONCE];
      const rows = await query("find expired", signal, FIND_EXPIRED, ...wanted);
      const expired = JSON.stringify(rows.map(({ id }) => id));
      const newest = Number(rows.at(-1)?.["updated_at"] ?? content);
      await query("remove expired turns", signal, DELETE_TURNS, expired);
      // One that went on meanwhile is not marked, and keeps its new turn.
      await query("mark expired", signal, MARK_EXPIRED, expired, newest);
      await query("forget", signal, FORGET, ids, mostTurns, REMOVED_AT_ONCE);
      return rows.length < REMOVED_AT_ONCE;
    },
  };
}

const OUTLINE = `
  select c.state, c.updated_at, c.deletions, t.number, t.question_id, t.answer_id
  from conversations c left join turns t on t.conversation_id = c.id
  where c.id = ? order by t.number desc limit ?`;
const RECENT = `
  select json_extract(content, '$.question') as question, json_extract(content, '$.answer') as answer
  from turns where conversation_id = ? and number <= ? order by number desc limit ?`;
const HEAD = `
  select title, created_at, updated_at from conversations where id = ? and state = 'live'`;
const TURNS = `
  select content, rating, comment, rated_at
  from turns where conversation_id = ? order by number desc limit ?`;
const RATED = `
  select number, conversation_id, content, rating, comment, rated_at, (
    select json_group_array(json(texts)) from (
      select json_object('question', json_extract(e.content, '$.question'),
        'answer', json_extract(e.content, '$.answer')) as texts
      from turns e where e.conversation_id = t.conversation_id and e.number < t.number
      order by e.number desc limit ?)
  ) as earlier
  from turns t where rating is not null and number > ? and (? is null or rating = ?)
  order by number limit ?`;

const OPEN_CONVERSATION = `
  insert into conversations (id, state, created_at, updated_at, deletions)
  values (?, 'live', ?, ?, ?)
  on conflict (id) do update set
    created_at = case state when 'deleted' then excluded.created_at else created_at end,
    updated_at = case state when 'deleted' then excluded.updated_at
      else max(updated_at, excluded.updated_at) end,
    state = 'live'
  where deletions = excluded.deletions`;
const SAVE_TURN = `
  insert into turns (conversation_id, question_id, answer_id, content)
  select id, ?, ?, ? from conversations where id = ? and deletions = ?
  on conflict (conversation_id, question_id) do update set
    answer_id = excluded.answer_id, content = excluded.content,
    rating = null, comment = null, rated_at = null
  returning number`;
const DELETE_REPLACED = `
  delete from turns
  where conversation_id = ? and number > ? and number <= ? and question_id <> ?`;
const SET_TITLE = `
  update conversations set title = ? where id = ? and state = 'live' and title is null`;
const SAVE_FEEDBACK = `
  update turns set rating = ?, comment = ?, rated_at = ?
  where conversation_id = ? and answer_id = ? returning number`;
const MARK_DELETED = `
  insert into conversations (id, state, created_at, updated_at, deletions)
  values (?, 'deleted', ?, ?, 1)
  on conflict (id) do update set
    state = 'deleted', title = null, updated_at = excluded.updated_at, deletions = deletions + 1`;
const DELETE_TURNS = `
  delete from turns where conversation_id in (select value from json_each(?))`;
const FIND_EXPIRED = `
  select id, updated_at from conversations
  where state = 'live' and (updated_at <= ? or (select count(*) from turns) > ?)
  order by updated_at limit ?`;
const MARK_EXPIRED = `
  update conversations set state = 'expired', title = null
  where id in (select value from json_each(?)) and state = 'live' and updated_at <= ?`;
const FORGET = `
  delete from conversations where id in (
    select id from conversations
    where state <> 'live' and (updated_at <= ? or (select count(*) from conversations) > ?)
    order by updated_at limit ?)`;

function toOutline(rows: Row[]): ConversationOutline {
  const [{ state, updated_at, deletions }] = rows as [Row];
  return {
    state: state as ConversationOutline["state"],
    updatedAt: Number(updated_at),
    deletions: Number(deletions),
    turns: rows
      .filter(({ number }) => number !== null)
      .map(({ number, question_id, answer_id }) => ({
        number: Number(number),
        questionId: String(question_id),
        answerId: String(answer_id),
      }))
      .toReversed(),
  };
}

function toStored({ title, created_at, updated_at }: Row, rows: Row[]): StoredConversation {
  return {
    ...(typeof title === "string" ? { title } : {}),
    createdAt: Number(created_at),
    updatedAt: Number(updated_at),
    turns: rows.map((row) => {
      const feedback = readFeedback(row);
      return feedback === undefined ? readTurn(row) : { ...readTurn(row), feedback };
    }),
  };
}

function toRated(row: Row): RatedTurn {
  const earlier = JSON.parse(String(row["earlier"])) as RatedTurn["earlier"];
  return {
    number: Number(row["number"]),
    conversationId: String(row["conversation_id"]),
    turn: readTurn(row),
    feedback: readFeedback(row)!,
    earlier: earlier.toReversed(),
  };
}

function readTurn({ content }: Row): Turn {
  return JSON.parse(String(content)) as Turn;
}

function readTexts({ question, answer }: Row): { question: string; answer: string } {
  return { question: String(question), answer: String(answer) };
}

function readFeedback({ rating, comment, rated_at }: Row): Feedback | undefined {
  if (rating === null) return undefined;
  return {
    rating: rating as Feedback["rating"],
    ...(typeof comment === "string" ? { comment } : {}),
    at: Number(rated_at),
  };
}
