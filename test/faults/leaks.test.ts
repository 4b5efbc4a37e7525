import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { Holdings } from "../support/leak-probe.ts";
import { type ProbedServer, startProbedServer } from "../support/probed-server.ts";
import { createRandom, randomSeed } from "../support/random.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

declare const FULL: boolean;

const CHATS = FULL ? 10_000 : 200;
/** Chats before the heap is measured for the first time: code is compiled, pools are filled. */
const WARM_UP = FULL ? 1000 : 200;
const AT_ONCE = 16;
/** Bytes. */
const HEAP_GROWTH = 10 * 1024 * 1024;
/** Milliseconds: an aborted chat is left before this has passed, which is about what a whole one takes. */
const LONGEST_VISIT = 80;

const seed = randomSeed();
const random = createRandom(seed);

let upstreams: Upstreams;
let server: ProbedServer;

afterEach(() => server.stop());

async function start(environment: Record<string, string>): Promise<void> {
  upstreams = await startUpstreams();
  server = await startProbedServer({ ...upstreams.environment, ...environment });
  upstreams.model.reply = Array.from({ length: 12 }, (_, index) => `word${index} [1]. `);
  upstreams.model.tokenDelayMs = 2;
}

/** Half of the chats are read to their end, the others left at a random moment. */
async function chat(): Promise<void> {
  const leaves = random.chance(0.5);
  const reader = await openRawRequest(`${server.url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message: QUESTION }),
  });
  if (leaves) {
    await sleep(random.fraction() * LONGEST_VISIT);
    if (random.chance(0.5)) reader.reset();
  } else {
    expect(await reader.waitFor("[DONE]", 10_000)).toContain('"type":"finish"');
  }
  reader.destroy();
  await reader.closed;
}

async function chats(count: number): Promise<void> {
  let left = count;
  const reader = async (): Promise<void> => {
    while (left-- > 0) {
      await chat();
      if (left % 100 === 0) upstreams.forgetEnded();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
}

/** What the server holds, as soon as the condition is met; after five seconds in any case. */
async function settled(condition: (holdings: Holdings) => boolean): Promise<Holdings> {
  const deadline = performance.now() + 5000;
  for (;;) {
    const holdings = await server.holdings();
    if (condition(holdings) || performance.now() > deadline) return holdings;
    await sleep(100);
  }
}

const isEqual = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

describe("a server after many chats", () => {
  it.each([
    { title: "", environment: {} },
    // Ended answers are kept for a while, which is no leak.
    ...(FULL
      ? [
          {
            title: ", and went on without their readers",
            environment: { RESUMABLE: "true", DETACHED_TIMEOUT_MS: "300" },
          },
        ]
      : []),
  ])(
    `holds what it held before, after ${CHATS} of which half were left at random moments (seed ${seed})$title`,
    async ({ environment }) => {
      await start(environment);
      // What the start itself has waited for has ended.
      const isIdle = ({ resources }: Holdings): boolean => resources["Timeout"] === undefined;
      const fresh = await settled(isIdle);
      await chats(WARM_UP);
      const warm = await settled(isIdle);
      await chats(CHATS);
      await settled(() => upstreams.openRequests().length === 0);
      expect(upstreams.openRequests()).toEqual([]);
      // Connections that are kept for the next chat are no leak: their other ends are closed first.
      await upstreams.close();
      const end = await settled(({ resources }) => isEqual(resources, fresh.resources));

      const growth = end.heap - warm.heap;
      if (FULL) console.log(`heap ${(growth / 1024 / 1024).toFixed(1)} MB more`, fresh, warm, end);
      expect(end.resources).toEqual(fresh.resources);
      expect(end.listeners).toBe(fresh.listeners);
      expect(growth).toBeLessThan(HEAP_GROWTH);
      expect(server.stderr()).toBe("");
    },
    600_000,
  );
});
