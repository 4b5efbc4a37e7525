import { UpstreamError } from "../errors.ts";
import type {
  AnswerRecord,
  AnswerStreams,
  Clock,
  LocalAnswers,
  NewAnswer,
  OpenAnswer,
  RedisConnection,
} from "../ports.ts";
import { createRedisCalls, type RedisCalls } from "./redis-calls.ts";
import { openElsewhere, toEndLine, toLine } from "./redis-reader.ts";
import { createSharedStreams, type SharedStreams } from "./redis-streams.ts";

export interface RedisAnswersOptions {
  /** Milliseconds for which an ended answer stays. */
  kept: number;
  /** Milliseconds that an answer takes at most. */
  longest: number;
  now: Clock;
  /** A process was told to stop a conversation's answers. */
  onStop: (conversationId: string) => void;
  /** Redis stopped to answer, or answers again. */
  onState: (isUp: boolean) => void;
}

/** A chat waits for one call; who comes back has more time. */
const HASTE = { deadline: 200, pause: 1000 };
const PATIENCE = { deadline: 1000, pause: 0 };
const STOPS = "tributary:stop";
/** Processes that died while they wrote the answer that is asked for. */
const MOST_DEAD = 3;
const claimKey = (joinKey: string): string => `tributary:claim:${joinKey}`;
const newestKey = (conversationId: string): string => `tributary:newest:${conversationId}`;
const knownKey = (conversationId: string): string => `tributary:known:${conversationId}`;

/** Gives the holder of a key: who asks, when nobody holds it or one who is known to be dead. */
const CLAIM = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[2] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return ARGV[1]`;
/** Lets a key go after some time, if it is still the caller's. */
const RELEASE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`;

/**
 * Answers in this process's memory, that other processes find and read through Redis. When Redis is away, they are this
 * process's alone.
 */
export async function createRedisAnswers<Event>(
  connection: RedisConnection,
  local: LocalAnswers<Event>,
  options: RedisAnswersOptions,
): Promise<AnswerStreams<Event>> {
  const calls = createRedisCalls(connection, { ...HASTE, onState: options.onState });
  const streams = createSharedStreams(calls);
  const patientCalls = createRedisCalls(connection, PATIENCE);
  const patientStreams = createSharedStreams(patientCalls);
  const lifetime = String(options.kept + options.longest);
  await calls.subscribe(STOPS, options.onStop);

  /** The answer that another process, or an earlier request here, has begun for the same key. */
  async function join(
    id: string,
    joinKey: string,
    reader: AbortSignal,
  ): Promise<OpenAnswer<Event> | undefined> {
    for (let [dead, tries] = ["", 0]; tries < MOST_DEAD; tries++) {
      const key = claimKey(joinKey);
      const holder = await calls.command("EVAL", CLAIM, "1", key, id, dead, lifetime);
      if (typeof holder !== "string" || holder === id) return undefined;
      const opened =
        local.open(holder, reader) ?? (await openElsewhere<Event>(holder, streams, reader));
      if (opened !== undefined) return opened;
      dead = holder;
    }
    return undefined;
  }

  return {
    async begin(answer, reader) {
      const { id, conversationId, joinKey } = answer;
      const joined = joinKey === undefined ? undefined : await join(id, joinKey, reader);
      if (joined !== undefined) return { opened: joined };
      const { opened, record } = await local.begin(answer, reader);
      if (record === undefined) return { opened };
      void calls.command("SET", newestKey(conversationId), id, "PX", lifetime);
      return { opened, record: shareRecord(record, answer, { calls, streams, options }) };
    },
    async newest(conversationId, reader) {
      const id = await patientCalls.command("GET", newestKey(conversationId));
      if (typeof id !== "string") return local.newest(conversationId, reader);
      return local.open(id, reader) ?? openElsewhere<Event>(id, patientStreams, reader);
    },
    remember(conversationId) {
      local.remember(conversationId);
      void calls.command("SET", knownKey(conversationId), "1", "PX", lifetime);
    },
    stop: async (conversationId) =>
      (await tellStop(patientCalls, conversationId)) || local.stop(conversationId),
    forget(conversationId) {
      local.forget(conversationId);
      void calls.command("DEL", newestKey(conversationId));
    },
    close() {
      local.close();
      connection.close();
    },
  };
}

function release(
  calls: RedisCalls,
  key: string,
  id: string,
  milliseconds: number,
): Promise<unknown> {
  return calls.command("EVAL", RELEASE, "1", key, id, String(milliseconds));
}

/** Whether any process knows the conversation. */
async function tellStop(calls: RedisCalls, conversationId: string): Promise<boolean> {
  const [told, known] = await Promise.all([
    calls.command("PUBLISH", STOPS, conversationId),
    calls.command("EXISTS", knownKey(conversationId)),
  ]);
  if (told !== undefined && known !== undefined) return known === 1;
  const message = "Other processes could not be told.";
  throw new UpstreamError({ service: "redis", operation: "stop", message });
}

/** The record of an answer that other processes can read until its time has passed. */
function shareRecord<Event>(
  record: AnswerRecord<Event>,
  { id, conversationId, joinKey, joinsEnded }: NewAnswer,
  shared: { calls: RedisCalls; streams: SharedStreams; options: RedisAnswersOptions },
): AnswerRecord<Event> {
  const { calls, streams, options } = shared;
  const { kept, now } = options;
  const stream = streams.share(id);
  let count = 0;
  return {
    add(event, characters) {
      record.add(event, characters);
      stream.add(toLine(count++, event));
    },
    end(outcome) {
      record.end(outcome);
      stream.add(toEndLine(count));
      const canBeJoined = outcome === "whole" && joinsEnded !== false;
      void release(calls, newestKey(conversationId), id, kept);
      if (joinKey !== undefined) void release(calls, claimKey(joinKey), id, canBeJoined ? kept : 0);
      setTimeout(stream.close, kept);
    },
    lastRead: async () => ((await stream.isRead()) ? now() : record.lastRead()),
  };
}
