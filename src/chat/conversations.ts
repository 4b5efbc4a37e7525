import type {
  ConversationOutline,
  ConversationStore,
  Feedback,
  RatedTurn,
  StoredConversation,
  Turn,
  TurnPlace,
} from "../conversation-store.ts";
import { AppError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import type { Clock } from "../ports.ts";
import { createStoreCalls, type StoreCalls } from "./conversation-calls.ts";
import type { Message } from "./events.ts";
import { type AskedTurn, placeTurn, readHistory } from "./turn-place.ts";

export interface BegunTurn {
  place: TurnPlace;
  askedAt: number;
  /** The earlier turns, where the client has not sent them. */
  history: Message[];
}

/** Conversations as the routes see them: with their age, and bounded in time. */
export interface Conversations {
  /**
   * Places a question in its conversation. Takes 250 ms at most: when the store does not answer by then, the chat goes
   * on without its history. Throws `conversation-expired`.
   */
  begin(asked: AskedTurn, signal: AbortSignal): Promise<BegunTurn>;
  /** Never rejects; settles when it is stored, or will not be. */
  save(place: TurnPlace, turn: Turn): Promise<void>;
  /** Undefined when it is unknown. Throws `conversation-expired`. */
  read(
    conversationId: string,
    signal: AbortSignal,
  ): Promise<(StoredConversation & { expiresAt: number }) | undefined>;
  setTitle(conversationId: string, title: string, signal: AbortSignal): Promise<void>;
  /** False when there is no such answer. Throws `conversation-expired`. */
  rate(
    conversationId: string,
    answerId: string,
    feedback: Omit<Feedback, "at">,
    signal: AbortSignal,
  ): Promise<boolean>;
  /**
   * False when there was nothing to delete. Answers of it that are written here, or may be elsewhere, are not stored
   * when they end.
   */
  delete(
    conversationId: string,
    running: { here: boolean; elsewhere: boolean },
    signal: AbortSignal,
  ): Promise<boolean>;
  /** Page by page; the first one is read before this resolves. */
  listRated(
    rating: Feedback["rating"] | undefined,
    signal: AbortSignal,
  ): Promise<AsyncGenerator<RatedTurn[]>>;
  now: Clock;
  close(): Promise<void>;
}

export interface ConversationsOptions {
  store: ConversationStore;
  operation: Operation;
  /** Days after its last turn for which a conversation stays; 0: nothing is stored. */
  days: number;
  /** Milliseconds since 1970. */
  wallClock: Clock;
  /** The store stopped to answer, for this reason, or answers again. */
  onState: (isUp: boolean, error?: unknown) => void;
}

const DAY = 86_400_000;
const SWEEP_EVERY = 3_600_000;
/** Turns after which it is time as well, since the store holds so many at most. */
const TURNS_A_SWEEP = 500;
/** Milliseconds for which a chat waits for the store, at its beginning and at its end. */
export const HASTE = 250;
/** Milliseconds for everything else. */
const PATIENCE = 5000;

export function createConversations(options: ConversationsOptions): Conversations {
  const aging = createAging(options);
  const writes = new Set<Promise<unknown>>();

  return {
    ...duringChats(options, aging, (write) => {
      writes.add(write);
      void write.finally(() => writes.delete(write));
    }),
    ...betweenChats(options, aging),
    now: options.wallClock,
    async close() {
      await Promise.allSettled(writes);
      await options.store.close();
    },
  };
}

interface Aging extends StoreCalls {
  lifetime: number;
  isExpired(outline: ConversationOutline): boolean;
  /**
   * Removes what has expired, or is too much, once an hour and after so many calls. Lazy, since a Worker has no timer
   * that outlives its requests.
   */
  sweep(signal: AbortSignal): Promise<void>;
  /** The same whenever that was last. */
  sweepNow(signal: AbortSignal): Promise<void>;
}

function createAging({ store, operation, days, wallClock, onState }: ConversationsOptions): Aging {
  const calls = createStoreCalls(operation, onState);
  const lifetime = days * DAY;
  let [nextSweep, calledSince] = [0, 0];

  async function sweepNow(signal: AbortSignal): Promise<void> {
    const time = wallClock();
    [nextSweep, calledSince] = [time + SWEEP_EVERY, 0];
    const before = { content: time - lifetime, ids: time - 2 * lifetime };
    const isDone = await calls.attempt("remove expired", PATIENCE, signal, (limited) =>
      store.removeExpired(before, limited),
    );
    if (isDone === false) nextSweep = time;
  }

  return {
    ...calls,
    lifetime,
    isExpired: ({ state, updatedAt }) =>
      state === "expired" || (state === "live" && updatedAt + lifetime <= wallClock()),
    sweep: async (signal) => {
      if (wallClock() >= nextSweep || ++calledSince >= TURNS_A_SWEEP) await sweepNow(signal);
    },
    sweepNow,
  };
}

/** `track` is told of every write that goes on when its chat has ended; none rejects. */
function duringChats(
  { store, days, wallClock }: ConversationsOptions,
  { attempt, isExpired, sweep }: Aging,
  track: (write: Promise<void>) => void,
): Pick<Conversations, "begin" | "save"> {
  const stays = new AbortController().signal;

  async function saveNow(place: TurnPlace, turn: Turn): Promise<void> {
    if (days > 0)
      await attempt("save", PATIENCE, stays, (signal) => store.saveTurn(place, turn, signal));
    await sweep(stays);
  }

  return {
    async begin(asked, signal) {
      const askedAt = wallClock();
      const { conversationId, isKnown } = asked;
      const fresh = { place: { conversationId, deletions: 0 }, askedAt, history: [] };
      if (!isKnown) return fresh;
      const begun = await attempt("begin", HASTE, signal, async (limited) => {
        const found = await store.outline(conversationId, limited);
        if (found === undefined || isExpired(found)) return { found, history: [] };
        return { found, history: await readHistory(store, asked, found, limited) };
      });
      if (begun?.found === undefined) return fresh;
      if (isExpired(begun.found)) {
        track(sweep(stays));
        throw expired();
      }
      return { place: placeTurn(asked, begun.found), askedAt, history: begun.history };
    },
    save(place, turn) {
      const write = saveNow(place, turn);
      track(write);
      return write;
    },
  };
}

function betweenChats(
  { store, wallClock }: ConversationsOptions,
  { call, isExpired, lifetime, sweepNow }: Aging,
): Omit<Conversations, "begin" | "save" | "now" | "close"> {
  const readOutline = (
    conversationId: string,
    signal: AbortSignal,
  ): Promise<ConversationOutline | undefined> =>
    call("outline", PATIENCE, signal, (limited) => store.outline(conversationId, limited));

  /** Throws `conversation-expired`. */
  async function isLive(conversationId: string, signal: AbortSignal): Promise<boolean> {
    const outline = await readOutline(conversationId, signal);
    if (outline !== undefined && isExpired(outline)) throw expired();
    return outline?.state === "live";
  }

  return {
    async read(conversationId, signal) {
      if (!(await isLive(conversationId, signal))) return undefined;
      const found = await call("read", PATIENCE, signal, (limited) =>
        store.read(conversationId, limited),
      );
      if (found === undefined || found.turns.length === 0) return undefined;
      return { ...found, expiresAt: found.updatedAt + lifetime };
    },
    setTitle: (conversationId, title, signal) =>
      call("set title", PATIENCE, signal, (limited) =>
        store.setTitle(conversationId, title, limited),
      ),
    async rate(conversationId, answerId, feedback, signal) {
      if (!(await isLive(conversationId, signal))) return false;
      const rated = { ...feedback, at: wallClock() };
      return call("save feedback", PATIENCE, signal, (limited) =>
        store.saveFeedback(conversationId, answerId, rated, limited),
      );
    },
    async delete(conversationId, { here, elsewhere }, signal) {
      const outline = await readOutline(conversationId, signal);
      const isStored = outline !== undefined && outline.state !== "deleted";
      if (isStored || here || elsewhere)
        await call("delete", PATIENCE, signal, (limited) =>
          store.delete(conversationId, wallClock(), limited),
        );
      return isStored || here || (elsewhere && outline === undefined);
    },
    async listRated(rating, signal) {
      // What has expired is not handed on, also where nothing was written for an hour.
      await sweepNow(signal);
      const page = (after: number): Promise<RatedTurn[]> =>
        call("list rated turns", PATIENCE, signal, (limited) =>
          store.listRated({ rating, after }, limited),
        );
      return readPages(await page(0), page);
    },
  };
}

async function* readPages(
  first: RatedTurn[],
  next: (after: number) => Promise<RatedTurn[]>,
): AsyncGenerator<RatedTurn[]> {
  for (let page = first; page.length > 0; page = await next(page.at(-1)!.number)) yield page;
}

function expired(): AppError {
  return new AppError(
    "conversation-expired",
    "This conversation is too old and was removed. Please begin a new one.",
  );
}
