import { setTimeout as sleep } from "node:timers/promises";
import { unstable_startWorker } from "wrangler";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { postJson, ROOT } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import type { SeenRequest } from "../support/request-log.ts";
import { collectStream } from "../support/sse.ts";

/** Milliseconds from the reader's leaving to the end of the paid call. */
const CLOSED_WITHIN = 250;
const QUESTION = "How heavy is the Aurora 2 tent?";

// Otherwise the first request waits for cloudflare.com.
vi.stubEnv("CLOUDFLARE_CF_FETCH_ENABLED", "false");
vi.stubEnv("WRANGLER_SEND_METRICS", "false");

interface StartedWorker {
  url: string;
  stop(): Promise<void>;
}

/** The real entry in the real workerd, with the flags of wrangler.toml: no `nodejs_compat`. */
async function startWorker(variables: Record<string, string> = {}): Promise<StartedWorker> {
  const worker = await unstable_startWorker({
    config: `${ROOT}wrangler.toml`,
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: "plain_text", value }]),
    ),
    // No `.dev.vars` of a developer.
    envFiles: [],
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      logLevel: "none",
      watch: false,
      persist: false,
    },
  });
  await worker.ready;
  const url = String(await worker.url).replace(/\/$/, "");
  return { url, stop: () => worker.dispose() };
}

interface JsonAnswer {
  answer: string;
  answered: boolean;
  sources: { title: string; url: string }[];
  citations: { n: number }[];
}

describe("a Worker without keys", () => {
  let worker: StartedWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker.stop());

  it.each([
    [QUESTION, "1.62 kg"],
    ["달빛 랜턴 제일 밝게 하면 몇 루멘이에요?", "루멘"],
  ])("answers %s from the samples, with sources", async (message, words) => {
    const response = await postJson(`${worker.url}/chat`, { message, stream: false });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as JsonAnswer;
    expect(answer).toMatchObject({ answered: true, answer: expect.stringContaining(words) });
    expect(answer.sources.length).toBeGreaterThan(0);
    expect(answer.citations.length).toBeGreaterThan(0);
  });

  it("streams the answer as events, sources before text, one end", async () => {
    const response = await postJson(`${worker.url}/chat`, { message: QUESTION });
    const { events, done, failure } = await collectStream(response);
    expect(failure).toBeUndefined();
    expect(done).toBe(true);
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe("start");
    expect(types.indexOf("source-url")).toBeGreaterThan(0);
    expect(types.indexOf("source-url")).toBeLessThan(types.indexOf("text-delta"));
    expect(types.filter((type) => ["finish", "error", "abort"].includes(type))).toEqual(["finish"]);
    expect(types.at(-1)).toBe("finish");
  });

  it("lets nobody write", async () => {
    const response = await fetch(`${worker.url}/collections/x/documents/y`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "One sentence." }),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ code: "forbidden", status: 403 });
  });

  it("serves the page and a source", async () => {
    const page = await fetch(`${worker.url}/`);
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).toContain("Model: extractive");
    expect(html).not.toContain("{{nonce}}");
    const { sources } = (await (
      await postJson(`${worker.url}/chat`, { message: "발수 처리", stream: false })
    ).json()) as JsonAnswer;
    for (const { url } of sources.filter((source) => source.url.startsWith(worker.url)))
      expect((await fetch(url)).status).toBe(200);
  });
});

describe("a Worker with a wrong variable", () => {
  it("answers 503 with a problem and shows no value, at every request", async () => {
    const worker = await startWorker({
      MODEL: "canary-model",
      COHERE_API_KEY: "canary-cohere-key",
      QDRANT_URL: "canary-url",
    });
    try {
      for (const path of ["/", "/healthz", "/chat"]) {
        const response = await fetch(`${worker.url}${path}`);
        const text = await response.text();
        expect(response.status).toBe(503);
        expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
        expect(JSON.parse(text)).toMatchObject({ status: 503, code: "not-configured" });
        expect(text).not.toMatch(/canary|MODEL|QDRANT|\.ts\b|\n/);
      }
    } finally {
      await worker.stop();
    }
  });
});

describe("a reader of a Worker who leaves", () => {
  let upstream: FaultServer;
  let worker: StartedWorker;
  beforeAll(async () => {
    upstream = await startFaultServer();
    worker = await startWorker({
      COHERE_API_KEY: "canary-cohere",
      COHERE_BASE_URL: upstream.url,
      EMBED_DIMENSION: "64",
      RERANK_MODEL: "none",
      MODEL: "openai-compatible:test",
      MODEL_BASE_URL: `${upstream.url}/v1`,
      // workerd sees that a reader has closed its side only when it writes to him, so in a silence it is the comments
      // that find out. (It sees a reset at once.)
      KEEP_ALIVE_MS: "50",
    });
    // The first request loads the samples.
    await (await fetch(`${worker.url}/healthz`)).text();
    upstream.clear();
  });
  afterEach(() => upstream.clear());
  afterAll(async () => {
    await worker.stop();
    await upstream.close();
  });

  function* endless(): Generator<string> {
    for (let index = 0; ; index++) yield `word${index} `;
  }

  const isCall =
    (name: string) =>
    ({ operation }: SeenRequest): boolean =>
      operation === name;

  const ask = (): Promise<RawClient> =>
    openRawRequest(`${worker.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: QUESTION }),
    });

  async function leave(reader: RawClient, call: SeenRequest): Promise<number> {
    const left = performance.now();
    reader.destroy();
    await upstream.waitFor((seen) => seen === call && seen.closedAt !== undefined, 5000);
    return call.closedAt! - left;
  }

  it("closes the model's socket within 250 ms, 20 of 20", async () => {
    upstream.tokenDelayMs = 20;
    upstream.reply = () => endless();
    const delays: number[] = [];
    for (let run = 0; run < 20; run++) {
      const reader = await ask();
      const call = await upstream.waitFor(isCall("chat"), 5000);
      await reader.waitFor("text-delta", 5000);
      delays.push(await leave(reader, call));
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
    expect(delays).toHaveLength(20);
  });

  it("closes it before the first token with the next comment, and the model is not called again, 5 of 5", async () => {
    upstream.firstTokenDelayMs = 20_000;
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask();
      delays.push(await leave(reader, await upstream.waitFor(isCall("chat"), 5000)));
      await sleep(300);
      expect(upstream.requests.filter(isCall("chat"))).toHaveLength(1);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("closes the embedding call with the next comment, and the model is never called, 5 of 5", async () => {
    upstream.fault("embed", { kind: "delay", ms: 20_000 });
    const delays: number[] = [];
    for (let run = 0; run < 5; run++) {
      const reader = await ask();
      delays.push(await leave(reader, await upstream.waitFor(isCall("embed"), 5000)));
      await sleep(300);
      expect(upstream.requests.map(({ operation }) => operation)).toEqual(["embed"]);
      upstream.requests.length = 0;
    }
    expect(delays.filter((delay) => delay > CLOSED_WITHIN)).toEqual([]);
  });

  it("leaves the next reader a whole answer", async () => {
    const reader = await ask();
    expect(await reader.waitFor("[DONE]", 5000)).toContain('"type":"finish"');
    reader.destroy();
    expect(upstream.openRequests()).toEqual([]);
  });
});
