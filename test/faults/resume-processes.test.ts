// Two processes that share answers through Redis: joining, stopping, and what happens when one of the three dies.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLOSED_WITHIN, expectInTime } from "../support/in-time.ts";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { hasRedis, type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { collectStream, readEvents } from "../support/sse.ts";

declare const FULL: boolean;

const TWINS = FULL ? 200 : 20;
/** Milliseconds that Redis may cost a chat, with some for the chat itself. */
const NO_LONGER = 250 + 150;
const QUESTION = "How heavy is the Aurora 2 tent?";
const WORDS = ["The ", "tent ", "weighs ", "1.62 kg ", "[1]."];

let upstream: FaultServer;
let redis: RedisServer;
let processes: Tributary[];

const start = (environment: Record<string, string> = {}): Promise<Tributary> =>
  startTributary({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    RESUMABLE: "true",
    REDIS_URL: redis.url,
    ...environment,
  });

const ask = (
  { url }: Tributary,
  conversationId: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  postJson(`${url}/chat`, { message: QUESTION, conversationId, messageId: "m" }, headers);
const resume = ({ url }: Tributary, id: string): Promise<Response> =>
  fetch(`${url}/chat/${id}/stream`);
const stop = ({ url }: Tributary, id: string): Promise<Response> =>
  fetch(`${url}/chat/${id}/stop`, { method: "POST" });

/** The log of a process: one JSON a line. */
const logOf = ({ stderr }: Tributary): Record<string, unknown>[] =>
  stderr()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe.skipIf(!hasRedis)("two processes and Redis", () => {
  beforeAll(async () => {
    [upstream, redis] = await Promise.all([startFaultServer(), startRedisServer()]);
    processes = await Promise.all([start(), start()]);
  });
  beforeEach(() => {
    upstream.clear();
    upstream.reply = WORDS;
  });
  afterAll(async () => {
    await Promise.all(processes.map(({ stop }) => stop()));
    await redis.kill();
    await upstream.close();
  });

  async function restart(environment: Record<string, string> = {}): Promise<void> {
    await Promise.all(processes.map(({ stop }) => stop()));
    processes = await Promise.all([start(environment), start(environment)]);
  }

  it(`write one answer for two equal requests at the same moment, ${TWINS} of ${TWINS}`, async () => {
    upstream.tokenDelayMs = 5;
    const [one, two] = processes as [Tributary, Tributary];
    for (let twin = 0; twin < TWINS; twin++) {
      const id = `twin-${twin}`;
      const [events, json] = await Promise.all([
        ask(one, id).then(collectStream),
        ask(two, id, { accept: "application/json" }).then((response) => response.json()),
      ]);
      expect(events.events.at(-1)!.type).toBe("finish");
      expect(json).toMatchObject({ answer: WORDS.join(""), conversationId: id });
      expect(upstream.requests).toHaveLength(twin + 1);
    }
    expect(processes.flatMap(logOf)).toEqual([]);
  });

  it("stop an answer that the other one writes, for the readers of both", async () => {
    upstream.tokenDelayMs = 10_000;
    const [one, two] = processes as [Tributary, Tributary];
    const delays: number[] = [];
    for (let run = 0; run < 10; run++) {
      const id = `stop-${run}`;
      const mine = ask(one, id).then(collectStream);
      const call = await upstream.waitFor(
        ({ tokensSent, closedAt }) => tokensSent > 0 && closedAt === undefined,
      );
      const theirs = resume(two, id).then(collectStream);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const asked = performance.now();
      expect((await stop(two, id)).status).toBe(204);
      await upstream.waitFor((seen) => seen === call && seen.closedAt !== undefined);
      delays.push(call.closedAt! - asked);
      for (const { events, done } of await Promise.all([mine, theirs])) {
        expect(events.filter(({ type }) => type === "abort")).toHaveLength(1);
        expect(events.at(-1)!.type).toBe("abort");
        expect(done).toBe(true);
      }
      expect((await stop(two, id)).status).toBe(204);
    }
    expectInTime(delays, CLOSED_WITHIN);
    expect((await stop(two, "unknown")).status).toBe(404);
  });

  it.each(FULL ? ["held", "ended"] : ["ended"])("answer as ever while Redis is %s", async (how) => {
    upstream.tokenDelayMs = 50;
    const [one, two] = processes as [Tributary, Tributary];
    const states = (): unknown[] => logOf(one).filter(({ at }) => at === "redis");
    const before = states().length;
    const running = ask(one, `running-${how}`).then(collectStream);
    await upstream.waitFor(({ tokensSent }) => tokensSent === 2);
    if (how === "held") redis.hold();
    else await redis.kill();
    // What was begun before goes on, and is read again where it is written.
    expect((await running).events.at(-1)!.type).toBe("finish");
    expect((await collectStream(await resume(one, `running-${how}`))).events.at(-1)!.type).toBe(
      "finish",
    );
    expect((await resume(two, `running-${how}`)).status).toBe(204);
    upstream.tokenDelayMs = 0;
    const waits = [];
    for (let count = 0; count < 10; count++) {
      const asked = performance.now();
      const response = await ask(one, `${how}-${count}`);
      // The head of the response comes with its first bytes.
      waits.push(performance.now() - asked);
      expect((await collectStream(response)).events.at(-1)!.type).toBe("finish");
    }
    expectInTime(waits, NO_LONGER);
    expect((await stop(one, "elsewhere")).status).toBe(503);
    expect(states().slice(before)).toMatchObject([
      { level: "error", message: expect.stringContaining("Redis does not answer") },
    ]);

    if (how === "held") redis.release();
    else await redis.start();
    await untilShared(one, two);
    expect(states().slice(before + 1)).toMatchObject([{ level: "info" }]);
  });

  it.runIf(FULL)("start without Redis, and share answers once it is there", async () => {
    await redis.kill();
    await restart();
    const [one, two] = processes as [Tributary, Tributary];
    const { events } = await collectStream(await ask(one, "alone"));
    expect(events.at(-1)!.type).toBe("finish");
    await redis.start();
    await untilShared(one, two);
    expect(logOf(one)).toMatchObject([{ level: "error" }, { level: "info" }]);
  });

  it.runIf(FULL)("stop answers in each other also where they are not resumable", async () => {
    await restart({ RESUMABLE: "false" });
    upstream.tokenDelayMs = 10_000;
    const [one, two] = processes as [Tributary, Tributary];
    const reader = ask(one, "plain").then(collectStream);
    await upstream.waitFor(({ tokensSent }) => tokensSent > 0);
    expect((await resume(two, "plain")).status).toBe(204);
    expect((await stop(two, "plain")).status).toBe(204);
    expect((await reader).events.at(-1)!.type).toBe("abort");
  });

  it.runIf(FULL)(
    "end the answer of a process that died for its other readers, who may ask again",
    async () => {
      upstream.tokenDelayMs = 10_000;
      await restart();
      const [dying, living] = processes as [Tributary, Tributary];
      const lost = ask(dying, "dies")
        .then(collectStream)
        .catch(() => undefined);
      await upstream.waitFor(({ tokensSent }) => tokensSent > 0);
      const reader = ask(living, "dies").then(collectStream);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await dying.stop();
      await lost;
      const { events, done } = await reader;
      expect(events.at(-1)).toMatchObject({ type: "error", code: "answer-truncated" });
      expect(done).toBe(true);
      upstream.tokenDelayMs = 0;
      const again = await collectStream(await ask(living, "dies"));
      expect(again.events.at(-1)!.type).toBe("finish");
      expect(upstream.requests).toHaveLength(2);
    },
  );
});

async function readSome(response: Response, count: number): Promise<unknown[]> {
  const frames: unknown[] = [];
  for await (const frame of readEvents(response)) {
    frames.push(frame);
    if (frames.length === count) break;
  }
  return frames;
}

/** Until an answer of the first process can be read in the second one. */
async function untilShared(one: Tributary, two: Tributary): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const id = `shared-${crypto.randomUUID()}`;
    await readSome(await ask(one, id), 1);
    const response = await resume(two, id);
    await response.body?.cancel();
    if (response.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Answers are not shared again.");
}
