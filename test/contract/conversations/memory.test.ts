import { describe, expect, it } from "vitest";
import { createMemoryConversations } from "../../../src/adapters/memory-conversations.ts";
import { fill, freshId, newTurn, testConversationStore } from "./suite.ts";

const { signal } = new AbortController();

describe("conversations in memory", () => {
  testConversationStore(async () => {
    const store = createMemoryConversations();
    return { store, another: async () => store };
  });

  it("forget those that were longest without a turn when there are too many", async () => {
    const store = createMemoryConversations({ mostConversations: 2 });
    const [first, second, third] = [freshId(), freshId(), freshId()];
    for (const id of [first, second, first, third]) await fill(store, id, [newTurn()]);
    expect(await store.read(second, signal)).toBeUndefined();
    expect((await store.read(first, signal))!.turns).toHaveLength(2);
    expect((await store.read(third, signal))!.turns).toHaveLength(1);
  });

  it("forget them when there are too many characters, counted anew after each removal", async () => {
    const store = createMemoryConversations({ mostCharacters: 20_000 });
    const ids = Array.from({ length: 10 }, freshId);
    const long = { answer: "x".repeat(5000) };
    for (const id of ids) await fill(store, id, [newTurn(long)]);
    const kept = await Promise.all(ids.map((id) => store.read(id, signal)));
    expect(kept.map((found) => found !== undefined)).toEqual([
      ...Array.from({ length: 7 }, () => false),
      ...Array.from({ length: 3 }, () => true),
    ]);
    await store.delete(ids[9]!, 1, signal);
    await fill(store, freshId(), [newTurn(long)]);
    expect(await store.read(ids[7]!, signal)).toBeDefined();
  });
});
