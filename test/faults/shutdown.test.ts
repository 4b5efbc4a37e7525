import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { isListening, postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import type { SeenRequest } from "../support/request-log.ts";
import { type CollectedStream, collectStream } from "../support/sse.ts";

declare const FULL: boolean;

const QUESTION = { message: "How heavy is the Aurora 2 tent?" };
const RUNS = FULL ? 20 : 2;
const STREAMS = 50;
const GRACE = 500;
/** Milliseconds after the grace by which the process is gone: the promise is 1 s, for a machine that does nothing else. */
const AFTER_GRACE = 3000;
const TERMINAL = ["finish", "error", "abort"];

let upstream: FaultServer;
beforeAll(async () => {
  upstream = await startFaultServer();
});
afterAll(() => upstream.close());

const started: Tributary[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((tributary) => tributary.stop()));
  upstream.clear();
});

async function start(env: Record<string, string> = {}): Promise<Tributary> {
  const tributary = await startTributary({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    SHUTDOWN_GRACE_MS: String(GRACE),
    ...env,
  });
  started.push(tributary);
  return tributary;
}

function endlessModel(): void {
  upstream.tokenDelayMs = 50;
  upstream.reply = () =>
    (function* words() {
      for (let index = 0; ; index++) yield `word${index} `;
    })();
}

/** A reader who reads nothing of more than the kernel keeps for him. */
async function openFlood(url: string): Promise<RawClient> {
  const { reply, tokenDelayMs } = upstream;
  upstream.tokenDelayMs = 0;
  upstream.reply = () =>
    (function* flood() {
      for (;;) yield "flood ".repeat(500);
    })();
  const reader = await openRawRequest(`${url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(QUESTION),
    paused: true,
  });
  await untilCalls(1);
  Object.assign(upstream, { reply, tokenDelayMs });
  return reader;
}

const untilCalls = (count: number): Promise<unknown> =>
  upstream.waitFor(() => upstream.openRequests("chat").length === count, 20_000);

const terminalOf = ({ events }: CollectedStream): string[] =>
  events.filter(({ type }) => TERMINAL.includes(type)).map(({ type, code }) => `${type} ${code}`);

interface Ended {
  exit: Awaited<Tributary["exited"]>;
  /** Milliseconds from the signal. */
  after: number;
}

async function end(tributary: Tributary, signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
  const begun = performance.now();
  tributary.kill(signal);
  const exit = await tributary.exited;
  return { exit, after: performance.now() - begun };
}

describe("SIGTERM while answers are written", () => {
  it(
    `gives each of ${STREAMS} streams one terminal event and ends with 0, ${RUNS} of ${RUNS}`,
    { timeout: 20_000 + RUNS * 10_000 },
    async () => {
      for (let run = 0; run < RUNS; run++) {
        endlessModel();
        const tributary = await start();
        const streams = Array.from({ length: STREAMS }, async () =>
          collectStream(await postJson(`${tributary.url}/chat`, QUESTION)),
        );
        await untilCalls(STREAMS);
        const { exit, after } = await end(tributary);
        expect(exit).toEqual({ code: 0, signal: null });
        expect(after).toBeGreaterThanOrEqual(GRACE);
        expect(after).toBeLessThan(GRACE + AFTER_GRACE);
        const collected = await Promise.all(streams);
        expect(collected.map(terminalOf)).toEqual(collected.map(() => ["error shutting-down"]));
        expect(collected.filter(({ done, failure }) => !done || failure !== undefined)).toEqual([]);
        expect(tributary.stderr()).not.toContain("@unhandled");
        await upstream.waitFor(() => upstream.openRequests().length === 0);
        upstream.clear();
      }
    },
  );

  it("takes no more at once, and at the end tells the readers of every form, also beside one who reads nothing", async () => {
    endlessModel();
    const grace = 2000;
    const tributary = await start({
      SHUTDOWN_GRACE_MS: String(grace),
      MAX_OUTPUT_TOKENS: "1000000",
    });
    const { url } = tributary;
    const reader = await openFlood(url);
    const text = await postJson(`${url}/chat`, QUESTION, { accept: "text/plain" });
    const json = postJson(`${url}/chat`, QUESTION, { accept: "application/json" });
    await untilCalls(3);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const ended = end(tributary);
    await sleep(100);
    const document = { id: "a", text: "One sentence." };
    for (const response of [
      await fetch(`${url}/readyz`),
      await postJson(`${url}/chat`, QUESTION),
      await postJson(`${url}/collections/x/documents`, { documents: [document] }),
    ]) {
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("1");
      expect(await response.json()).toMatchObject({ code: "shutting-down" });
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);

    const { exit, after } = await ended;
    expect(exit.code).toBe(0);
    expect(after).toBeLessThan(grace + AFTER_GRACE);
    expect(await text.text()).toMatch(/\n\[answer cut short: shutting-down\]\n$/);
    expect((await json).status).toBe(503);
    expect(await (await json).json()).toMatchObject({ code: "shutting-down" });
    reader.destroy();
    // What is expected is no error.
    expect(tributary.stderr()).toBe("");
  });

  it("lets answers end that end in time, and does not wait longer", async () => {
    upstream.firstTokenDelayMs = 700;
    const grace = 15_000;
    const tributary = await start({ SHUTDOWN_GRACE_MS: String(grace) });
    const stream = collectStream(await postJson(`${tributary.url}/chat`, QUESTION));
    await untilCalls(1);
    const { exit, after } = await end(tributary, "SIGINT");
    expect(exit.code).toBe(0);
    expect(after).toBeLessThan(grace / 2);
    expect(terminalOf(await stream)).toEqual(["finish undefined"]);
    expect(tributary.stderr()).toBe("");
  });

  it("ends at once with a second signal, but not with an echo of the first", async () => {
    endlessModel();
    const tributary = await start({ SHUTDOWN_GRACE_MS: "60000" });
    const stream = collectStream(await postJson(`${tributary.url}/chat`, QUESTION));
    await untilCalls(1);
    const ended = end(tributary, "SIGINT");
    // What `npm start` makes of one Ctrl-C.
    tributary.kill("SIGINT");
    await sleep(1000);
    expect(await isListening(tributary.url)).toBe(true);
    tributary.kill("SIGTERM");
    const { exit, after } = await ended;
    expect(exit).toEqual({ code: 143, signal: null });
    expect(after).toBeLessThan(10_000);
    expect((await stream).done).toBe(false);
  });
});

describe("SIGTERM while documents are stored", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tributary-shutdown-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const environment = (): Record<string, string> => ({
    DATA_DIR: folder,
    SAMPLES: "false",
    COHERE_API_KEY: "test",
    COHERE_BASE_URL: upstream.url,
    EMBED_DIMENSION: "64",
    RERANK_MODEL: "none",
  });
  const put = (url: string, id: string, collection = "notes"): Promise<Response> =>
    fetch(`${url}/collections/${collection}/documents/${id}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: `The note ${id} has one sentence.` }),
    });
  it("stores what ends in time, tells what does not, and the store is sound", async () => {
    const first = await start({ ...environment(), SHUTDOWN_GRACE_MS: "2500" });
    expect((await put(first.url, "first")).status).toBe(200);
    const slow = ({ body }: SeenRequest): boolean => JSON.stringify(body).includes("cut");
    upstream.fault("embed", { kind: "delay", ms: 60_000 }, { match: slow });
    upstream.fault("embed", { kind: "delay", ms: 1000 });
    const finishes = put(first.url, "finishes");
    await upstream.waitFor(() => upstream.openRequests("embed").length === 1);
    const cut = put(first.url, "cut", "others");
    await upstream.waitFor(() => upstream.openRequests("embed").length === 2);
    const { exit, after } = await end(first);
    expect(exit.code).toBe(0);
    expect(after).toBeLessThan(2500 + AFTER_GRACE);
    expect((await finishes).status).toBe(200);
    expect((await cut).status).toBe(503);
    expect(await (await cut).json()).toMatchObject({ code: "shutting-down" });

    const second = await start(environment());
    const statuses = [
      "notes/documents/first",
      "notes/documents/finishes",
      "others/documents/cut",
    ].map(async (path) => (await fetch(`${second.url}/collections/${path}`)).status);
    expect(await Promise.all(statuses)).toEqual([200, 200, 404]);
    const { collections } = (await (await fetch(`${second.url}/collections`)).json()) as {
      collections: { name: string }[];
    };
    expect(collections.find(({ name }) => name === "notes")).toMatchObject({
      documents: 2,
      chunks: 2,
    });
    const others = collections.find(({ name }) => name === "others");
    expect(others ?? { documents: 0, chunks: 0 }).toMatchObject({ documents: 0, chunks: 0 });
    expect((await end(second)).exit.code).toBe(0);
  });
});
