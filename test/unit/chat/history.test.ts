import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../src/chat/events.ts";
import { recentMessages } from "../../../src/chat/history.ts";
import { estimateTokens } from "../../../src/text/tokens.ts";

/** Set by `npm run test:full`; see test/vitest.config.ts. */
declare const FULL: boolean;

const user = (content: string): Message => ({ role: "user", content });
const assistant = (content: string): Message => ({ role: "assistant", content });
const words = (tokens: number): string => "word ".repeat(tokens).slice(0, tokens * 4);

describe("recentMessages", () => {
  it("keeps the newest turns that fit", () => {
    const history = [user("one"), assistant("two"), user(words(50)), assistant(words(50))];
    expect(recentMessages(history, 100)).toEqual(history.slice(2));
    expect(recentMessages(history, 200)).toEqual(history);
  });

  it("begins with one of the user's", () => {
    const history = [user(words(50)), assistant(words(30)), user(words(40)), assistant(words(20))];
    expect(recentMessages(history, 100)).toEqual(history.slice(2));
    expect(recentMessages([assistant("Hi"), user("Hello")], 100)).toEqual([user("Hello")]);
    expect(recentMessages([assistant("Hi")], 100)).toEqual([]);
    expect(recentMessages([], 100)).toEqual([]);
  });

  it("cuts a turn that is too long at the end of a sentence", () => {
    const long = "This sentence speaks of tents. ".repeat(100);
    const [question, reply] = recentMessages([user("Which one?"), assistant(long)], 100);
    expect(question).toEqual(user("Which one?"));
    expect(reply!.content).toMatch(/^(?:This sentence speaks of tents\. ?)+$/);
    expect(reply!.content).toMatch(/tents\.$/);
    expect(estimateTokens(reply!.content)).toBeLessThanOrEqual(50);
  });

  it("cuts what has no sentences at white space, or where it must", () => {
    const [question] = recentMessages([user(words(1000)), assistant("Yes.")], 100);
    expect(question!.content).toMatch(/^(?:word ?)+$/);
    const [emoji] = recentMessages([user("😀".repeat(500)), assistant("Yes.")], 101);
    expect(emoji!.content).toMatch(/^(?:😀)+$/u);
  });

  it("never takes more than its tokens, and never loses the last question", () => {
    const content = fc.oneof(
      {
        weight: 20,
        arbitrary: fc.constantFrom("Which tent?", "텐트 무게는?", "It is light.", "👍"),
      },
      fc.string({ unit: "binary", maxLength: 200 }),
      fc.constantFrom("가".repeat(9000), "🏕️".repeat(5000), "a. ".repeat(4000), "x".repeat(50_000)),
    );
    const turn = fc.tuple(content, content);
    const turns = fc.oneof(
      { weight: 9, arbitrary: fc.array(turn, { minLength: 1, maxLength: 20 }) },
      fc.tuple(turn, fc.integer({ min: 1, max: 1000 })).map(([one, n]) => Array(n).fill(one)),
    );
    fc.assert(
      fc.property(turns, fc.integer({ min: 20, max: 3000 }), (pairs, tokens) => {
        const history = pairs.flatMap(([question, reply]) => [user(question), assistant(reply)]);
        const recent = recentMessages(history, tokens);
        const sum = recent.reduce((total, one) => total + estimateTokens(one.content), 0);
        expect(sum).toBeLessThanOrEqual(tokens);
        expect(recent[0]?.role ?? "user").toBe("user");
        const { content: last } = history.at(-2)!;
        if (last.trim() !== "") expect(recent.some((one) => one.role === "user")).toBe(true);
      }),
      { numRuns: FULL ? 5000 : 200 },
    );
  });
});
