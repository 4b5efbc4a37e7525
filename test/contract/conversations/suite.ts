// What every store of conversations does.
import { expect, it } from "vitest";
import type { ConversationStore, Turn, TurnPlace } from "../../../src/conversation-store.ts";

export interface OpenedStore {
  store: ConversationStore;
  /** The same store as another process, or the next one, sees it. */
  another(): Promise<ConversationStore>;
}

const STAYS = new AbortController().signal;

let ids = 0;
/** One database may serve many tests. */
export const freshId = (): string => `id-${++ids}-${crypto.randomUUID()}`;

export function newTurn(turn: Partial<Turn> = {}): Turn {
  const number = ++ids;
  return {
    questionId: `question-${number}`,
    answerId: `answer-${number}`,
    question: `Frage ${number}? 텐트 😀 '";--`,
    answer: `Antwort ${number} [1].\n"quoted" \\ 0`,
    outcome: "whole",
    reason: "stop",
    answered: true,
    degraded: false,
    sources: [
      {
        n: 1,
        url: "/sources/products/x",
        title: "T",
        collection: "products",
        documentId: "d",
        chunkId: "x",
        score: 0.5,
        snippet: "s",
        start: 0,
        end: 1,
        heading: ["H"],
      },
    ],
    citations: [{ n: 1, start: 0, end: 3, verified: true }],
    askedAt: 1000,
    endedAt: 2000,
    ...turn,
  };
}

const placeIn = (conversationId: string, place: Partial<TurnPlace> = {}): TurnPlace => ({
  conversationId,
  deletions: 0,
  ...place,
});

/** Stores turns one after the other. */
export async function fill(
  store: ConversationStore,
  conversationId: string,
  turns: Turn[],
): Promise<void> {
  for (const turn of turns)
    expect(await store.saveTurn(placeIn(conversationId), turn, STAYS)).toBe(true);
}

async function questionsOf(store: ConversationStore, conversationId: string): Promise<string[]> {
  const found = await store.read(conversationId, STAYS);
  return (found?.turns ?? []).map(({ questionId }) => questionId);
}

export function testConversationStore(open: () => Promise<OpenedStore>): void {
  const withStore = (test: (opened: OpenedStore) => Promise<void>) => async (): Promise<void> => {
    const opened = await open();
    try {
      await test(opened);
    } finally {
      await opened.store.close();
    }
  };

  testTurns(withStore);
  testReplacing(withStore);
  testFeedback(withStore);
  testRemoval(withStore);
}

type WithStore = (test: (opened: OpenedStore) => Promise<void>) => () => Promise<void>;

function testTurns(withStore: WithStore): void {
  it(
    "gives turns back as they were stored, in their order, also to another one",
    withStore(async ({ store, another }) => {
      const id = freshId();
      const turns = [newTurn(), newTurn({ outcome: "cut", answer: "", citations: [] }), newTurn()];
      await fill(store, id, turns);
      const seen = await another();
      const found = await seen.read(id, STAYS);
      expect(found).toEqual({ createdAt: 1000, updatedAt: 2000, turns });
      const outline = await seen.outline(id, STAYS);
      expect(outline).toMatchObject({ state: "live", updatedAt: 2000, deletions: 0 });
      const { turns: listed } = outline!;
      expect(listed.map(({ questionId, answerId }) => [questionId, answerId])).toEqual(
        turns.map(({ questionId, answerId }) => [questionId, answerId]),
      );
      expect(listed.map(({ number }) => number)).toEqual(
        listed.map(({ number }) => number).toSorted((a, b) => a - b),
      );
      const wanted = { upTo: listed[1]!.number, most: 1 };
      expect(await seen.recent(id, wanted, STAYS)).toEqual([
        { question: turns[1]!.question, answer: "" },
      ]);
      expect(await seen.recent(id, { upTo: listed[2]!.number, most: 9 }, STAYS)).toHaveLength(3);
    }),
  );

  it(
    "knows nothing of what was never stored",
    withStore(async ({ store }) => {
      const id = freshId();
      expect(await store.outline(id, STAYS)).toBeUndefined();
      expect(await store.read(id, STAYS)).toBeUndefined();
      expect(await store.recent(id, { upTo: 9, most: 9 }, STAYS)).toEqual([]);
    }),
  );

  it(
    "loses none of many turns that come at once, and keeps their order",
    withStore(async ({ store, another }) => {
      const id = freshId();
      const other = await another();
      const turns = Array.from({ length: 40 }, () => newTurn());
      const saved = await Promise.all(
        turns.map((turn, index) =>
          (index % 2 === 0 ? store : other).saveTurn(placeIn(id), turn, STAYS),
        ),
      );
      expect(saved.every(Boolean)).toBe(true);
      const order = await questionsOf(store, id);
      expect(order.toSorted()).toEqual(turns.map(({ questionId }) => questionId).toSorted());
      expect(await questionsOf(other, id)).toEqual(order);
    }),
  );

  it(
    "keeps the first title",
    withStore(async ({ store }) => {
      const id = freshId();
      await store.setTitle(id, "of nothing", STAYS);
      await fill(store, id, [newTurn()]);
      expect((await store.read(id, STAYS))!.title).toBeUndefined();
      await store.setTitle(id, "제목", STAYS);
      await store.setTitle(id, "another", STAYS);
      expect((await store.read(id, STAYS))!.title).toBe("제목");
    }),
  );
}

function testReplacing(withStore: WithStore): void {
  it(
    "puts a turn in the place of one with the same question, also when it is saved twice",
    withStore(async ({ store }) => {
      const id = freshId();
      const turns = [newTurn(), newTurn(), newTurn()];
      await fill(store, id, turns);
      const { answerId } = turns[1]!;
      const rating = { rating: "up", at: 1 } as const;
      expect(await store.saveFeedback(id, answerId, rating, STAYS)).toBe(true);
      const again = newTurn({ questionId: turns[1]!.questionId });
      await fill(store, id, [again, again]);
      expect((await store.read(id, STAYS))!.turns).toEqual([turns[0], again, turns[2]]);
    }),
  );

  it(
    "removes the turns that another one replaces, and none that came meanwhile",
    withStore(async ({ store }) => {
      const id = freshId();
      const turns = [newTurn(), newTurn(), newTurn()];
      await fill(store, id, turns);
      const numbers = (await store.outline(id, STAYS))!.turns.map(({ number }) => number);
      const meanwhile = newTurn();
      await fill(store, id, [meanwhile]);
      const again = newTurn({ questionId: turns[1]!.questionId });
      const replaces = { after: numbers[0]!, upTo: numbers[2]! };
      await store.saveTurn(placeIn(id, { replaces }), again, STAYS);
      expect((await store.read(id, STAYS))!.turns).toEqual([turns[0], again, meanwhile]);
      const other = freshId();
      await fill(store, other, [newTurn()]);
      expect(await questionsOf(store, other)).toHaveLength(1);
    }),
  );
}

function testFeedback(withStore: WithStore): void {
  it(
    "keeps the last rating of an answer, and of no other conversation's",
    withStore(async ({ store }) => {
      const [id, other] = [freshId(), freshId()];
      const turn = newTurn();
      await fill(store, id, [turn]);
      await fill(store, other, [newTurn()]);
      const up = { rating: "up", comment: "gut", at: 5 } as const;
      const down = { rating: "down", at: 6 } as const;
      expect(await store.saveFeedback(other, turn.answerId, up, STAYS)).toBe(false);
      expect(await store.saveFeedback(id, turn.questionId, up, STAYS)).toBe(false);
      expect(await store.saveFeedback(id, turn.answerId, up, STAYS)).toBe(true);
      expect((await store.read(id, STAYS))!.turns[0]!.feedback).toEqual(up);
      expect(await store.saveFeedback(id, turn.answerId, down, STAYS)).toBe(true);
      expect((await store.read(id, STAYS))!.turns[0]!.feedback).toEqual(down);
    }),
  );

  it(
    "lists rated turns page by page, with what was said before",
    withStore(async ({ store }) => {
      const id = freshId();
      const turns = Array.from({ length: 130 }, () => newTurn());
      await fill(store, id, turns);
      for (const [index, { answerId }] of turns.entries()) {
        const rating = index % 2 === 0 ? "up" : "down";
        await store.saveFeedback(id, answerId, { rating, comment: "x", at: index }, STAYS);
      }
      const first = (await store.outline(id, STAYS))!.turns[0]!.number - 1;
      const page = await store.listRated({ after: first }, STAYS);
      expect(page.length).toBe(100);
      const rest = await store.listRated({ after: page.at(-1)!.number }, STAYS);
      const all = [...page, ...rest].filter(({ conversationId }) => conversationId === id);
      expect(all.map(({ turn }) => turn)).toEqual(turns);
      const shown = ({ question, answer }: Turn): object => ({ question, answer });
      expect(all[0]!.earlier).toEqual([]);
      expect(all[20]!.earlier).toEqual(turns.slice(10, 20).map(shown));
      expect(all[3]!.feedback).toEqual({ rating: "down", comment: "x", at: 3 });
      const ups = await store.listRated({ rating: "up", after: first }, STAYS);
      expect(ups.map(({ turn }) => turn)).toEqual(turns.filter((_, index) => index % 2 === 0));
      await store.delete(id, 1, STAYS);
    }),
  );
}

function testRemoval(withStore: WithStore): void {
  it(
    "stores nothing of what began before a deletion, and everything after it",
    withStore(async ({ store, another }) => {
      const id = freshId();
      await fill(store, id, [newTurn()]);
      await store.setTitle(id, "secret", STAYS);
      await store.delete(id, 3000, STAYS);
      expect(await store.read(id, STAYS)).toBeUndefined();
      expect(await store.outline(id, STAYS)).toEqual({
        state: "deleted",
        updatedAt: 3000,
        deletions: 1,
        turns: [],
      });
      const other = await another();
      expect(await other.saveTurn(placeIn(id), newTurn(), STAYS)).toBe(false);
      expect(await other.read(id, STAYS)).toBeUndefined();
      const turn = newTurn({ askedAt: 2500, endedAt: 2600 });
      expect(await store.saveTurn(placeIn(id, { deletions: 1 }), turn, STAYS)).toBe(true);
      const again = { createdAt: 2500, updatedAt: 2600, turns: [turn] };
      expect(await other.read(id, STAYS)).toEqual(again);
      await store.delete(id, 4000, STAYS);
      expect((await store.outline(id, STAYS))!.deletions).toBe(2);
    }),
  );

  it(
    "remembers the deletion of what was not stored yet",
    withStore(async ({ store }) => {
      const id = freshId();
      await store.delete(id, 1000, STAYS);
      expect(await store.saveTurn(placeIn(id), newTurn(), STAYS)).toBe(false);
    }),
  );

  it(
    "removes the content of what has expired, then its id, and nothing younger",
    withStore(async ({ store }) => {
      const [old, young] = [freshId(), freshId()];
      await fill(store, old, [newTurn({ endedAt: 10 }), newTurn({ endedAt: 20 })]);
      await store.setTitle(old, "old", STAYS);
      await fill(store, young, [newTurn({ endedAt: 10 }), newTurn({ endedAt: 21 })]);
      expect(await store.removeExpired({ content: 20, ids: 5 }, STAYS)).toBe(true);
      expect(await store.read(old, STAYS)).toBeUndefined();
      expect(await store.outline(old, STAYS)).toMatchObject({
        state: "expired",
        updatedAt: 20,
        turns: [],
      });
      expect(await questionsOf(store, young)).toHaveLength(2);
      await store.removeExpired({ content: 20, ids: 20 }, STAYS);
      expect(await store.outline(old, STAYS)).toBeUndefined();
      expect(await questionsOf(store, young)).toHaveLength(2);
    }),
  );
}
