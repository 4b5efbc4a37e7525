import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { readEvents, type StreamComment, type StreamEvent, type UIEvent } from "../support/sse.ts";
import { postJson, startTributary, type Tributary } from "./tributary.ts";

const QUESTION = { message: "How heavy is the Aurora 2 tent?" };

let upstream: FaultServer;
let tributary: Tributary;

beforeAll(async () => {
  upstream = await startFaultServer();
  tributary = await startTributary({
    KEEP_ALIVE_MS: "200",
    MAX_OUTPUT_TOKENS: "1000000",
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
  });
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await tributary.stop();
  await upstream.close();
});

const typeOf = ({ data }: StreamEvent): string => (data as UIEvent).type;

describe("a chat stream over the network", () => {
  it("fills the model's silence with comments, then brings the text", async () => {
    upstream.firstTokenDelayMs = 1000;
    const response = await postJson(`${tributary.url}/chat`, QUESTION);
    const comments: StreamComment[] = [];
    let writing = Infinity;
    let firstText = Infinity;
    for await (const event of readEvents(response, (comment) => comments.push(comment))) {
      if (typeOf(event) === "data-status") writing = event.at;
      if (typeOf(event) === "text-delta") firstText = Math.min(firstText, event.at);
    }
    const between = comments.filter(({ at }) => at >= writing && at <= firstText);
    expect(between.length).toBeGreaterThanOrEqual(3);
    expect(firstText).toBeLessThan(Infinity);
  });

  it("begins, and brings the sources, before the model says anything", async () => {
    upstream.fault("chat", { kind: "hang-before-headers" });
    const response = await postJson(`${tributary.url}/chat`, QUESTION);
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1");
    const types: string[] = [];
    for await (const event of readEvents(response)) {
      types.push(typeOf(event));
      if (types.filter((type) => type === "data-status").length === 2) break;
    }
    expect(types[0]).toBe("start");
    expect(types).toContain("data-retrieval");
    expect(types).toContain("source-url");
    expect(types).not.toContain("text-delta");
    await upstream.waitFor(({ closedAt }) => closedAt !== undefined);
  });

  it("passes each token on as it comes", async () => {
    upstream.reply = ["The tent ", "weighs ", "1.62 kg ", "[1]."];
    upstream.tokenDelayMs = 300;
    const response = await postJson(`${tributary.url}/chat`, QUESTION);
    const sentWhenSeen: number[] = [];
    for await (const event of readEvents(response)) {
      if (typeOf(event) !== "text-delta") continue;
      const call = upstream.requests.find(({ operation }) => operation === "chat");
      sentWhenSeen.push(call?.tokensSent ?? 0);
    }
    // The first words are read while the model has not yet said its last.
    expect(sentWhenSeen[0]).toBeLessThan(4);
    expect(sentWhenSeen.length).toBeGreaterThan(1);
  });
});

describe("a reader that wants no other answer", () => {
  it("has its connection closed after the first", async () => {
    const reader = await openRawRequest(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json", connection: "close" },
      body: JSON.stringify(QUESTION),
    });
    const text = await reader.waitFor("[DONE]", 5000);
    const began = performance.now();
    await reader.closed;
    // A connection that is kept is closed after five seconds.
    expect(performance.now() - began).toBeLessThan(3000);
    expect(text).toMatch(/^connection: close\r$/im);
  });
});

describe("a reader that reads nothing", () => {
  function* endless(): Generator<string> {
    for (;;) yield `${"flood".repeat(400)} `;
  }

  it("does not make the server drain an endless model, and may read on later", async () => {
    upstream.reply = () => endless();
    const reader = await openRawRequest(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(QUESTION),
      paused: true,
    });
    const call = await upstream.waitFor(({ operation }) => operation === "chat");
    const standing = await standstill(() => call.bytesSent);
    // What the kernel's buffers of two sockets take, generously; the model has 200 MB to give.
    expect(standing).toBeLessThan(50_000_000);
    expect(standing).toBeGreaterThan(0);
    expect(call.closedAt).toBeUndefined();

    reader.resume();
    await upstream.waitFor((seen) => seen === call && seen.bytesSent > standing, 5000);
    reader.destroy();
    await upstream.waitFor((seen) => seen === call && seen.closedAt !== undefined);
  });

  /** The figure once it has not moved for a second. */
  async function standstill(figure: () => number): Promise<number> {
    for (let tries = 0; tries < 12; tries++) {
      const before = figure();
      await sleep(1000);
      if (figure() === before && before > 0) return before;
    }
    throw new Error(`It still moves after 12 s: ${figure()}`);
  }
});
