import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSqlConversations } from "../../../src/adapters/sql-conversations.ts";
import type { ConversationStore } from "../../../src/conversation-store.ts";
import { openConversationsFile } from "../../../src/node/conversations-file.ts";
import { newTurn, testConversationStore } from "./suite.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-conversations-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): Promise<ConversationStore> =>
  createSqlConversations(openConversationsFile(folder));

const METHODS: Exclude<keyof ConversationStore, "close">[] = [
  "outline",
  "recent",
  "read",
  "saveTurn",
  "setTitle",
  "saveFeedback",
  "delete",
  "removeExpired",
  "listRated",
];

/** What one call stores, the next one finds in the file. */
async function openForEachCall(): Promise<ConversationStore> {
  const calls = METHODS.map((method) => [
    method,
    async (...parts: unknown[]): Promise<unknown> => {
      const store = await open();
      try {
        return await (store[method] as (...all: unknown[]) => Promise<unknown>)(...parts);
      } finally {
        await store.close();
      }
    },
  ]);
  return { ...Object.fromEntries(calls), close: async () => undefined };
}

describe("conversations in a file", () => {
  testConversationStore(async () => ({ store: await open(), another: open }));
});

describe("conversations in a file that is opened again for each call", () => {
  testConversationStore(async () => ({
    store: await openForEachCall(),
    another: openForEachCall,
  }));
});

describe("createSqlConversations", () => {
  it("lets the conversations that were quiet for longest expire when there are too many turns", async () => {
    const store = await createSqlConversations(openConversationsFile(folder), { mostTurns: 250 });
    const { signal } = new AbortController();
    for (let n = 1; n <= 260; n += 1) {
      const turn = newTurn({ askedAt: n, endedAt: n });
      await store.saveTurn({ conversationId: `c${n}`, deletions: 0 }, turn, signal);
    }
    while (!(await store.removeExpired({ content: 0, ids: 0 }, signal)));
    const states = await Promise.all(
      Array.from({ length: 260 }, (_, n) => store.outline(`c${n + 1}`, signal)),
    );
    const live = states.flatMap((outline, n) => (outline?.state === "live" ? [n + 1] : []));
    expect(live).toEqual(Array.from({ length: 60 }, (_, n) => n + 201));
    await store.close();
  });

  it("refuses what a newer version has written, in one sentence", async () => {
    const database = openConversationsFile(folder);
    await createSqlConversations(database);
    await database.exec("insert into conversations_version (version) values (7)");
    await expect(createSqlConversations(database)).rejects.toThrow(
      /^The conversations have format 7, and this version reads format 1: .+$/,
    );
    await database.dispose();
  });

  it("makes no statement once its signal has aborted", async () => {
    const store = await open();
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(store.outline("x", gone)).rejects.toThrow("gone");
    await store.close();
  });
});
