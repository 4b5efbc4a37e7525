// Readers who are cut off and come back, over real sockets: with the answers in one process's memory, and in two that
// share them through Redis.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { hasRedis, type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { openChat, textOf } from "../support/resumable-chat.ts";
import { collectStream, readEvents, type StreamEvent, type UIEvent } from "../support/sse.ts";

declare const FULL: boolean;

const CUTS = FULL ? 500 : 20;
const AT_A_TIME = 5;
const QUESTION = "How heavy is the Aurora 2 tent?";
const WORDS = Array.from({ length: 40 }, (_, n) => `word${n}\u2028é😀 `);

let upstream: FaultServer;
beforeAll(async () => {
  upstream = await startFaultServer();
});
beforeEach(() => {
  upstream.clear();
  upstream.reply = WORDS;
  upstream.tokenDelayMs = 2;
});
afterAll(() => upstream.close());

const start = (environment: Record<string, string> = {}): Promise<Tributary> =>
  startTributary({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    RESUMABLE: "true",
    ...environment,
  });

interface Cut {
  frames: StreamEvent[];
  cuts: number;
}

/** Reads an answer to its end, and is cut off before a random frame again and again. */
async function readWithCuts(urls: string[], conversationId: string): Promise<Cut> {
  const pick = (): string => urls[Math.floor(Math.random() * urls.length)]!;
  const frames: StreamEvent[] = [];
  let cuts = 0;
  let response = await postJson(`${pick()}/chat`, {
    message: QUESTION,
    conversationId,
    messageId: "m",
  });
  for (;;) {
    expect(response.status).toBe(200);
    let left = 1 + Math.floor(Math.random() * 25);
    for await (const frame of readEvents(response)) {
      frames.push(frame);
      if (--left === 0) break;
    }
    if (frames.at(-1)!.data === "[DONE]") return { frames, cuts };
    cuts++;
    response = await fetch(`${pick()}/chat/${conversationId}/stream`, {
      headers: { "last-event-id": frames.at(-1)!.id! },
    });
  }
}

/** What is wrong with the frames of an answer that was read in pieces. */
function findFaults(frames: StreamEvent[]): string[] {
  const numbers = frames.map(({ id }) => Number(/-(\d+)$/.exec(id ?? "")?.[1]));
  const faults = numbers.flatMap((number, index) =>
    number === index + 1 ? [] : [`frame ${index + 1} has the number ${number}`],
  );
  const answers = new Set(frames.map(({ id }) => id?.replace(/-\d+$/, "")));
  if (answers.size !== 1) faults.push(`${answers.size} answers`);
  const chunks = frames.slice(0, -1).map(({ data }) => data as UIEvent);
  const text = chunks
    .map(({ type, delta }) => (type === "text-delta" ? String(delta) : ""))
    .join("");
  if (text.trim() !== WORDS.join("").trim()) faults.push(`the text is ${JSON.stringify(text)}`);
  const last = chunks.filter(({ type }) => ["finish", "error", "abort"].includes(type));
  if (last.length !== 1 || chunks.at(-1) !== last[0] || last[0]!.type !== "finish")
    faults.push(`it ends with ${JSON.stringify(last)}`);
  return faults;
}

async function cutMany(urls: string[]): Promise<void> {
  const calls = upstream.requests.length;
  let [cuts, answers] = [0, 0];
  const faults: string[] = [];
  async function work(): Promise<void> {
    while (cuts < CUTS) {
      const read = await readWithCuts(urls, crypto.randomUUID());
      cuts += read.cuts;
      answers++;
      faults.push(...findFaults(read.frames));
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  console.log(`${cuts} cuts of ${answers} answers: ${faults.length} faults`);
  expect(faults).toEqual([]);
  expect(cuts).toBeGreaterThanOrEqual(CUTS);
  expect(upstream.requests.length - calls).toBe(answers);
}

describe("readers who are cut off, with answers in memory", () => {
  let tributary: Tributary;
  beforeAll(async () => {
    tributary = await start({ MAX_OUTPUT_TOKENS: "5000" });
  });
  afterAll(() => tributary.stop());

  it(
    `miss nothing and get nothing twice in ${CUTS} cuts`,
    async () => {
      await cutMany([tributary.url]);
      expect(tributary.stderr()).toBe("");
    },
    FULL ? 600_000 : 60_000,
  );

  it("get the answer back in the AI SDK's chat, when it is written and when it has ended", async () => {
    upstream.tokenDelayMs = 20;
    const id = crypto.randomUUID();
    const first = openChat(tributary.url, id);
    const sent = first.sendMessage({ text: QUESTION });
    await upstream.waitFor(({ tokensSent }) => tokensSent > 3);
    // A page that is loaded again: it knows the user's message only.
    const messages = first.messages.slice(0, 1);
    const running = openChat(tributary.url, id, messages);
    await running.resumeStream();
    await sent;
    const ended = openChat(tributary.url, id, messages);
    await ended.resumeStream();
    for (const chat of [first, running, ended]) {
      expect(chat.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect(textOf(chat.messages[1]).trim()).toBe(WORDS.join("").trim());
      expect(chat.messages[1]).toEqual(first.messages[1]);
      expect(chat.status).toBe("ready");
    }
    // One that has the answer already, or in part, does not get it twice.
    const part = structuredClone(first.messages);
    part[1]!.parts = [{ type: "text", text: "word0" }];
    for (const known of [structuredClone(first.messages), part]) {
      const chat = openChat(tributary.url, id, known);
      await chat.resumeStream();
      expect(chat.messages).toHaveLength(2);
      expect(textOf(chat.messages[1]).trim()).toBe(WORDS.join("").trim());
    }
    expect(upstream.requests).toHaveLength(1);
    const none = openChat(tributary.url, crypto.randomUUID());
    await none.resumeStream();
    expect(none.messages).toEqual([]);
    expect(none.status).toBe("ready");
  });

  it("may read nothing at all: the answer ends, and is theirs when they read on", async () => {
    upstream.tokenDelayMs = 0;
    upstream.reply = Array.from({ length: 1000 }, (_, n) => `${n}${"x".repeat(100)} `);
    const body = JSON.stringify({ message: QUESTION, conversationId: "paused" });
    const headers = { "content-type": "application/json" };
    const options = { method: "POST", headers, body, paused: true };
    const reader = await openRawRequest(`${tributary.url}/chat`, options);
    await upstream.waitFor(({ tokensSent }) => tokensSent === 1000, 5000);
    reader.resume();
    expect(await reader.waitFor("[DONE]", 5000)).toContain('"type":"finish"');
    reader.destroy();
  });

  it("get an end where the model would never come to one", async () => {
    upstream.tokenDelayMs = 1;
    upstream.reply = Array.from({ length: 1000 }, () => "flood ".repeat(200));
    const response = await postJson(`${tributary.url}/chat`, { message: QUESTION });
    const frames: StreamEvent[] = [];
    for await (const frame of readEvents(response)) frames.push(frame);
    expect(frames.at(-2)!.data).toMatchObject({ type: "error", code: "answer-truncated" });
    const text = frames.map(({ raw }) => raw).join("");
    expect(text.length).toBeLessThan(400_000);
    await upstream.waitFor(({ closedAt }) => closedAt !== undefined);
  });
});

describe("a process that is ended", () => {
  it("tells the readers of resumable answers, and does not stay for those that nobody reads", async () => {
    upstream.tokenDelayMs = 10_000;
    const ending = await start({ SHUTDOWN_GRACE_MS: "300" });
    const ask = (conversationId: string): Promise<Response> =>
      postJson(`${ending.url}/chat`, { message: QUESTION, conversationId, messageId: "m" });
    for await (const { data } of readEvents(await ask("left")))
      if ((data as UIEvent).type === "text-delta") break;
    const readers = [await ask("read"), await fetch(`${ending.url}/chat/left/stream`)];
    await (await ask("nobody")).body?.cancel();
    const collected = readers.map(collectStream);
    ending.kill("SIGTERM");
    for (const { events, done } of await Promise.all(collected)) {
      expect(events.at(-1)).toMatchObject({ type: "error", code: "shutting-down" });
      expect(done).toBe(true);
    }
    expect(await ending.exited).toEqual({ code: 0, signal: null });
    expect(ending.stderr()).toBe("");
  });
});

describe.skipIf(!hasRedis)("readers who are cut off, with two processes and Redis", () => {
  let redis: RedisServer;
  let processes: Tributary[];
  beforeAll(async () => {
    redis = await startRedisServer();
    processes = await Promise.all([
      start({ REDIS_URL: redis.url }),
      start({ REDIS_URL: redis.url }),
    ]);
  });
  afterAll(async () => {
    await Promise.all(processes.map(({ stop }) => stop()));
    await redis.kill();
  });

  it(
    `miss nothing and get nothing twice in ${CUTS} cuts`,
    async () => {
      await cutMany(processes.map(({ url }) => url));
      for (const { stderr } of processes) expect(stderr()).toBe("");
    },
    FULL ? 600_000 : 60_000,
  );
});
