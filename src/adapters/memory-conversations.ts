import type {
  ConversationStore,
  Feedback,
  RatedTurn,
  StoredConversation,
  Turn,
  TurnPlace,
} from "../conversation-store.ts";

export interface MemoryConversationsOptions {
  /** Conversations at most; those that were longest without a turn go first. Default 10,000. */
  mostConversations?: number;
  /** Characters of all turns together at most; the same go first. Default 64 million. */
  mostCharacters?: number;
}

/** Turns that are told of a conversation, and of those before a rated one. */
const MOST_TURNS = 1000;
const MOST_EARLIER = 10;
const PAGE = 100;
/** Characters that a turn, and each of its sources, count for beside their texts. */
const TURN_OVERHEAD = 300;
const SOURCE_OVERHEAD = 300;

interface Kept {
  number: number;
  turn: Turn;
  characters: number;
  feedback?: Feedback;
}

interface Entry {
  state: "live" | "expired" | "deleted";
  title?: string;
  createdAt: number;
  updatedAt: number;
  deletions: number;
  /** By number. */
  turns: Kept[];
}

/**
 * Conversations in this process's memory (on Workers: in that of one isolate), which go with it. Everything happens
 * within one turn of the event loop. Turns are kept as they are handed in, and handed out as they are kept: nobody
 * changes them.
 */
export function createMemoryConversations(
  options: MemoryConversationsOptions = {},
): ConversationStore {
  const shelf = createShelf(options);
  return { ...createReading(shelf), ...createWriting(shelf), close: async () => undefined };
}

type Reading = Pick<ConversationStore, "outline" | "recent" | "read" | "listRated">;

function createReading(shelf: Shelf): Reading {
  return {
    async outline(conversationId) {
      const entry = shelf.get(conversationId);
      if (entry === undefined) return undefined;
      const { state, updatedAt, deletions, turns } = entry;
      const known = turns.slice(-MOST_TURNS).map(({ number, turn }) => {
        const { questionId, answerId } = turn;
        return { number, questionId, answerId };
      });
      return { state, updatedAt, deletions, turns: known };
    },
    async recent(conversationId, { upTo, most }) {
      const turns = shelf.getLive(conversationId)?.turns ?? [];
      return turns
        .filter(({ number }) => number <= upTo)
        .slice(-most)
        .map(toTexts);
    },
    async read(conversationId) {
      const entry = shelf.getLive(conversationId);
      return entry === undefined ? undefined : toStored(entry);
    },
    listRated: async (wanted) => listRated(shelf.entries(), wanted),
  };
}

function createWriting(shelf: Shelf): Omit<ConversationStore, keyof Reading | "close"> {
  let lastNumber = 0;
  return {
    async saveTurn(place, turn) {
      const entry = shelf.get(place.conversationId) ?? newEntry(turn.askedAt, turn.endedAt);
      if (entry.deletions !== place.deletions) return false;
      if (entry.state === "deleted") {
        entry.createdAt = turn.askedAt;
        entry.updatedAt = turn.endedAt;
      }
      entry.state = "live";
      entry.updatedAt = Math.max(entry.updatedAt, turn.endedAt);
      shelf.put(place.conversationId, entry, placeTurn(entry.turns, place, turn, ++lastNumber));
      return true;
    },
    async setTitle(conversationId, title) {
      const entry = shelf.getLive(conversationId);
      if (entry !== undefined) entry.title ??= title;
    },
    async saveFeedback(conversationId, answerId, feedback) {
      const turns = shelf.getLive(conversationId)?.turns;
      const kept = turns?.find(({ turn }) => turn.answerId === answerId);
      if (kept !== undefined) kept.feedback = { ...feedback };
      return kept !== undefined;
    },
    async delete(conversationId, at) {
      const deletions = (shelf.get(conversationId)?.deletions ?? 0) + 1;
      shelf.put(conversationId, { ...newEntry(at), state: "deleted", deletions }, []);
    },
    async removeExpired({ content, ids }) {
      for (const [conversationId, entry] of shelf.entries()) {
        if (entry.updatedAt > content) continue;
        if (entry.state === "live") shelf.expire(entry);
        if (entry.updatedAt <= ids) shelf.remove(conversationId);
      }
      return true;
    },
  };
}

function newEntry(createdAt: number, updatedAt = createdAt): Entry {
  return { state: "live", createdAt, updatedAt, deletions: 0, turns: [] };
}

/** The turns with this one, in place of those that it replaces; it keeps the number of one with the same question. */
function placeTurn(turns: Kept[], { replaces }: TurnPlace, turn: Turn, next: number): Kept[] {
  const same = turns.find((kept) => kept.turn.questionId === turn.questionId);
  const isReplaced = ({ number }: Kept): boolean =>
    replaces !== undefined && number > replaces.after && number <= replaces.upTo;
  const number = same?.number ?? next;
  const kept = { number, turn, characters: countCharacters(turn) };
  const others = turns.filter((one) => one !== same && !isReplaced(one));
  return [...others, kept].toSorted((a, b) => a.number - b.number);
}

/** About what it takes: ids, numbers and names beside the texts. */
function countCharacters({ question, answer, sources }: Turn): number {
  const shown = sources.reduce((sum, { snippet }) => sum + snippet.length + SOURCE_OVERHEAD, 0);
  return question.length + answer.length + shown + TURN_OVERHEAD;
}

function toTexts({ turn: { question, answer } }: Kept): { question: string; answer: string } {
  return { question, answer };
}

function toStored({ title, createdAt, updatedAt, turns }: Entry): StoredConversation {
  return {
    ...(title === undefined ? {} : { title }),
    createdAt,
    updatedAt,
    turns: turns
      .slice(-MOST_TURNS)
      .map(({ turn, feedback }) => (feedback === undefined ? turn : { ...turn, feedback })),
  };
}

function listRated(
  entries: Iterable<[string, Entry]>,
  { rating, after }: { rating?: Feedback["rating"] | undefined; after: number },
): RatedTurn[] {
  const rated: RatedTurn[] = [];
  for (const [conversationId, { turns }] of entries)
    for (const [index, { number, turn, feedback }] of turns.entries()) {
      if (feedback === undefined || number <= after) continue;
      if (rating !== undefined && feedback.rating !== rating) continue;
      const earlier = turns.slice(Math.max(0, index - MOST_EARLIER), index).map(toTexts);
      rated.push({ number, conversationId, turn, feedback, earlier });
    }
  return rated.toSorted((a, b) => a.number - b.number).slice(0, PAGE);
}

interface Shelf {
  get(conversationId: string): Entry | undefined;
  /** The same unless it has expired or was deleted. */
  getLive(conversationId: string): Entry | undefined;
  entries(): Iterable<[string, Entry]>;
  /** Puts the entry, with these turns, behind all others, and removes the first ones where there are too many. */
  put(conversationId: string, entry: Entry, turns: Kept[]): void;
  expire(entry: Entry): void;
  remove(conversationId: string): void;
}

/** What is kept, and how much that is. */
function createShelf({
  mostConversations = 10_000,
  mostCharacters = 64_000_000,
}: MemoryConversationsOptions): Shelf {
  /** Those with the newest turns last. */
  const entries = new Map<string, Entry>();
  let characters = 0;

  function setTurns(entry: Entry, turns: Kept[]): void {
    for (const kept of entry.turns) characters -= kept.characters;
    for (const kept of turns) characters += kept.characters;
    entry.turns = turns;
  }

  function remove(conversationId: string): void {
    const entry = entries.get(conversationId);
    if (entry === undefined) return;
    setTurns(entry, []);
    entries.delete(conversationId);
  }

  return {
    get: (conversationId) => entries.get(conversationId),
    getLive(conversationId) {
      const entry = entries.get(conversationId);
      return entry?.state === "live" ? entry : undefined;
    },
    entries: () => entries,
    put(conversationId, entry, turns) {
      // Another entry may stand there, whose characters go with it.
      if (entries.get(conversationId) !== entry) remove(conversationId);
      entries.delete(conversationId);
      entries.set(conversationId, entry);
      setTurns(entry, turns);
      for (const [oldest] of entries) {
        if (entries.size <= mostConversations && characters <= mostCharacters) break;
        remove(oldest);
      }
    },
    expire(entry) {
      setTurns(entry, []);
      entry.state = "expired";
      delete entry.title;
    },
    remove,
  };
}
