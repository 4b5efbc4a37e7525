import { describe, expect, it } from "vitest";
import { type Catalog, createCatalog } from "../../src/catalog.ts";
import { UpstreamError } from "../../src/errors.ts";
import { createOperations } from "../../src/operations.ts";
import type { CollectionRecord } from "../../src/ports.ts";
import { buildRecord, createFixedStore } from "../support/fixed-store.ts";

const { signal } = new AbortController();

/** A catalog over a store whose answer and clock a test sets. */
function open(): {
  catalog: Catalog;
  world: { time: number; calls: number; records: CollectionRecord[]; failure?: Error };
  names(): Promise<string[]>;
} {
  const world: { time: number; calls: number; records: CollectionRecord[]; failure?: Error } = {
    time: 1000,
    calls: 0,
    records: [buildRecord("b", 3)],
  };
  const store = createFixedStore({
    async listCollections() {
      world.calls += 1;
      if (world.failure !== undefined) throw world.failure;
      return world.records;
    },
  });
  const catalog = createCatalog({
    store,
    operation: createOperations(() => world.time).of("qdrant", "list"),
    now: () => world.time,
    deadline: 1000,
  });
  return {
    catalog,
    world,
    names: async () => (await catalog.read(signal)).collections.map(({ name }) => name),
  };
}

const refused = new UpstreamError({
  service: "qdrant",
  operation: "list",
  message: "no",
  retryable: false,
});

describe("read of createCatalog", () => {
  it("asks the store once in thirty seconds", async () => {
    const { world, names } = open();
    expect(await names()).toEqual(["b"]);
    world.records = [buildRecord("a"), buildRecord("b")];
    world.time += 29_999;
    expect(await names()).toEqual(["b"]);
    expect(world.calls).toBe(1);
    world.time += 1;
    expect(await names()).toEqual(["a", "b"]);
    expect(world.calls).toBe(2);
  });

  it("adds up the statistics of all collections", async () => {
    const { catalog, world } = open();
    world.records = [buildRecord("a", 2), buildRecord("b", 3)];
    expect((await catalog.read(signal)).statistics.chunks).toBe(5);
  });

  it("uses what it knows while the store fails", async () => {
    const { world, names } = open();
    await names();
    world.time += 60_000;
    world.failure = refused;
    expect(await names()).toEqual(["b"]);
    delete world.failure;
    world.records = [];
    expect(await names()).toEqual([]);
  });

  it("fails where it knows nothing", async () => {
    const { catalog, world } = open();
    world.failure = refused;
    await expect(catalog.read(signal)).rejects.toBe(refused);
  });

  it("fails for a caller who left, whatever it knows", async () => {
    const { catalog, world, names } = open();
    await names();
    world.time += 60_000;
    await expect(catalog.read(AbortSignal.abort("gone"))).rejects.toBe("gone");
  });
});

describe("refresh of createCatalog", () => {
  it("asks the store, however fresh what is known, and fails with it", async () => {
    const { catalog, world, names } = open();
    await names();
    world.records = [buildRecord("c")];
    expect((await catalog.refresh(signal)).collections.map(({ name }) => name)).toEqual(["c"]);
    expect(await names()).toEqual(["c"]);
    world.failure = refused;
    await expect(catalog.refresh(signal)).rejects.toBe(refused);
  });
});

describe("update of createCatalog", () => {
  it("puts a new record in its place and replaces an old one at once", async () => {
    const { catalog, world, names } = open();
    await names();
    catalog.update(buildRecord("a", 4));
    expect(await names()).toEqual(["a", "b"]);
    catalog.update(buildRecord("b", 10));
    const { collections, statistics } = await catalog.read(signal);
    expect(collections.map(({ statistics: { chunks } }) => chunks)).toEqual([4, 10]);
    expect(statistics.chunks).toBe(14);
    expect(world.calls).toBe(1);
  });

  it("does not hide the collections that were never read", async () => {
    const { catalog, world, names } = open();
    catalog.update(buildRecord("a"));
    world.records = [buildRecord("a"), buildRecord("b")];
    expect(await names()).toEqual(["a", "b"]);
  });

  it("does not make the other collections look fresh", async () => {
    const { catalog, world, names } = open();
    await names();
    world.time += 29_000;
    catalog.update(buildRecord("a"));
    world.records = [buildRecord("a"), buildRecord("b"), buildRecord("c")];
    world.time += 2000;
    expect(await names()).toEqual(["a", "b", "c"]);
  });
});
