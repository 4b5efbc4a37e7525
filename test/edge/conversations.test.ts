// Conversations of the real Worker in the real workerd, kept in D1.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson } from "../node/tributary.ts";
import { readEvents, type UIEvent } from "../support/sse.ts";
import { QUESTION } from "../support/upstreams.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";

interface Conversation {
  title: string;
  messages: { id: string; metadata?: { outcome: string; rating?: string } }[];
}

describe("a Worker with a database for conversations", () => {
  let worker: StartedWorker;
  beforeAll(async () => {
    worker = await startWorker({ ADMIN_KEY: "admin-key-canary" }, { database: "CONVERSATIONS" });
    // The first request loads the samples.
    await (await fetch(`${worker.url}/healthz`)).body?.cancel();
  }, 60_000);
  afterAll(() => worker.stop());

  const read = (id: string): Promise<Response> => fetch(`${worker.url}/conversations/${id}`);

  it("stores a chat before its end is seen, rates, exports and removes it", async () => {
    const body = { message: QUESTION, conversationId: "talk" };
    const ids: string[] = [];
    for await (const { data } of readEvents(await postJson(`${worker.url}/chat`, body))) {
      const { type, messageId } = data as UIEvent;
      if (type === "start") ids.push(String(messageId));
      if (type === "finish") break;
    }
    const rating = { messageId: ids[0], rating: "up", comment: "좋아요" };
    expect((await postJson(`${worker.url}/chat/talk/feedback`, rating)).status).toBe(204);
    const found = (await (await read("talk")).json()) as Conversation;
    expect(found.title).toBe(QUESTION);
    expect(found.messages[1]).toMatchObject({
      id: ids[0],
      metadata: { outcome: "whole", rating: "up" },
    });
    const headers = { authorization: "Bearer admin-key-canary" };
    const lines = await (await fetch(`${worker.url}/feedback`, { headers })).text();
    expect(JSON.parse(lines)).toMatchObject({ question: QUESTION, comment: "좋아요" });
    const removed = await fetch(`${worker.url}/conversations/talk`, { method: "DELETE" });
    expect(removed.status).toBe(204);
    expect((await read("talk")).status).toBe(404);
  });

  it("keeps what there was of an answer whose reader left", async () => {
    const left = new AbortController();
    const response = await fetch(`${worker.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: QUESTION, conversationId: "left" }),
      signal: left.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    left.abort();
    await reader.closed.catch(() => undefined);
    // It may have been whole by then: the model without a key writes faster than a reader leaves.
    const end = Date.now() + 10_000;
    for (;;) {
      const stored = await read("left");
      if (stored.status === 200) {
        const { messages } = (await stored.json()) as Conversation;
        expect(messages).toHaveLength(2);
        break;
      }
      expect(stored.status).toBe(404);
      if (Date.now() > end) throw new Error("The answer was not stored.");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
