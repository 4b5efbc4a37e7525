import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson } from "../node/tributary.ts";
import { CLOSED_WITHIN, expectInTime } from "../support/in-time.ts";
import {
  expectedCalls,
  leaveInPhase,
  type LeavingOptions,
  PHASES,
  readEnds,
  stopAnswer,
} from "../support/leaving.ts";
import { collectStream } from "../support/sse.ts";
import { QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";

declare const FULL: boolean;

const RUNS = FULL ? 100 : 3;

let upstreams: Upstreams;
let worker: StartedWorker;

beforeAll(async () => {
  upstreams = await startUpstreams();
  worker = await startWorker({
    ...upstreams.environment,
    // So few that what stands beside the best one is none of them.
    CANDIDATES: "2",
    // Who has left takes up no room: otherwise the third chat would be refused.
    MAX_CHATS: "2",
    // Nothing here ends by itself before it is left, however busy the machine. KEEP_ALIVE_MS is the shipped one: in a
    // silence it is the comments by which workerd finds out that a reader has gone.
    EMBED_TIMEOUT_MS: "30000",
    RETRIEVAL_TIMEOUT_MS: "30000",
    RERANK_TIMEOUT_MS: "30000",
  });
  // The first request makes the application.
  await (await fetch(`${worker.url}/healthz`)).text();
});
afterAll(async () => {
  await worker.stop();
  await upstreams.close();
});

/** Leaves a phase some times: every open call is closed in time, and none comes afterwards. */
async function expectCancelled(
  options: Pick<LeavingOptions, "phase" | "leave">,
): Promise<string[]> {
  const leavings = await leaveInPhase({ ...options, url: worker.url, upstreams, runs: RUNS });
  const { delays, calls, open, received } = leavings;
  const slowest = Math.max(...delays).toFixed(1);
  if (FULL) console.log(`${options.phase.name}: ${delays.length} runs, slowest ${slowest} ms`);
  expectInTime(delays, CLOSED_WITHIN);
  expect(delays).toHaveLength(RUNS);
  expect(calls).toEqual(expectedCalls(options.phase, RUNS));
  expect(open).toEqual([]);
  return received;
}

describe("an answer of a Worker that is stopped", () => {
  it.each(PHASES)(
    `in the phase "$name" closes what is open there, ends with abort, and nothing is called afterwards, ${RUNS} of ${RUNS}`,
    async (phase) => {
      const received = await expectCancelled({ phase, leave: stopAnswer(worker.url) });
      expect(received.map(readEnds)).toEqual(received.map(() => ["abort"]));
    },
    RUNS * 2000 + 10_000,
  );
});

describe("a reader of a Worker who leaves", () => {
  it.each(PHASES)(
    `in the phase "$name" closes what is open there, and nothing is called afterwards, ${RUNS} of ${RUNS}`,
    async (phase) => void (await expectCancelled({ phase })),
    RUNS * 2000 + 10_000,
  );

  it("leaves the next reader a whole answer", async () => {
    const response = await postJson(`${worker.url}/chat`, { message: QUESTION });
    const { events, done } = await collectStream(response);
    expect(done).toBe(true);
    expect(events.at(-1)?.type).toBe("finish");
    expect(upstreams.openRequests()).toEqual([]);
  });
});
