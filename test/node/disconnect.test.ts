import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import type { SeenRequest } from "../support/request-log.ts";
import { startTributary, type Tributary } from "./tributary.ts";

/** Milliseconds from the reader's leaving to the end of the paid call. */
const CLOSED_WITHIN = 250;
/** Time for a call that must not come. */
const AFTERWARDS = 300;
const QUESTION = "How heavy is the Aurora 2 tent?";

let upstream: FaultServer;
let tributary: Tributary;

beforeAll(async () => {
  upstream = await startFaultServer();
  tributary = await startTributary({
    COHERE_API_KEY: "canary-cohere",
    COHERE_BASE_URL: upstream.url,
    EMBED_DIMENSION: "64",
    RERANK_MODEL: "none",
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
  });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await tributary.stop();
  await upstream.close();
});

function* endless(): Generator<string> {
  for (let index = 0; ; index++) yield `word${index} `;
}

function ask(body: object = { message: QUESTION }, accept = "*/*"): Promise<RawClient> {
  return openRawRequest(`${tributary.url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify(body),
  });
}

const isOpen =
  (name: string) =>
  ({ operation }: SeenRequest): boolean =>
    operation === name;

/** Leaves, and says after how many milliseconds the call was closed by us. */
async function leave(reader: RawClient, call: SeenRequest): Promise<number> {
  const left = performance.now();
  reader.destroy();
  await upstream.waitFor((seen) => seen === call && seen.closedAt !== undefined);
  return call.closedAt! - left;
}

describe("a reader who leaves", () => {
  it("closes the model's socket within 250 ms, 20 of 20", async () => {
    upstream.tokenDelayMs = 20;
    upstream.reply = () => endless();
    const delays: number[] = [];
    for (let run = 0; run < 20; run++) {
      const reader = await ask();
      const call = await upstream.waitFor(isOpen("chat"));
      await reader.waitFor("text-delta");
      delays.push(await leave(reader, call));
      expect(upstream.requests.filter(isOpen("chat"))).toHaveLength(1);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
    expect(delays).toHaveLength(20);
  });

  it.each(["text/plain", "application/json"])(
    "closes it too when the answer was to be %s, 5 of 5",
    async (accept) => {
      upstream.tokenDelayMs = 20;
      upstream.reply = () => endless();
      const delays: number[] = [];
      for (let run = 0; run < 5; run++) {
        const reader = await ask({ message: QUESTION }, accept);
        const call = await upstream.waitFor((seen) => isOpen("chat")(seen) && seen.tokensSent > 2);
        delays.push(await leave(reader, call));
        upstream.requests.length = 0;
      }
      expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
    },
  );

  it("closes it too when the connection is reset, 5 of 5", async () => {
    upstream.tokenDelayMs = 20;
    upstream.reply = () => endless();
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask();
      const call = await upstream.waitFor(isOpen("chat"));
      await reader.waitFor("text-delta");
      delays.push(await leave({ ...reader, destroy: reader.reset }, call));
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("closes it before the first token, and the model is not called again, 5 of 5", async () => {
    upstream.firstTokenDelayMs = 20_000;
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask();
      delays.push(await leave(reader, await upstream.waitFor(isOpen("chat"))));
      await sleep(AFTERWARDS);
      expect(upstream.requests.filter(isOpen("chat"))).toHaveLength(1);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("closes the embedding call, and the model is never called, 5 of 5", async () => {
    upstream.fault("embed", { kind: "delay", ms: 20_000 });
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask();
      delays.push(await leave(reader, await upstream.waitFor(isOpen("embed"))));
      await sleep(AFTERWARDS);
      expect(upstream.requests.map(({ operation }) => operation)).toEqual(["embed"]);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("closes the call that rewrites a follow-up question, and no answer is asked for, 5 of 5", async () => {
    upstream.fault("chat", { kind: "delay", ms: 20_000 });
    const messages = [
      { role: "user", content: QUESTION },
      { role: "assistant", content: "1.62 kg." },
      { role: "user", content: "And packed?" },
    ];
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask({ messages });
      delays.push(await leave(reader, await upstream.waitFor(isOpen("chat"))));
      await sleep(AFTERWARDS);
      expect(upstream.requests.filter(isOpen("chat"))).toHaveLength(1);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("leaves nothing open, and the next reader gets a whole answer", async () => {
    expect(upstream.openRequests()).toEqual([]);
    const reader = await ask();
    const text = await reader.waitFor("[DONE]", 5000);
    expect(text).toContain('"type":"finish"');
    reader.destroy();
  });

  it("is no error of ours: the operator's log stays empty", () => {
    expect(tributary.stderr()).toBe("");
  });
});
