import { getEventListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DeadlineError, UpstreamError } from "../../src/errors.ts";
import {
  callWithin,
  pause,
  rejectOnAbort,
  startDeadline,
  startIdleDeadline,
} from "../../src/resilience.ts";

const never = (): Promise<never> => new Promise(() => undefined);
const open = (): AbortController => new AbortController();

function upstream(retryable: boolean, retryAfter?: number): UpstreamError {
  return new UpstreamError({
    service: "qdrant",
    operation: "search",
    message: "no",
    retryable,
    retryAfter,
  });
}

/** Fails with these errors in turn, then gives "done"; `tries` counts. */
function failing(...errors: Error[]): { call: () => Promise<string>; tries: () => number } {
  let tries = 0;
  return {
    async call() {
      const error = errors[tries++];
      if (error !== undefined) throw error;
      return "done";
    },
    tries: () => tries,
  };
}

describe("callWithin", () => {
  const options = { what: "the search", signal: open().signal, deadline: 5000 };

  it("gives what the call gives", async () => {
    expect(await callWithin(options, async () => 7)).toBe(7);
  });

  it("rejects after the deadline, also where the call ignores its signal", async () => {
    const started = performance.now();
    const error = await callWithin({ ...options, deadline: 50 }, never).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(DeadlineError);
    expect((error as Error).message).toBe("the search took longer than 50 ms");
    expect(performance.now() - started).toBeGreaterThan(45);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("rejects with the caller's own reason and aborts the call with it", async () => {
    const controller = open();
    const reason = new Error("the reader left");
    let seen: AbortSignal | undefined;
    const running = callWithin({ ...options, signal: controller.signal }, (signal) => {
      seen = signal;
      return never();
    });
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect(seen?.reason).toBe(reason);
  });

  it("rejects with the reason of a signal that aborted before", async () => {
    await expect(callWithin({ ...options, signal: AbortSignal.abort("gone") }, never)).rejects.toBe(
      "gone",
    );
  });

  it("tries again where that may help, as often as allowed", async () => {
    const twice = failing(upstream(true), upstream(true));
    expect(await callWithin({ ...options, retries: 2 }, twice.call)).toBe("done");
    expect(twice.tries()).toBe(3);
    const last = upstream(true);
    const often = failing(upstream(true), last, upstream(true));
    await expect(callWithin({ ...options, retries: 1 }, often.call)).rejects.toBe(last);
    expect(often.tries()).toBe(2);
  });

  it("does not try again where that does not help, or is not allowed", async () => {
    for (const error of [upstream(false), new Error("ours"), new DeadlineError("x", 1)]) {
      const { call, tries } = failing(error);
      await expect(callWithin({ ...options, retries: 3 }, call)).rejects.toBe(error);
      expect(tries()).toBe(1);
    }
    const { call, tries } = failing(upstream(true));
    await expect(callWithin(options, call)).rejects.toThrow(UpstreamError);
    expect(tries()).toBe(1);
  });

  it("waits as long as the upstream asks for", async () => {
    const started = performance.now();
    const { call } = failing(upstream(true, 120));
    expect(await callWithin({ ...options, retries: 1 }, call)).toBe("done");
    expect(performance.now() - started).toBeGreaterThan(110);
  });

  it("never waits beyond the deadline", async () => {
    const { call, tries } = failing(upstream(true, 60_000));
    const started = performance.now();
    await expect(callWithin({ ...options, deadline: 60, retries: 1 }, call)).rejects.toThrow();
    expect(performance.now() - started).toBeLessThan(1000);
    expect(tries()).toBe(1);
  });

  it("gives all tries one deadline together", async () => {
    let tries = 0;
    const slow = async (): Promise<never> => {
      tries += 1;
      await sleep(60);
      throw upstream(true, 1);
    };
    await expect(
      callWithin({ ...options, deadline: 150, retries: 50 }, slow),
    ).rejects.toBeInstanceOf(DeadlineError);
    expect(tries).toBeLessThanOrEqual(3);
  });

  it("leaves nothing listening to the caller's signal", async () => {
    const { signal } = open();
    await callWithin({ ...options, signal }, async () => 1);
    await callWithin({ ...options, signal, retries: 1 }, failing(upstream(true, 1)).call);
    await callWithin({ ...options, signal }, () => Promise.reject(new Error("no"))).catch(
      () => undefined,
    );
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});

describe("startDeadline", () => {
  it("aborts in time, unless it was cleared", async () => {
    const kept = startDeadline("it", 30, open().signal);
    const cleared = startDeadline("it", 30, open().signal);
    cleared.clear();
    await sleep(120);
    expect(kept.signal.reason).toBeInstanceOf(DeadlineError);
    expect(cleared.signal.aborted).toBe(false);
  });

  it("follows the caller's signal until it is cleared", () => {
    const controller = open();
    const kept = startDeadline("it", 5000, controller.signal);
    const cleared = startDeadline("it", 5000, controller.signal);
    cleared.clear();
    controller.abort("gone");
    expect(kept.signal.reason).toBe("gone");
    expect(cleared.signal.aborted).toBe(false);
    kept.clear();
  });
});

describe("rejectOnAbort", () => {
  it("settles as the promise does", async () => {
    const { signal } = open();
    expect(await rejectOnAbort(signal, Promise.resolve(1))).toBe(1);
    await expect(rejectOnAbort(signal, Promise.reject(new Error("no")))).rejects.toThrow("no");
    await sleep(1);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("rejects when the signal aborts, and lets a later failure go unheard", async () => {
    const controller = open();
    const late = Promise.withResolvers<never>();
    const raced = rejectOnAbort(controller.signal, late.promise);
    controller.abort("gone");
    await expect(raced).rejects.toBe("gone");
    late.reject(new Error("late"));
    await sleep(5);
  });
});

describe("pause", () => {
  it("waits", async () => {
    const started = performance.now();
    await pause(40, open().signal);
    expect(performance.now() - started).toBeGreaterThan(35);
  });

  it("ends with the signal", async () => {
    const controller = open();
    const waiting = pause(60_000, controller.signal);
    controller.abort("gone");
    await expect(waiting).rejects.toBe("gone");
  });
});

describe("startIdleDeadline", () => {
  it("aborts when the first one does not come", async () => {
    const idle = startIdleDeadline("the model", 40, 5000, open().signal);
    await sleep(150);
    expect(idle.signal.reason).toBeInstanceOf(DeadlineError);
    expect((idle.signal.reason as Error).message).toBe("the model took longer than 40 ms");
  });

  it("runs anew with every one that comes", async () => {
    const idle = startIdleDeadline("the model", 80, 80, open().signal);
    for (let n = 0; n < 6; n++) {
      await sleep(30);
      idle.restart();
    }
    expect(idle.signal.aborted).toBe(false);
    await sleep(300);
    expect(idle.signal.aborted).toBe(true);
  });

  it("allows the next one its own time, once the first is there", async () => {
    const idle = startIdleDeadline("the model", 30, 300, open().signal);
    idle.restart();
    await sleep(120);
    expect(idle.signal.aborted).toBe(false);
    await sleep(400);
    expect(idle.signal.aborted).toBe(true);
  });

  it("does not wait for the first one's time when the next one is missing", async () => {
    const idle = startIdleDeadline("the model", 2000, 50, open().signal);
    idle.restart();
    await sleep(400);
    expect(idle.signal.aborted).toBe(true);
    idle.stop();
  });

  it("stands still while it is held", async () => {
    const idle = startIdleDeadline("the model", 40, 40, open().signal);
    idle.hold();
    await sleep(200);
    expect(idle.signal.aborted).toBe(false);
    idle.restart();
    await sleep(200);
    expect(idle.signal.aborted).toBe(true);
  });

  it("follows the caller's signal with its reason", () => {
    const controller = open();
    const idle = startIdleDeadline("the model", 5000, 5000, controller.signal);
    controller.abort("gone");
    expect(idle.signal.reason).toBe("gone");
    expect(startIdleDeadline("the model", 10, 10, AbortSignal.abort("before")).signal.reason).toBe(
      "before",
    );
  });

  it("ends what listens when it is stopped, and listens no more itself", () => {
    const { signal } = open();
    const idle = startIdleDeadline("the model", 5000, 5000, signal);
    idle.stop();
    expect(idle.signal.aborted).toBe(true);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
