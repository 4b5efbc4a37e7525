import { createKeptList, type KeptList } from "../kept-list.ts";
import type { AnswerRecord, Clock, LocalAnswers, NewAnswer, OpenAnswer } from "../ports.ts";

export interface MemoryAnswersOptions {
  /** Milliseconds for which an ended answer stays. */
  kept: number;
  /** Milliseconds that an answer takes at most; what has not ended by then never will: a Worker may be ended with it. */
  longest: number;
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
  /** When it must have ended. */
  latest: number;
  /** When it is forgotten; undefined while it is written. */
  until: number | undefined;
}

/** Answers in this process's memory. */
export function createMemoryAnswers<Event>(options: MemoryAnswersOptions): LocalAnswers<Event> {
  const { now, longest } = options;
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
      const joined = shelf.find("joinKey", answer.joinKey);
      if (joined !== undefined) return { opened: openEntry(joined, reader) };
      const onLeave = (): void => void (entry.lastRead = now());
      const list = createKeptList<Event>({ longest, onLeave });
      const entry: Entry<Event> = {
        answer,
        list,
        characters: 0,
        lastRead: now(),
        latest: now() + longest,
        until: undefined,
      };
      shelf.put(entry);
      return { opened: openEntry(entry, reader), record: toRecord(entry) };
    },
    async newest(conversationId, reader) {
      const entry = shelf.find("conversationId", conversationId);
      return entry === undefined ? undefined : openEntry(entry, reader);
    },
    open(id, reader) {
      const entry = shelf.find("id", id);
      return entry === undefined ? undefined : openEntry(entry, reader);
    },
    remember: conversations.remember,
    stop: async (conversationId) => conversations.knows(conversationId),
    forget: shelf.forget,
    close: shelf.close,
  };
}

function openEntry<Event>({ answer, list }: Entry<Event>, reader: AbortSignal): OpenAnswer<Event> {
  return { id: answer.id, known: [...list.values], events: list.read(reader) };
}

interface Shelf<Event> {
  put(entry: Entry<Event>): void;
  end(entry: Entry<Event>, outcome: "whole" | "cut"): void;
  find(place: Place, key: string | undefined): Entry<Event> | undefined;
  forget(conversationId: string): void;
  close(): void;
}

/** Every entry, for as long as it may be looked up; the ended ones go when their time has passed. */
function createShelf<Event>({
  kept,
  now,
  mostCharacters = 32_000_000,
}: MemoryAnswersOptions): Shelf<Event> {
  const index = createIndex<Event>();
  /** In the order in which they began, and in which they ended. */
  const written = new Set<Entry<Event>>();
  const ended = new Set<Entry<Event>>();
  let characters = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function end(entry: Entry<Event>, outcome: "whole" | "cut"): void {
    if (!written.delete(entry)) return;
    entry.list.end();
    entry.until = now() + kept;
    ended.add(entry);
    characters += entry.characters;
    if (outcome === "cut" || entry.answer.joinsEnded === false) index.leaveJoining(entry);
  }

  /** Done at every look too, since a Worker's timer ends with its request. */
  function sweep(): void {
    const time = now();
    for (const entry of written) {
      if (entry.latest > time) break;
      end(entry, "cut");
    }
    for (const entry of ended) {
      if (entry.until! > time && characters <= mostCharacters) break;
      ended.delete(entry);
      characters -= entry.characters;
      index.remove(entry);
    }
  }

  function sweepLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      sweep();
      if (ended.size > 0) sweepLater();
    }, kept);
  }

  return {
    put(entry) {
      index.put(entry);
      written.add(entry);
    },
    find(...place) {
      sweep();
      return index.find(...place);
    },
    forget(conversationId) {
      for (const entry of [...written, ...ended])
        if (entry.answer.conversationId === conversationId) index.remove(entry);
    },
    end(entry, outcome) {
      end(entry, outcome);
      sweep();
      sweepLater();
    },
    close: () => clearTimeout(timer),
  };
}

/** How an entry is looked up. */
type Place = "id" | "conversationId" | "joinKey";

interface Index<Event> {
  put(entry: Entry<Event>): void;
  /** The newest one there. */
  find(place: Place, key: string | undefined): Entry<Event> | undefined;
  leaveJoining(entry: Entry<Event>): void;
  remove(entry: Entry<Event>): void;
}

function createIndex<Event>(): Index<Event> {
  const places: Record<Place, Map<string, Entry<Event>>> = {
    id: new Map(),
    conversationId: new Map(),
    joinKey: new Map(),
  };

  function leave(place: Place, entry: Entry<Event>): void {
    const key = entry.answer[place];
    // A newer one may be there by now.
    if (key !== undefined && places[place].get(key) === entry) places[place].delete(key);
  }

  return {
    put(entry) {
      for (const place of PLACES) {
        const key = entry.answer[place];
        if (key !== undefined) places[place].set(key, entry);
      }
    },
    find: (place, key) => (key === undefined ? undefined : places[place].get(key)),
    leaveJoining: (entry) => leave("joinKey", entry),
    remove(entry) {
      for (const place of PLACES) leave(place, entry);
    },
  };
}

const PLACES: Place[] = ["id", "conversationId", "joinKey"];

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
