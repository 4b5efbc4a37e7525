// What every place for answers does, seen from two processes that share it (one and the same where there is one only).
import { expect, it } from "vitest";
import type { AnswerStreams, NewAnswer, OpenAnswer } from "../../../src/ports.ts";

export type Event = { n: number; text?: string };
export type Streams = AnswerStreams<Event>;

export interface Pair {
  here: Streams;
  there: Streams;
  close(): void;
}

/** Milliseconds for which ended answers stay. */
export const KEPT = 400;
/** For everything that must not come. */
const STAYS = new AbortController().signal;

let ids = 0;
export const freshId = (): string => `id-${++ids}`;

export function newAnswer(answer: Partial<NewAnswer> = {}): NewAnswer {
  return { id: freshId(), conversationId: freshId(), ...answer };
}

export async function take(opened: OpenAnswer<Event>): Promise<number[]> {
  const taken: number[] = [];
  for await (const { n } of opened.events) taken.push(n);
  return taken;
}

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

export function testAnswerStreams(open: () => Promise<Pair>): void {
  const withPair = (test: (pair: Pair) => Promise<void>) => async (): Promise<void> => {
    const pair = await open();
    try {
      await test(pair);
    } finally {
      pair.close();
    }
  };

  it(
    "gives every reader all events from the first on, whenever and wherever they come",
    withPair(async ({ here, there }) => {
      const answer = newAnswer();
      const { opened, record } = await here.begin(answer, STAYS);
      const readers = [take(opened)];
      for (const n of numbers(30)) {
        record!.add({ n, text: "line\n\u2028 \u0000 😀" }, 1);
        if (n % 5 !== 0) continue;
        for (const streams of [here, there]) {
          const late = await streams.newest(answer.conversationId, STAYS);
          expect(late!.id).toBe(answer.id);
          expect(late!.known.map((event) => event.n)).toEqual(numbers(n + 1));
          readers.push(take(late!));
        }
      }
      record!.end("whole");
      readers.push(take((await there.newest(answer.conversationId, STAYS))!));
      for (const taken of await Promise.all(readers)) expect(taken).toEqual(numbers(30));
    }),
  );

  it(
    "waits for no reader, and gives one who comes late everything",
    withPair(async ({ here, there }) => {
      const answer = newAnswer();
      const { record, opened } = await here.begin(answer, STAYS);
      const slow = await there.newest(answer.conversationId, STAYS);
      for (const n of numbers(5000)) record!.add({ n }, 1);
      record!.end("whole");
      expect(await take(opened)).toHaveLength(5000);
      expect(await take(slow!)).toEqual(numbers(5000));
      expect(await take((await there.newest(answer.conversationId, STAYS))!)).toHaveLength(5000);
    }),
  );

  it(
    "joins requests with the same key, also at the same moment, and no others",
    withPair(async ({ here, there }) => {
      const joinKey = freshId();
      const conversationId = freshId();
      const begun = await Promise.all(
        [here, there, here, there].map((streams) =>
          streams.begin(newAnswer({ joinKey, conversationId }), STAYS),
        ),
      );
      const records = begun.flatMap(({ record }) => record ?? []);
      expect(records).toHaveLength(1);
      expect(new Set(begun.map(({ opened }) => opened.id)).size).toBe(1);
      records[0]!.add({ n: 0 }, 1);
      records[0]!.end("whole");
      for (const { opened } of begun) expect(await take(opened)).toEqual([0]);
      const others = [{ joinKey: freshId() }, {}, {}];
      for (const other of others)
        expect(
          (await there.begin(newAnswer({ conversationId, ...other }), STAYS)).record,
        ).toBeDefined();
    }),
  );

  it.each([
    { outcome: "whole", joinsEnded: true, isJoined: true },
    { outcome: "whole", joinsEnded: false, isJoined: false },
    { outcome: "cut", joinsEnded: true, isJoined: false },
  ] as const)("joins an ended answer only so: %o", ({ outcome, joinsEnded, isJoined }) =>
    withPair(async ({ here, there }) => {
      const answer = newAnswer({ joinKey: freshId(), joinsEnded });
      const { record } = await here.begin(answer, STAYS);
      record!.add({ n: 0 }, 1);
      record!.end(outcome);
      await sleep(50);
      expect(await take((await there.newest(answer.conversationId, STAYS))!)).toEqual([0]);
      const again = await there.begin({ ...answer, id: freshId() }, STAYS);
      expect(again.record === undefined).toBe(isJoined);
      if (isJoined) expect(await take(again.opened)).toEqual([0]);
    })(),
  );

  it(
    "keeps an ended answer for its time, and the newest one of a conversation",
    withPair(async ({ here, there }) => {
      const answer = newAnswer({ joinKey: freshId() });
      const { conversationId } = answer;
      expect(await there.newest(conversationId, STAYS)).toBeUndefined();
      (await here.begin(answer, STAYS)).record!.end("whole");
      const second = newAnswer({ conversationId });
      (await there.begin(second, STAYS)).record!.end("whole");
      await sleep(50);
      for (const streams of [here, there])
        expect((await streams.newest(conversationId, STAYS))!.id).toBe(second.id);
      await sleep(KEPT + 100);
      for (const streams of [here, there])
        expect(await streams.newest(conversationId, STAYS)).toBeUndefined();
      expect((await there.begin({ ...answer, id: freshId() }, STAYS)).record).toBeDefined();
    }),
  );

  it(
    "tells when an answer was read last, wherever its readers are",
    withPair(async ({ here, there }) => {
      const answer = newAnswer();
      const [first, second] = [new AbortController(), new AbortController()];
      const { record, opened } = await here.begin(answer, first.signal);
      const waits = expect(take(opened)).rejects.toThrow("gone");
      await sleep(30);
      const whileRead = performance.now();
      expect(await record!.lastRead()).toBeGreaterThanOrEqual(whileRead);
      const other = await there.newest(answer.conversationId, second.signal);
      first.abort(new Error("gone"));
      await waits;
      await sleep(30);
      const stillRead = performance.now();
      expect(await record!.lastRead()).toBeGreaterThanOrEqual(stillRead);
      const leaves = expect(take(other!)).rejects.toThrow("gone too");
      second.abort(new Error("gone too"));
      await leaves;
      await sleep(50);
      const left = performance.now();
      expect(await record!.lastRead()).toBeLessThan(left);
    }),
  );

  it(
    "knows the conversations that it was told of, for a while",
    withPair(async ({ here, there }) => {
      const conversationId = freshId();
      expect(await here.stop(conversationId)).toBe(false);
      here.remember(conversationId);
      await sleep(30);
      expect(await here.stop(conversationId)).toBe(true);
      expect(await there.stop(conversationId)).toBe(true);
      await sleep(KEPT + 150);
      expect(await there.stop(conversationId)).toBe(false);
    }),
  );
}
