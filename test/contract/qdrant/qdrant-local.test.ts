import { QdrantClient } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import type { Connection } from "./connection.ts";
import { describeLocalOnly } from "./local-only.ts";
import { describeQdrantContract } from "./suite.ts";

const URL_OF_ENGINE = "http://qdrant.local:6333";
const options = { url: URL_OF_ENGINE, checkCompatibility: false, timeout: Infinity };

async function connect(): Promise<Connection> {
  const uninstall = installQdrantLocal(createQdrantLocal());
  return {
    client: new QdrantClient(options),
    url: URL_OF_ENGINE,
    close: async () => uninstall(),
  };
}

describeQdrantContract("qdrant-local, in process", connect);
describeLocalOnly(connect);

describe("installQdrantLocal", () => {
  it("reaches the engine through the client, whenever the client was made", async () => {
    const client = new QdrantClient(options);
    const uninstall = installQdrantLocal(createQdrantLocal());
    expect(await client.getCollections()).toEqual({ collections: [] });
    uninstall();
  });

  it("leaves other hosts alone, and everything once it is removed", async () => {
    const before = globalThis.fetch;
    const uninstall = installQdrantLocal(createQdrantLocal());
    const other = await fetch("data:text/plain,hello");
    expect(await other.text()).toBe("hello");
    uninstall();
    expect(globalThis.fetch).toBe(before);
  });

  it("keeps a later patch of fetch in place, and passes through it", async () => {
    const before = globalThis.fetch;
    const uninstall = installQdrantLocal(createQdrantLocal());
    const inner = globalThis.fetch;
    const later: typeof fetch = (input, init) => inner(input, init);
    globalThis.fetch = later;
    uninstall();
    expect(globalThis.fetch).toBe(later);
    expect(await (await fetch("data:text/plain,hello")).text()).toBe("hello");
    globalThis.fetch = before;
  });

  it("rejects with the reason of an abort, before and during a request", async () => {
    const engine = createQdrantLocal();
    const hanging = { fetch: () => new Promise<Response>(() => {}) };
    const reason = new Error("user gone");
    for (const answering of [engine, hanging]) {
      const uninstall = installQdrantLocal(answering);
      const client = new QdrantClient(options);
      const controller = new AbortController();
      const request = client
        .api()
        .queryPoints({ collection_name: "x" }, { signal: controller.signal });
      controller.abort(reason);
      await expect(request).rejects.toBe(reason);
      uninstall();
    }
    const request = new Request(URL_OF_ENGINE, { signal: AbortSignal.abort(reason) });
    await expect(engine.fetch(request)).rejects.toThrow("user gone");
  });
});

describe("createQdrantLocal", () => {
  it("answers a malformed body and an unknown path in Qdrant's envelope", async () => {
    const engine = createQdrantLocal();
    const post = (path: string, body: string): Promise<Response> =>
      engine.fetch(new Request(URL_OF_ENGINE + path, { method: "POST", body }));
    const malformed = await post("/collections/x/points/query", "{");
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toEqual({
      status: { error: expect.stringMatching(/^Format error in JSON body: /) },
      time: expect.any(Number),
    });
    const unknown = await post("/nothing", "{}");
    expect(unknown.status).toBe(501);
    expect(await unknown.json()).toMatchObject({
      status: { error: "Not implemented in local mode: POST /nothing" },
    });
  });

  it("names a key that it does not know", async () => {
    const engine = createQdrantLocal();
    const request = (method: string, path: string, body: object): Promise<Response> =>
      engine.fetch(new Request(URL_OF_ENGINE + path, { method, body: JSON.stringify(body) }));
    await request("PUT", "/collections/x", { vectors: { size: 1, distance: "Dot" } });
    const response = await request("POST", "/collections/x/points/query", {
      query: [1],
      limits: 5,
    });
    expect(response.status).toBe(501);
    expect(await response.json()).toMatchObject({
      status: { error: "Not implemented in local mode: `limits` in query" },
    });
  });

  it("commits before it applies, and changes nothing when a commit fails", async () => {
    const committed: unknown[] = [];
    let isBroken = false;
    const storage = {
      load: () => [],
      commit(changes: readonly unknown[]): void {
        if (isBroken) throw new Error("disk full");
        committed.push(...changes);
      },
    };
    const uninstall = installQdrantLocal(createQdrantLocal({ storage }));
    const client = new QdrantClient(options);
    await client.createCollection("x", { vectors: { size: 1, distance: "Dot" } });
    await client.upsert("x", { points: [{ id: 1, vector: [2] }] });
    isBroken = true;
    await expect(client.upsert("x", { points: [{ id: 2, vector: [2] }] })).rejects.toMatchObject({
      status: 500,
    });
    expect(await client.count("x")).toEqual({ count: 1 });
    uninstall();

    const restored = createQdrantLocal({
      storage: { ...storage, load: () => committed as never },
    });
    const uninstallRestored = installQdrantLocal(restored);
    expect((await client.query("x", { query: [3] })).points).toMatchObject([{ id: 1, score: 6 }]);
    uninstallRestored();
  });
});
