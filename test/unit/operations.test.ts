import { describe, expect, it } from "vitest";
import { PROBE_EVERY } from "../../src/circuit-breaker.ts";
import { CircuitOpenError, DeadlineError, UpstreamError } from "../../src/errors.ts";
import { createOperations, type Operation } from "../../src/operations.ts";
import { callWithin } from "../../src/resilience.ts";

const signal = new AbortController().signal;

function open(): { operation: Operation; other: Operation; clock: { time: number } } {
  const clock = { time: 1000 };
  const operations = createOperations(() => clock.time);
  return {
    operation: operations.of("qdrant", "search birds"),
    other: operations.of("qdrant", "search fishes"),
    clock,
  };
}

function unavailable(status: number | undefined, retryAfter = 0): UpstreamError {
  return new UpstreamError({
    service: "qdrant",
    operation: "search",
    message: "no",
    status,
    retryAfter,
  });
}

/** One call that fails with `error`, or works; gives what came of it and whether the upstream was asked. */
async function ask(
  operation: Operation,
  error?: Error,
): Promise<{ asked: number; result: unknown }> {
  let asked = 0;
  const options = { what: "search", signal, deadline: 1000, operation };
  const result = await callWithin(options, async () => {
    asked += 1;
    if (error !== undefined) throw error;
    return "done";
  }).catch((reason: unknown) => reason);
  return { asked, result };
}

async function breakIt(operation: Operation): Promise<void> {
  for (let call = 0; call < 5; call++) await ask(operation, unavailable(503));
}

describe("the circuit of an operation", () => {
  it("opens after five failures in a row, for that operation only", async () => {
    const { operation, other } = open();
    for (let call = 0; call < 5; call++)
      expect((await ask(operation, unavailable(503))).asked).toBe(1);
    const { asked, result } = await ask(operation);
    expect(asked).toBe(0);
    expect(result).toBeInstanceOf(CircuitOpenError);
    expect(result).toMatchObject({ service: "qdrant", retryable: false });
    expect(await ask(other)).toEqual({ asked: 1, result: "done" });
  });

  it("stays closed when one of five works", async () => {
    const { operation } = open();
    for (let call = 0; call < 20; call++)
      await ask(operation, call % 5 === 4 ? undefined : unavailable(503));
    expect((await ask(operation)).asked).toBe(1);
  });

  it("lets one probe a window through, and all after its success", async () => {
    const { operation, clock } = open();
    await breakIt(operation);
    let probes = 0;
    for (let step = 0; step < 100; step++) {
      clock.time += PROBE_EVERY / 10;
      probes += (await ask(operation, unavailable(undefined))).asked;
    }
    expect(probes).toBeGreaterThanOrEqual(9);
    expect(probes).toBeLessThanOrEqual(10);
    clock.time += PROBE_EVERY;
    expect((await ask(operation)).result).toBe("done");
    for (let call = 0; call < 4; call++)
      expect((await ask(operation, unavailable(503))).asked).toBe(1);
    expect((await ask(operation)).asked).toBe(1);
  });

  it("lets only one of many at the same moment probe", async () => {
    const { operation, clock } = open();
    await breakIt(operation);
    clock.time += PROBE_EVERY;
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => ask(operation)));
    expect(outcomes.filter(({ asked }) => asked === 1)).toHaveLength(1);
  });

  it("is not held open by calls that were under way when it opened", async () => {
    const { operation, clock } = open();
    await breakIt(operation);
    clock.time += PROBE_EVERY - 1;
    operation.fail(unavailable(503), false);
    clock.time += 1;
    expect((await ask(operation)).asked).toBe(1);
  });

  it.each([
    ["a deadline", new DeadlineError("search", 1)],
    ["no answer", unavailable(undefined)],
    ["too many requests", unavailable(429)],
  ])("opens on %s", async (_name, error) => {
    const { operation } = open();
    for (let call = 0; call < 5; call++) await ask(operation, error);
    expect((await ask(operation)).asked).toBe(0);
  });

  it.each([
    ["a refusal", unavailable(400)],
    ["a wrong key", unavailable(401)],
    ["an error of ours", new TypeError("no")],
  ])("does not open on %s", async (_name, error) => {
    const { operation } = open();
    for (let call = 0; call < 20; call++) await ask(operation, error);
    expect((await ask(operation)).asked).toBe(1);
  });

  it("learns nothing from a caller who leaves, and lets the next one probe in his place", async () => {
    const { operation, clock } = open();
    await breakIt(operation);
    clock.time += PROBE_EVERY;
    const controller = new AbortController();
    const options = { what: "search", signal: controller.signal, deadline: 1000, operation };
    const probe = callWithin(options, () => new Promise(() => undefined));
    controller.abort("gone");
    await expect(probe).rejects.toBe("gone");
    expect((await ask(operation)).asked).toBe(1);
  });
});

describe("the retry budget of an operation", () => {
  async function count(
    chats: number,
    error: (chat: number, tries: number) => Error | undefined,
  ): Promise<number> {
    const { operation, clock } = open();
    let calls = 0;
    for (let chat = 0; chat < chats; chat++) {
      // Long enough for the circuit, which would hide what the budget does.
      clock.time += PROBE_EVERY;
      const options = { what: "search", signal, deadline: 1000, operation, retries: 3 };
      let tries = 0;
      await callWithin(options, async () => {
        calls += 1;
        const failure = error(chat, tries++);
        if (failure !== undefined) throw failure;
      }).catch(() => undefined);
    }
    return calls;
  }

  it.each([1, 10, 100, 2000])(
    "adds a fifth at most to %i calls that all fail, after one retry at the start",
    async (chats) => {
      const calls = await count(chats, () => unavailable(503));
      expect(calls).toBeGreaterThan(chats);
      expect(calls).toBeLessThanOrEqual(Math.max(chats + 1, Math.floor(chats * 1.2)));
    },
  );

  it("earns nothing from calls that were not made", async () => {
    const { operation, clock } = open();
    await breakIt(operation);
    for (let call = 0; call < 200; call++) expect((await ask(operation)).asked).toBe(0);
    clock.time += PROBE_EVERY;
    await ask(operation);
    const options = { what: "search", signal, deadline: 1000, operation, retries: 9 };
    let calls = 0;
    const failing = callWithin(options, () => {
      calls += 1;
      return Promise.reject(unavailable(503));
    });
    await expect(failing).rejects.toMatchObject({ status: 503 });
    // The one that is given at the start.
    expect(calls).toBe(2);
  });

  it("is not spent, nor the upstream's own error lost, by the call that opens the circuit", async () => {
    const { operation, clock } = open();
    for (let call = 0; call < 4; call++) await ask(operation, unavailable(503));
    const options = { what: "search", signal, deadline: 1000, operation, retries: 1 };
    let calls = 0;
    const call = (): Promise<string> => {
      calls += 1;
      return calls % 2 === 1 ? Promise.reject(unavailable(503)) : Promise.resolve("done");
    };
    await expect(callWithin(options, call)).rejects.toMatchObject({ status: 503 });
    expect(calls).toBe(1);
    clock.time += PROBE_EVERY;
    expect((await ask(operation)).result).toBe("done");
    calls = 0;
    expect(await callWithin(options, call)).toBe("done");
  });

  it("saves up for a bad moment, but not without end", async () => {
    // A thousand that work have earned a hundred retries, of which ten are kept; then each second try works.
    const calls = await count(1020, (chat, tries) =>
      chat >= 1000 && tries === 0 ? unavailable(503) : undefined,
    );
    expect(calls).toBeGreaterThanOrEqual(1020 + 10);
    expect(calls).toBeLessThanOrEqual(1020 + 13);
  });
});
