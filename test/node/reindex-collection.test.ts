import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ReindexDependencies } from "../../src/ingest/reindex.ts";
import { reindexCollection, type ReindexReport } from "../../src/ingest/reindex.ts";
import type { ChunkStore, CollectionRecord, Embedder } from "../../src/ports.ts";
import { averageLengths } from "../../src/text/statistics.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { embedText } from "../support/word-vectors.ts";

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ samples: false });
});
afterAll(() => app.close());

const signal = new AbortController().signal;

/** Vectors of words, in a space of its own for each dimension. */
function createEmbedder(dimension: number): Embedder {
  const embed = async (texts: string[]): Promise<number[][]> =>
    texts.map((text) => embedText(text, dimension));
  return {
    space: { model: "words", dimension },
    textsACall: 96,
    embedDocuments: embed,
    embedQuery: embed,
  };
}

const animals = ["otter", "heron", "newt", "pike"];
const documents = Array.from({ length: 12 }, (_, index) => ({
  id: `d${index}`,
  text: Array.from(
    { length: 10 },
    (_section, part) => `## Lake${index}x${part}\n\nThe ${animals[part % 4]} eats berries.`,
  ).join("\n\n"),
}));

async function ingest(collection: string, embedder?: Embedder): Promise<void> {
  const { ingester } = app.services;
  // The first note alone decides the average length that is recorded.
  await ingester.ingest(collection, [{ id: "d0", text: "Lake." }], signal);
  await ingester.ingest(collection, documents, signal);
  if (embedder !== undefined) await reindex(collection, { embedder });
}

async function readRecord(name: string): Promise<CollectionRecord> {
  const records = await app.services.ingest.store.listCollections(signal);
  return records.find((record) => record.name === name)!;
}

async function reindex(
  collection: string,
  changed: Partial<ReindexDependencies> = {},
  isWordsOnly = false,
): Promise<ReindexReport> {
  const dependencies = { ...app.services.ingest, ...changed };
  return reindexCollection(await readRecord(collection), { isWordsOnly }, dependencies, signal);
}

/** Chunks that a search by meaning can find. */
async function countEmbedded(collection: string, embedder: Embedder): Promise<number> {
  const [dense] = await embedder.embedQuery(["pike"], signal);
  const query = { sparse: { indices: [], values: [] }, dense: dense! };
  const [hits] = await app.services.ingest.store.search(
    collection,
    [query],
    undefined,
    999,
    signal,
  );
  return hits!.length;
}

async function findByWords(collection: string, query: string): Promise<string[]> {
  const response = await app.post("/search", { query, collections: [collection] });
  const { results } = (await response.json()) as { results: { documentId: string }[] };
  return results.map(({ documentId }) => documentId);
}

/** A store that fails for good from the n-th call of one method on, as for a process that is killed. */
function failFrom(method: "saveChunks" | "createCollection", nth: number): ChunkStore {
  const { store } = app.services.ingest;
  let calls = 0;
  return {
    ...store,
    async [method](...call: unknown[]) {
      if (++calls >= nth) throw new Error("killed");
      return (store[method] as (...given: unknown[]) => Promise<void>)(...call);
    },
  };
}

describe("reindexCollection", () => {
  it("records the real average lengths and counts what a fresh ingest counts", async () => {
    await ingest("fresh");
    const before = await readRecord("fresh");
    expect(before.average).not.toEqual(averageLengths(before.statistics));
    expect(await reindex("fresh")).toEqual({
      documents: 12,
      chunks: 120,
      removed: 0,
      isRecreated: false,
      leftOut: [],
    });
    const after = await readRecord("fresh");
    expect(after.average).toEqual(averageLengths(before.statistics));
    expect(after.statistics).toEqual(before.statistics);
    expect(after).not.toHaveProperty("incomplete");
    expect((await findByWords("fresh", "Lake7x3"))[0]).toBe("d7");
  });

  it("encodes every chunk with the lengths that it records", async () => {
    await ingest("encoded");
    await reindex("encoded");
    const vectors = async (): Promise<unknown> => {
      const url = `${app.services.platform.localQdrantUrl}/collections/encoded/points/scroll`;
      const body = JSON.stringify({ limit: 200, with_vector: true, with_payload: false });
      const headers = { "content-type": "application/json" };
      const response = await fetch(url, { method: "POST", headers, body });
      return ((await response.json()) as { result: unknown }).result;
    };
    const reindexed = await vectors();
    // The same documents stored again, now that their lengths are recorded.
    await app.services.ingester.ingest("encoded", documents, signal);
    expect(await vectors()).toEqual(reindexed);
  });

  it("removes remains of older versions and of documents that are gone, and counts neither", async () => {
    await ingest("stale");
    const { store } = app.services.ingest;
    const clean = await readRecord("stale");
    await store.deleteDocument("stale", "d7", signal);
    await store.saveCollection({ ...clean, documents: 99 }, signal);
    expect(await reindex("stale")).toMatchObject({ documents: 11, chunks: 110, removed: 10 });
    expect(await readRecord("stale")).toMatchObject({ documents: 11, statistics: { chunks: 110 } });
    expect(await findByWords("stale", "Lake7x3")).not.toContain("d7");
  });

  it("gives a collection its first embeddings, others for another space, and takes them away", async () => {
    await ingest("spaces");
    for (const dimension of [32, 48]) {
      const embedder = createEmbedder(dimension);
      expect(await reindex("spaces", { embedder })).toMatchObject({
        isRecreated: true,
        chunks: 120,
      });
      expect((await readRecord("spaces")).embedding).toEqual(embedder.space);
      expect(await countEmbedded("spaces", embedder)).toBe(120);
      expect(await reindex("spaces", { embedder })).toMatchObject({ isRecreated: false });
    }
    // Without an embedder they would be lost: only when that is wanted.
    await expect(reindex("spaces")).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/"spaces".*COHERE_API_KEY.*--words-only spaces/),
    });
    expect(await reindex("spaces", {}, true)).toMatchObject({ isRecreated: true, chunks: 120 });
    expect(await readRecord("spaces")).not.toHaveProperty("embedding");
    expect((await findByWords("spaces", "Lake7x3"))[0]).toBe("d7");
  });

  it.each([
    ["saveChunks", 2],
    ["createCollection", 1],
  ] as const)("is completed by a second run when it is killed at %s", async (method, nth) => {
    const name = `killed-${method}`;
    const embedder = createEmbedder(32);
    await ingest(name);
    const whole = await readRecord(name);
    const store = failFrom(method, nth);
    await expect(reindex(name, { embedder, store })).rejects.toThrow("killed");
    expect(await readRecord(name)).toMatchObject({ incomplete: true });
    expect(await reindex(name, { embedder })).toMatchObject({ documents: 12, chunks: 120 });
    const record = await readRecord(name);
    expect(record).not.toHaveProperty("incomplete");
    expect(record.embedding).toEqual(embedder.space);
    expect(record.statistics).toEqual(whole.statistics);
    expect(await countEmbedded(name, embedder)).toBe(120);
  });

  it("goes back to the space before when it was killed on the way to another one", async () => {
    const [old, other] = [createEmbedder(32), createEmbedder(48)];
    await ingest("back", old);
    const store = failFrom("saveChunks", 2);
    await expect(reindex("back", { embedder: other, store })).rejects.toThrow("killed");
    expect(await reindex("back", { embedder: old })).toMatchObject({
      isRecreated: true,
      chunks: 120,
    });
    expect(await countEmbedded("back", old)).toBe(120);
  });

  it("fills a collection again that was deleted in Qdrant", async () => {
    await ingest("vanished");
    await app.services.ingest.store.deleteCollection("vanished", signal);
    expect(await reindex("vanished")).toMatchObject({ documents: 12, chunks: 120 });
    expect((await findByWords("vanished", "Lake7x3"))[0]).toBe("d7");
  });
});
