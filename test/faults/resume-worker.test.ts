// Resuming, stopping and joining in the real workerd, where requests that touch each other's connections are refused.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLOSED_WITHIN, expectInTime } from "../support/in-time.ts";
import { postJson } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { collectStream, readEvents } from "../support/sse.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";

declare const FULL: boolean;

const QUESTION = "How heavy is the Aurora 2 tent?";
const WORDS = ["The ", "tent ", "weighs ", "1.62 kg ", "[1]."];

let upstream: FaultServer;
beforeAll(async () => {
  upstream = await startFaultServer();
});
beforeEach(() => {
  upstream.clear();
  upstream.reply = WORDS;
});
afterAll(() => upstream.close());

async function start(environment: Record<string, string>): Promise<StartedWorker> {
  const worker = await startWorker({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    ...environment,
  });
  await (await fetch(`${worker.url}/healthz`)).text();
  return worker;
}

describe.each(FULL ? ["true", "false"] : ["true"])("a Worker with RESUMABLE=%s", (RESUMABLE) => {
  let worker: StartedWorker;
  beforeAll(async () => {
    worker = await start({ RESUMABLE, DETACHED_TIMEOUT_MS: "2000" });
  });
  afterAll(() => worker.stop());

  const ask = (conversationId: string): Promise<Response> =>
    postJson(`${worker.url}/chat`, { message: QUESTION, conversationId, messageId: "m" });
  const resume = (id: string): Promise<Response> => fetch(`${worker.url}/chat/${id}/stream`);

  it("stops an answer that another request reads, 5 of 5", async () => {
    upstream.tokenDelayMs = 10_000;
    const delays = [];
    for (let run = 0; run < 5; run++) {
      const id = `stop-${RESUMABLE}-${run}`;
      const reader = ask(id).then(collectStream);
      const call = await upstream.waitFor(
        ({ tokensSent, closedAt }) => tokensSent > 0 && closedAt === undefined,
      );
      const asked = performance.now();
      const response = await fetch(`${worker.url}/chat/${id}/stop`, { method: "POST" });
      expect(response.status).toBe(204);
      await upstream.waitFor((seen) => seen === call && seen.closedAt !== undefined);
      delays.push(call.closedAt! - asked);
      const { events, done, failure } = await reader;
      expect(failure).toBeUndefined();
      expect(events.at(-1)).toEqual({ type: "abort" });
      expect(done).toBe(true);
    }
    expectInTime(delays, CLOSED_WITHIN);
  });

  if (RESUMABLE === "false") return;

  it("writes an answer to its end when the reader has gone, and gives it to others", async () => {
    upstream.tokenDelayMs = 200;
    for await (const { data } of readEvents(await ask("left")))
      if ((data as { type: string }).type === "text-delta") break;
    const readers = await Promise.all([resume("left"), resume("left"), ask("left")]);
    for (const { events, done } of await Promise.all(readers.map(collectStream))) {
      expect(events.at(-1)?.type).toBe("finish");
      expect(done).toBe(true);
    }
    expect(upstream.requests).toHaveLength(1);
  });

  it("writes it although nobody reads", async () => {
    upstream.tokenDelayMs = 200;
    for await (const { data } of readEvents(await ask("alone")))
      if ((data as { type: string }).type === "text-delta") break;
    await upstream.waitFor(({ tokensSent }) => tokensSent === WORDS.length, 3000);
    const { events } = await collectStream(await resume("alone"));
    expect(events.at(-1)?.type).toBe("finish");
  });

  it("aborts it when nobody comes back in time", async () => {
    upstream.tokenDelayMs = 10_000;
    for await (const { data } of readEvents(await ask("forgotten")))
      if ((data as { type: string }).type === "text-delta") break;
    const left = performance.now();
    const call = await upstream.waitFor(({ closedAt }) => closedAt !== undefined, 5000);
    expect(call.closedAt! - left).toBeGreaterThan(1500);
  });
});
