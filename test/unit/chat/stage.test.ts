import { describe, expect, it } from "vitest";
import type { RetrievalReport } from "../../../src/chat/events.ts";
import { createOperations, type Operation } from "../../../src/operations.ts";
import { elapsed, runStage } from "../../../src/chat/stage.ts";

const signal = new AbortController().signal;

function openStages(): RetrievalReport["stages"] {
  const skipped = { status: "skipped", ms: 0 } as const;
  return {
    embed: skipped,
    condense: skipped,
    search: skipped,
    rerank: skipped,
    neighbours: skipped,
  };
}

const openOperation = (): Operation => createOperations(() => 0).of("cohere", "embed");

/** A clock on which every look takes 2.5 ms. */
function ticking(): () => number {
  let time = 0;
  return () => (time += 2.5);
}

describe("runStage", () => {
  it("gives the result and reports the time", async () => {
    const stages = openStages();
    const options = { operation: openOperation(), deadline: 1000, now: ticking(), signal };
    expect(await runStage(stages, "rerank", options, async () => 7)).toBe(7);
    expect(stages.rerank).toEqual({ status: "ok", ms: 2.5 });
    expect(stages.embed.status).toBe("skipped");
  });

  it("reports a failure and costs nothing else", async () => {
    const stages = openStages();
    const options = { operation: openOperation(), deadline: 30, now: ticking(), signal };
    expect(
      await runStage(stages, "embed", options, () => Promise.reject(new Error("no"))),
    ).toBeUndefined();
    expect(stages.embed).toEqual({ status: "failed", ms: 2.5, reason: "error" });
    expect(
      await runStage(stages, "condense", options, () => new Promise(() => undefined)),
    ).toBeUndefined();
    expect(stages.condense).toEqual({ status: "failed", ms: 2.5, reason: "timeout" });
  });

  it("stays failed when only the second of two calls works", async () => {
    const stages = openStages();
    const options = { operation: openOperation(), deadline: 1000, now: ticking(), signal };
    await runStage(stages, "embed", options, () => Promise.reject(new Error("no")));
    expect(await runStage(stages, "embed", options, async () => 1)).toBe(1);
    expect(stages.embed.status).toBe("failed");
  });

  it("rejects with the caller's own abort", async () => {
    const controller = new AbortController();
    const options = {
      operation: openOperation(),
      deadline: 1000,
      now: ticking(),
      signal: controller.signal,
    };
    const running = runStage(openStages(), "embed", options, () => new Promise(() => undefined));
    controller.abort("gone");
    await expect(running).rejects.toBe("gone");
  });
});

describe("elapsed", () => {
  it("is in whole tenths of a millisecond", () => {
    expect(elapsed(() => 110.26, 100)).toBe(10.3);
    expect(elapsed(() => 100, 100)).toBe(0);
  });
});
