import { createKeptList, type KeptList } from "../kept-list.ts";
import type { AnswerRecord, Clock, LocalAnswers, NewAnswer, OpenAnswer } from "../ports.ts";

export interface MemoryAnswersOptions {
  /** Milliseconds for which an ended answer stays. */
  kept: number;
  now: Clock;
  /** Characters of all ended answers together; the oldest go first. Default 32 million. */
  mostCharacters?: number;
  /** Conversations that are remembered; the oldest go first. Default 10,000. */
  mostConversations?: number;
}

interface Entry<Event> {
  answer: NewAnswer;
  list: KeptList<Event>;
  characters: number;
  /** When the last reader left. */
  lastRead: number;
  /** When it is forgotten; undefined while it is written. */
  until: number | undefined;
}

/** Answers in this process's memory. */
export function createMemoryAnswers<Event>(options: MemoryAnswersOptions): LocalAnswers<Event> {
  const { now } = options;
  const shelf = createShelf<Event>(options);
  const conversations = rememberConversations(options);

  function toRecord(entry: Entry<Event>): AnswerRecord<Event> {
    return {
      add(event, size) {
        entry.characters += size;
        entry.list.add(event);
      },
      end: (outcome) => shelf.end(entry, outcome),
      lastRead: async () => (entry.list.readers() > 0 ? now() : entry.lastRead),
    };
  }

  return {
    async begin(answer, reader) {
      const joined = shelf.findJoined(answer.joinKey);
      if (joined !== undefined) return { opened: openEntry(joined, reader) };
      const list = createKeptList<Event>(() => (entry.lastRead = now()));
      const entry: Entry<Event> = {
        answer,
        list,
        characters: 0,
        lastRead: now(),
        until: undefined,
      };
      shelf.put(entry);
      return { opened: openEntry(entry, reader), record: toRecord(entry) };
    },
    async newest(conversationId, reader) {
      const entry = shelf.findNewest(conversationId);
      return entry === undefined ? undefined : openEntry(entry, reader);
    },
    open(id, reader) {
      const entry = shelf.find(id);
      return entry === undefined ? undefined : openEntry(entry, reader);
    },
    remember: conversations.remember,
    stop: async (conversationId) => conversations.knows(conversationId),
    close: shelf.close,
  };
}

function openEntry<Event>({ answer, list }: Entry<Event>, reader: AbortSignal): OpenAnswer<Event> {
  return { id: answer.id, known: [...list.values], events: list.read(reader) };
}

interface Shelf<Event> {
  put(entry: Entry<Event>): void;
  end(entry: Entry<Event>, outcome: "whole" | "cut"): void;
  find(id: string): Entry<Event> | undefined;
  findNewest(conversationId: string): Entry<Event> | undefined;
  findJoined(joinKey: string | undefined): Entry<Event> | undefined;
  close(): void;
}

/** The entries by everything that they are looked up by; ended ones go when their time has passed. */
function createShelf<Event>({
  kept,
  now,
  mostCharacters = 32_000_000,
}: MemoryAnswersOptions): Shelf<Event> {
  const entries = new Map<string, Entry<Event>>();
  const byConversation = new Map<string, Entry<Event>>();
  const byJoinKey = new Map<string, Entry<Event>>();
  /** In the order in which they ended. */
  const ended = new Set<Entry<Event>>();
  let characters = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function leaveJoining(entry: Entry<Event>): void {
    const { joinKey = "" } = entry.answer;
    if (byJoinKey.get(joinKey) === entry) byJoinKey.delete(joinKey);
  }

  /** Done at every look too, since a Worker's timer ends with its request. */
  function sweep(): void {
    const time = now();
    for (const entry of ended) {
      if (entry.until! > time && characters <= mostCharacters) break;
      const { id, conversationId } = entry.answer;
      ended.delete(entry);
      characters -= entry.characters;
      entries.delete(id);
      leaveJoining(entry);
      if (byConversation.get(conversationId) === entry) byConversation.delete(conversationId);
    }
  }

  function sweepLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      sweep();
      if (ended.size > 0) sweepLater();
    }, kept);
  }

  function find(map: Map<string, Entry<Event>>, key: string | undefined): Entry<Event> | undefined {
    sweep();
    return key === undefined ? undefined : map.get(key);
  }

  return {
    find: (id) => find(entries, id),
    findNewest: (conversationId) => find(byConversation, conversationId),
    findJoined: (joinKey) => find(byJoinKey, joinKey),
    put(entry) {
      const { id, conversationId, joinKey } = entry.answer;
      entries.set(id, entry);
      byConversation.set(conversationId, entry);
      if (joinKey !== undefined) byJoinKey.set(joinKey, entry);
    },
    end(entry, outcome) {
      entry.list.end();
      entry.until = now() + kept;
      ended.add(entry);
      characters += entry.characters;
      if (outcome === "cut" || entry.answer.joinsEnded === false) leaveJoining(entry);
      sweep();
      sweepLater();
    },
    close: () => clearTimeout(timer),
  };
}

function rememberConversations({ kept, now, mostConversations = 10_000 }: MemoryAnswersOptions): {
  remember(conversationId: string): void;
  knows(conversationId: string): boolean;
} {
  /** Until when each is remembered, oldest first. */
  const until = new Map<string, number>();

  function sweep(): void {
    const time = now();
    for (const [conversationId, end] of until) {
      if (end > time && until.size <= mostConversations) break;
      until.delete(conversationId);
    }
  }

  return {
    remember(conversationId) {
      until.delete(conversationId);
      until.set(conversationId, now() + kept);
      sweep();
    },
    knows(conversationId) {
      sweep();
      return until.has(conversationId);
    },
  };
}
