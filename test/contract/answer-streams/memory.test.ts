import { describe, expect, it } from "vitest";
import { createMemoryAnswers } from "../../../src/chat/memory-answers.ts";
import { type Event, freshId, KEPT, newAnswer, take, testAnswerStreams } from "./suite.ts";

const now = (): number => performance.now();
const longest = 60_000;

describe("answers in memory", () => {
  testAnswerStreams(async () => {
    const answers = createMemoryAnswers<Event>({ kept: KEPT, longest, now });
    return { here: answers, there: answers, close: answers.close };
  });

  it("forget the oldest that have ended when there are too many characters", async () => {
    const answers = createMemoryAnswers<Event>({ kept: 60_000, longest, now, mostCharacters: 100 });
    const { signal } = new AbortController();
    const all = Array.from({ length: 5 }, () => newAnswer());
    const running = newAnswer();
    (await answers.begin(running, signal)).record!.add({ n: 0 }, 1000);
    for (const answer of all) {
      const { record } = await answers.begin(answer, signal);
      record!.add({ n: 0 }, 40);
      record!.end("whole");
    }
    const isThere = async ({ conversationId }: { conversationId: string }): Promise<boolean> =>
      (await answers.newest(conversationId, signal)) !== undefined;
    expect(await Promise.all(all.map(isThere))).toEqual([false, false, false, true, true]);
    expect(await isThere(running)).toBe(true);
    answers.close();
  });

  it("give up an answer whose writer is gone without a word, and tell its reader", async () => {
    const answers = createMemoryAnswers<Event>({ kept: 60_000, longest: 200, now });
    const { signal } = new AbortController();
    const answer = newAnswer({ joinKey: freshId() });
    const { opened, record } = await answers.begin(answer, signal);
    record!.add({ n: 0 }, 1);
    await expect(take(opened)).rejects.toThrow("longer than");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const again = await answers.begin({ ...answer, id: freshId() }, signal);
    expect(again.record).toBeDefined();
    record!.end("whole");
    expect((await answers.newest(answer.conversationId, signal))!.id).toBe(again.opened.id);
    answers.close();
  });

  it("forget the oldest conversations when there are too many", async () => {
    const answers = createMemoryAnswers<Event>({
      kept: 60_000,
      longest,
      now,
      mostConversations: 2,
    });
    const conversations = [freshId(), freshId(), freshId()];
    for (const conversationId of conversations) answers.remember(conversationId);
    const known = await Promise.all(conversations.map((id) => answers.stop(id)));
    expect(known).toEqual([false, true, true]);
  });
});
