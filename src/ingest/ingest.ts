import type { Catalog } from "../catalog.ts";
import { foreignCollection } from "../errors.ts";
import type { Operations } from "../operations.ts";
import type { ChunkStore, CollectionRecord, Embedder } from "../ports.ts";
import {
  averageLengths,
  copyStatistics,
  countChunks,
  emptyStatistics,
} from "../text/statistics.ts";
import { embedChunks, encodeChunks, toChunkTerms } from "./encode.ts";
import { type DocumentInput, prepareDocument, type Prepared } from "./prepare.ts";
import { withCollection } from "./queue.ts";
import {
  bounded,
  countWhatIsThere,
  readDocument,
  readStoredTerms,
  removeChunks,
} from "./stored.ts";
import { isSameDocument, makeSure } from "./sure-writes.ts";

export interface IngestDependencies {
  store: ChunkStore;
  catalog: Catalog;
  embedder: Embedder | undefined;
  operations: Operations;
  /** Milliseconds for one call to the store or the embedder. */
  deadline: number;
  /** Told which document is parsed now, and `undefined` when it is done: the Markdown parser may take very long. */
  onParsing?: (documentId: string | undefined) => void;
  /** Told every record that was saved (see `createDriftWatch`). */
  watchDrift?: (record: CollectionRecord) => void;
}

/** What was stored. */
export interface IngestReport {
  collection: string;
  documents: { id: string; title: string; chunks: number }[];
}

/**
 * Stores documents: sections → chunks → vectors → upsert → removal of what an older version left. Resolves when
 * everything is searchable. Throws `invalid` for a document without a word, before anything is written.
 */
export async function ingestDocuments(
  collection: string,
  inputs: DocumentInput[],
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<IngestReport> {
  const prepared = await prepareDocuments(collection, inputs, dependencies, signal);
  const inOrder = { store: dependencies.store, collection, deadline: 4 * dependencies.deadline };
  return withCollection(inOrder, signal, async () => {
    const record = await openCollection(collection, prepared, dependencies, signal);
    const vectors = await embedChunks(prepared, record, dependencies, signal);
    try {
      for (const one of prepared) {
        const dense = vectors.splice(0, one.chunks.length);
        await storeDocument(one, dense, record, dependencies, signal);
      }
    } finally {
      // Also when a later document failed: those before it are stored and must be counted.
      await saveRecord(record, dependencies);
    }
    return {
      collection,
      documents: prepared.map(({ document, chunks }) => ({
        id: document.id,
        title: document.title,
        chunks: chunks.length,
      })),
    };
  });
}

async function prepareDocuments(
  collection: string,
  inputs: DocumentInput[],
  { onParsing = () => undefined }: IngestDependencies,
  signal: AbortSignal,
): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  for (const input of inputs) {
    onParsing(input.id);
    try {
      prepared.push(prepareDocument(collection, input));
    } finally {
      onParsing(undefined);
    }
    // Encoding is CPU work: other requests get their turn between two documents.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  return prepared;
}

/** Chunks first, then the document, then what an older version left: a reader never meets a document without chunks. */
async function storeDocument(
  { document, chunks }: Prepared,
  dense: number[][],
  record: CollectionRecord,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { store } = dependencies;
  const call = bounded(dependencies, signal);
  const encoded = encodeChunks(chunks, dense, record.average);
  const before = await readStoredTerms(record.name, document.id, dependencies, signal);
  try {
    await makeSure(
      signal,
      () => call("saving chunks", (limited) => store.saveChunks(record.name, encoded, limited)),
      () => call("finding chunks", (limited) => store.hasChunks(record.name, encoded, limited)),
    );
    await makeSure(
      signal,
      () =>
        call("saving the document", (limited) =>
          store.saveDocument(record.name, document, limited),
        ),
      async () =>
        isSameDocument(
          document,
          await readDocument(record.name, document.id, dependencies, signal),
        ),
    );
    if (before.length > encoded.length)
      await removeChunks(record.name, document.id, encoded.length, dependencies, signal);
  } catch (error) {
    const after = await countWhatIsThere(record, document.id, before, dependencies);
    if (before.length === 0 && after.length > 0) record.documents += 1;
    throw error;
  }
  countChunks(record.statistics, before, -1);
  countChunks(record.statistics, encoded.map(toChunkTerms), 1);
  if (before.length === 0) record.documents += 1;
}

/** Removes a document with its chunks. False when there is none. */
export async function removeDocument(
  collection: string,
  documentId: string,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  const inOrder = { store: dependencies.store, collection, deadline: 4 * dependencies.deadline };
  return withCollection(inOrder, signal, async () => {
    const { store, catalog } = dependencies;
    const call = bounded(dependencies, signal);
    const { collections } = await catalog.refresh(signal);
    const record = collections.find(({ name }) => name === collection);
    if (record?.foreign !== undefined) throw foreignCollection(collection);
    const document = await readDocument(collection, documentId, dependencies, signal);
    if (record === undefined || document === undefined) return false;
    const before = await readStoredTerms(collection, documentId, dependencies, signal);
    const counted = { ...record, statistics: copyStatistics(record.statistics) };
    try {
      await removeChunks(collection, documentId, 0, dependencies, signal);
      await makeSure(
        signal,
        () =>
          call("deleting the document", (limited) =>
            store.deleteDocument(collection, documentId, limited),
          ),
        async () =>
          (await readDocument(collection, documentId, dependencies, signal)) === undefined,
      );
      countChunks(counted.statistics, before, -1);
      counted.documents = Math.max(0, counted.documents - 1);
    } catch (error) {
      await countWhatIsThere(counted, documentId, before, dependencies);
      throw error;
    } finally {
      await saveRecord(counted, dependencies);
    }
    return true;
  });
}

/** The collection's record, made with the first documents: their average lengths serve until a re-index. */
async function openCollection(
  name: string,
  prepared: Prepared[],
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<CollectionRecord> {
  const { collections } = await dependencies.catalog.refresh(signal);
  const known = collections.find((record) => record.name === name);
  if (known?.foreign !== undefined) throw foreignCollection(name);
  if (known !== undefined) return { ...known, statistics: copyStatistics(known.statistics) };
  const space = dependencies.embedder?.space;
  await bounded(dependencies, signal)("creating the collection", (limited) =>
    dependencies.store.createCollection(name, space, limited),
  );
  const statistics = emptyStatistics();
  const first = emptyStatistics();
  for (const { chunks } of prepared)
    countChunks(
      first,
      chunks.map(({ chunk }) => ({ ...chunk, indices: [] })),
      1,
    );
  return {
    name,
    documents: 0,
    ...(space === undefined ? {} : { embedding: space }),
    average: averageLengths(first),
    statistics,
  };
}

/** Under a signal of its own: a writer who leaves must not leave the counts behind. */
async function saveRecord(
  record: CollectionRecord,
  dependencies: IngestDependencies,
): Promise<void> {
  const { store, catalog } = dependencies;
  const signal = new AbortController().signal;
  await bounded(dependencies, signal)("saving the collection", (limited) =>
    store.saveCollection(record, limited),
  );
  catalog.update(record);
  dependencies.watchDrift?.(record);
}
