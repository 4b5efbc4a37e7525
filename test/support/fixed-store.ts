import type { ChunkStore, CollectionRecord, Hit } from "../../src/ports.ts";
import { emptyStatistics } from "../../src/text/statistics.ts";

export function buildRecord(name: string, chunks = 1): CollectionRecord {
  return {
    name,
    documents: 1,
    average: { words: 110, grams: 450 },
    statistics: { ...emptyStatistics(), chunks },
  };
}

/** A store that knows nothing but what a test gives it; every other call fails. */
export function createFixedStore(
  parts: Partial<ChunkStore> & { hits?: Record<string, () => Hit[] | Promise<Hit[]>> } = {},
): ChunkStore {
  const { hits = {}, ...methods } = parts;
  const unexpected = (): Promise<never> =>
    Promise.reject(new Error("an unexpected call to the store"));
  return {
    listCollections: async () => Object.keys(hits).map((name) => buildRecord(name)),
    search: async (name, queries) => {
      const found = (await hits[name]?.()) ?? [];
      return queries.map(() => found);
    },
    createCollection: unexpected,
    deleteCollection: unexpected,
    readSpace: unexpected,
    saveCollection: unexpected,
    readDocument: unexpected,
    saveDocument: unexpected,
    deleteDocument: unexpected,
    listDocumentIds: unexpected,
    readChunk: unexpected,
    readChunks: unexpected,
    listChunkTerms: unexpected,
    saveChunks: unexpected,
    hasChunks: unexpected,
    deleteChunks: unexpected,
    listChunkIds: unexpected,
    deleteChunkIds: unexpected,
    ...methods,
  };
}
