import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { CLOSED_WITHIN, expectInTime } from "../support/in-time.ts";
import {
  CONDENSE,
  expectedCalls,
  leaveInPhase,
  type LeavingOptions,
  PHASES,
  readEnds,
  stopAnswer,
} from "../support/leaving.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import { QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

declare const FULL: boolean;

const RUNS = FULL ? 100 : 3;
const MID_STREAM = PHASES.at(-1)!;

let upstreams: Upstreams;
let tributary: Tributary;
/** Whose answers go on when their reader leaves. */
let resumable: Tributary;

beforeAll(async () => {
  upstreams = await startUpstreams();
  const environment = {
    ...upstreams.environment,
    // So few that what stands beside the best one is none of them.
    CANDIDATES: "2",
    // Nothing here ends by itself before it is left, however busy the machine.
    EMBED_TIMEOUT_MS: "30000",
    RETRIEVAL_TIMEOUT_MS: "30000",
    RERANK_TIMEOUT_MS: "30000",
    CONDENSE_TIMEOUT_MS: "30000",
  };
  [tributary, resumable] = await Promise.all([
    startTributary(environment),
    startTributary({ ...environment, RESUMABLE: "true" }),
  ]);
});
afterAll(async () => {
  await Promise.all([tributary.stop(), resumable.stop()]);
  await upstreams.close();
});

/** Leaves a phase some times: every open call is closed in time, and none comes afterwards. */
async function expectCancelled(
  options: Omit<LeavingOptions, "url" | "upstreams" | "runs">,
  url = tributary.url,
): Promise<string[]> {
  const { delays, calls, open, received } = await leaveInPhase({
    ...options,
    url,
    upstreams,
    runs: RUNS,
  });
  if (FULL)
    console.log(
      `${options.phase.name}: ${delays.length} runs, slowest ${Math.max(...delays).toFixed(1)} ms`,
    );
  expectInTime(delays, CLOSED_WITHIN);
  expect(delays).toHaveLength(RUNS);
  expect(calls).toEqual(expectedCalls(options.phase, RUNS));
  expect(open).toEqual([]);
  return received;
}

describe("an answer that is stopped", () => {
  it.each([...PHASES, CONDENSE])(
    `in the phase "$name" closes what is open there, ends with abort, and nothing is called afterwards, ${RUNS} of ${RUNS}`,
    async (phase) => {
      const received = await expectCancelled({ phase, leave: stopAnswer(tributary.url) });
      expect(received.map(readEnds)).toEqual(received.map(() => ["abort"]));
    },
    RUNS * 2000 + 10_000,
  );

  it.each(PHASES)(
    `when its reader has left and it goes on without him, in the phase "$name", is closed as well, ${RUNS} of ${RUNS}`,
    async (phase) => {
      const stop = stopAnswer(resumable.url);
      const leave: typeof stop = (reader, conversationId) => {
        reader.destroy();
        return stop(reader, conversationId);
      };
      await expectCancelled({ phase, leave }, resumable.url);
    },
    RUNS * 2000 + 10_000,
  );
});

describe("a reader who leaves", () => {
  it.each([...PHASES, CONDENSE])(
    `in the phase "$name" closes what is open there, and nothing is called afterwards, ${RUNS} of ${RUNS}`,
    async (phase) => void (await expectCancelled({ phase })),
    RUNS * 2000 + 10_000,
  );

  it.each(["text/plain", "application/json"])(
    `of an answer that was to be %s closes the model's call, ${RUNS} of ${RUNS}`,
    async (accept) => void (await expectCancelled({ phase: MID_STREAM, accept })),
    RUNS * 2000 + 10_000,
  );

  it(
    `by a reset closes the model's call, ${RUNS} of ${RUNS}`,
    async () => {
      const leave = (reader: RawClient): void => reader.reset();
      await expectCancelled({ phase: MID_STREAM, leave });
    },
    RUNS * 2000 + 10_000,
  );

  it("leaves the next reader a whole answer", async () => {
    const reader = await openRawRequest(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: QUESTION }),
    });
    expect(await reader.waitFor("[DONE]", 5000)).toContain('"type":"finish"');
    reader.destroy();
  });

  it("is no error of ours: the operator's log stays empty", () => {
    expect(tributary.stderr()).toBe("");
  });
});
