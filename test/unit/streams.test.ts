import { describe, expect, it } from "vitest";
import { toReadableStream, whenEnded } from "../../src/streams.ts";
import { collect } from "../support/collect.ts";

describe("toReadableStream", () => {
  it("gives what the generator gives, and ends with it", async () => {
    async function* two(): AsyncGenerator<number> {
      yield 1;
      yield 2;
    }
    expect(await collect(toReadableStream(two()))).toEqual([1, 2]);
  });

  it("asks for no more than its reader wants", async () => {
    let made = 0;
    async function* many(): AsyncGenerator<number> {
      for (;;) yield made++;
    }
    const reader = toReadableStream(many()).getReader();
    await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(made).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it("ends the generator, and says so, when its reader goes", async () => {
    const ended = Promise.withResolvers<true>();
    let cancelled = 0;
    async function* endless(): AsyncGenerator<number> {
      try {
        for (;;) yield 1;
      } finally {
        ended.resolve(true);
      }
    }
    const reader = toReadableStream(endless(), () => (cancelled += 1)).getReader();
    await reader.read();
    await reader.cancel();
    expect(await ended.promise).toBe(true);
    expect(cancelled).toBe(1);
  });

  it("fails as the generator does", async () => {
    // oxlint-disable-next-line require-yield -- a generator that fails before its first value
    async function* broken(): AsyncGenerator<number> {
      throw new Error("no");
    }
    await expect(toReadableStream(broken()).getReader().read()).rejects.toThrow("no");
  });
});

describe("whenEnded", () => {
  let ends = 0;
  const watch = <T>(values: AsyncGenerator<T>): AsyncGenerator<T> => {
    ends = 0;
    return whenEnded(values, () => (ends += 1));
  };
  async function* two(): AsyncGenerator<number> {
    yield 1;
    yield 2;
  }

  it("gives the same values and tells of their end once it is seen", async () => {
    const values: number[] = [];
    for await (const value of watch(two())) {
      values.push(value);
      expect(ends).toBe(0);
    }
    expect(values).toEqual([1, 2]);
    expect(ends).toBe(1);
  });

  it("tells when the reader leaves in between, or before the first value", async () => {
    for await (const value of watch(two())) if (value === 1) break;
    expect(ends).toBe(1);
    await watch(two()).return(undefined);
    expect(ends).toBe(1);
  });

  it("tells when the generator fails, and fails as it does", async () => {
    // oxlint-disable-next-line require-yield -- a generator that fails before its first value
    async function* broken(): AsyncGenerator<number> {
      throw new Error("no");
    }
    await expect(watch(broken()).next()).rejects.toThrow("no");
    expect(ends).toBe(1);
  });
});
