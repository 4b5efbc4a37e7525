import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { countSockets, readRssMb, readSendQueues } from "../support/process-figures.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import { collectStream, readEvents } from "../support/sse.ts";

declare const FULL: boolean;

const QUESTION = { message: "How heavy is the Aurora 2 tent?" };
/** The full run takes the default of the time-out and the figures of the promise. */
const READERS = FULL ? 200 : 30;
const WRITE_TIMEOUT = FULL ? 20_000 : 1500;
const CUT_WITHIN = FULL ? 30_000 : 6000;
const MEMORY_MB = 200;

let upstream: FaultServer;
let tributary: Tributary;

beforeAll(async () => {
  upstream = await startFaultServer();
});
afterEach(async () => {
  await tributary.stop();
  upstream.clear();
});
afterAll(() => upstream.close());

async function start(env: Record<string, string> = {}): Promise<void> {
  tributary = await startTributary({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    MAX_OUTPUT_TOKENS: "1000000",
    MAX_CHATS: "500",
    WRITE_TIMEOUT_MS: String(WRITE_TIMEOUT),
    ...env,
  });
}

/** As fast as it can, in tokens that soon fill the buffers of the kernel. */
function floodingModel(): void {
  const token = "flood ".repeat(1000);
  upstream.reply = () =>
    (function* flood() {
      for (;;) yield token;
    })();
}

function ask(accept = "*/*", paused = true): Promise<RawClient> {
  return openRawRequest(`${tributary.url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify(QUESTION),
    paused,
  });
}

async function until(condition: () => boolean, timeout: number, what: string): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within ${timeout} ms: ${what}`);
    await sleep(5);
  }
}

/** Milliseconds for which calls of the model lived that we have cancelled. */
const lives = (): number[] =>
  upstream.requests.flatMap(({ at, closedAt }) => (closedAt === undefined ? [] : [closedAt - at]));

/** Watches the connections of a port: since when nothing went out on each, and when it was gone. */
function watchConnections(port: number): { standstills: () => number[]; stop: () => void } {
  const seen = new Map<number, { queue: number; since: number; gone?: number }>();
  const look = (): void => {
    const now = performance.now();
    const queues = readSendQueues(port);
    for (const [peer, queue] of queues) {
      if (seen.get(peer)?.queue !== queue) seen.set(peer, { queue, since: now });
    }
    for (const [peer, connection] of seen) if (!queues.has(peer)) connection.gone ??= now;
  };
  const timer = setInterval(look, 50);
  return {
    standstills: () =>
      [...seen.values()].flatMap(({ queue, since, gone }) =>
        gone === undefined || queue === 0 ? [] : [gone - since],
      ),
    stop: () => clearInterval(timer),
  };
}

/** The server as it is under an ordinary load: what that takes is not the cost of silent readers. */
async function warmUp(): Promise<void> {
  upstream.reply = "The tent weighs 1.62 kg [1]. ".repeat(10);
  for (let round = 0; round < 3; round++) {
    const answers = Array.from({ length: READERS }, async () =>
      collectStream(await postJson(`${tributary.url}/chat`, QUESTION)),
    );
    for (const { events } of await Promise.all(answers)) expect(events.at(-1)?.type).toBe("finish");
  }
  upstream.clear();
}

describe.skipIf(!existsSync("/proc/net/tcp"))(
  "readers who take nothing of an endless answer",
  () => {
    it(
      `cost little memory and are cut, with all that is paid for them, ${READERS} of ${READERS}`,
      { timeout: 300_000 },
      async () => {
        await start();
        await warmUp();
        floodingModel();
        const idle = { memory: readRssMb(tributary.pid), sockets: countSockets(tributary.pid) };
        const connections = watchConnections(Number(new URL(tributary.url).port));
        const readers = await Promise.all(
          Array.from({ length: READERS }, (_, index) =>
            ask(index % 4 === 0 ? "text/plain" : "*/*"),
          ),
        );
        let peak = 0;
        await until(
          () => {
            peak = Math.max(peak, readRssMb(tributary.pid));
            return lives().length === READERS;
          },
          200_000,
          "every call of the model is cancelled",
        );
        await until(
          () => connections.standstills().length >= READERS,
          5000,
          "every connection is gone",
        );
        connections.stop();
        const { requests } = upstream;
        const cuts = connections.standstills();
        console.log(
          `${READERS} silent readers: memory +${(peak - idle.memory).toFixed(0)} MB; cut ${Math.min(...cuts).toFixed(0)} to ${Math.max(...cuts).toFixed(0)} ms after the last byte that the kernel took`,
        );
        expect(requests).toHaveLength(READERS);
        // The model had more to say, and every buffer on the way to the reader was full.
        expect(requests.filter(({ bytesSent }) => bytesSent > 100_000)).toHaveLength(READERS);
        expect(peak - idle.memory).toBeLessThan(MEMORY_MB);
        expect(cuts).toHaveLength(READERS);
        expect(Math.max(...cuts)).toBeLessThan(CUT_WITHIN);
        expect(Math.min(...lives())).toBeGreaterThanOrEqual(WRITE_TIMEOUT);
        await until(
          () => countSockets(tributary.pid) <= idle.sockets,
          5000,
          "every socket is closed",
        );

        readers.forEach((reader) => reader.resume());
        await Promise.all(readers.map(({ closed }) => closed));
        const whole = readers.filter((reader) => reader.received().endsWith("0\r\n\r\n"));
        expect(whole).toEqual([]);
        expect(tributary.stderr()).toBe("");
      },
    );
  },
);

describe("readers who are not cut", () => {
  const SILENCE = FULL ? 40_000 : 1500;
  const BEAT = FULL ? 15_000 : 200;
  const PATIENCE = FULL ? 20_000 : 600;

  it(
    `are those who wait for a silent model, and hear of it every ${BEAT} ms; and those who read slowly`,
    { timeout: 120_000 },
    async () => {
      await start({
        FIRST_TOKEN_TIMEOUT_MS: "60000",
        WRITE_TIMEOUT_MS: String(PATIENCE),
        ...(FULL ? {} : { KEEP_ALIVE_MS: String(BEAT) }),
      });
      upstream.firstTokenDelayMs = SILENCE;
      const [gap, text, json] = await Promise.all([
        longestGap(),
        postJson(`${tributary.url}/chat`, QUESTION, { accept: "text/plain" }),
        postJson(`${tributary.url}/chat`, QUESTION, { accept: "application/json" }),
      ]);
      expect(gap).toBeLessThan(BEAT + 500);
      expect(await text.text()).not.toContain("cut short");
      expect(await json.json()).toMatchObject({ answered: true });

      upstream.clear();
      floodingModel();
      const reader = await ask();
      // Few of them: even this model has an end, at 32 characters for each token that it may write.
      for (let read = 0; read < 4; read++) {
        // Nothing for a third of the time, and then what has gathered.
        await sleep(PATIENCE / 3);
        const before = reader.bytesReceived();
        reader.resume();
        await until(() => reader.bytesReceived() > before + 1_000_000, 5000, "it reads on");
        reader.pause();
      }
      expect(lives()).toEqual([]);
      reader.destroy();
      await until(() => lives().length === 1, 2000, "the model's call is cancelled");
    },
  );

  /** Milliseconds of the longest time in which nothing came of an event stream. */
  async function longestGap(): Promise<number> {
    const arrivals = [performance.now()];
    const response = await postJson(`${tributary.url}/chat`, QUESTION);
    const types: unknown[] = [];
    for await (const { at, data } of readEvents(response, (comment) => arrivals.push(comment.at))) {
      arrivals.push(at);
      types.push((data as { type?: unknown }).type);
    }
    expect(types).toContain("finish");
    expect(arrivals.at(-1)! - arrivals[0]!).toBeGreaterThanOrEqual(SILENCE);
    return Math.max(...arrivals.slice(1).map((at, index) => at - arrivals[index]!));
  }
});
