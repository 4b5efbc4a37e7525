import type { Catalog } from "../catalog.ts";
import { AppError } from "../errors.ts";
import type { Chunk, ChunkStore, CollectionRecord, Document, DocumentFormat, Embedder, EncodedChunk, Metadata } from "../ports.ts";
import { callWithin } from "../resilience.ts";
import { encodeChunk } from "../text/sparse.ts";
import { averageLengths, countChunks, emptyStatistics, type TermStatistics } from "../text/statistics.ts";
import { readTerms, type Terms } from "../text/tokenize.ts";
import { packSections } from "./chunk.ts";
import { chunkId } from "./ids.ts";
import { parseDocument } from "./parse/parse.ts";

/** A document as it comes in. */
export interface DocumentInput {
  id: string;
  text: string;
  /** Default: front matter, first heading, or the id. */
  title?: string | undefined;
  url?: string | undefined;
  /** Default `markdown`. */
  format?: DocumentFormat | undefined;
  metadata?: Metadata | undefined;
}

export interface IngestDependencies {
  store: ChunkStore;
  catalog: Catalog;
  embedder: Embedder | undefined;
  /** Milliseconds for one call to the store or the embedder. */
  deadline: number;
}

/** What was stored. */
export interface IngestReport {
  collection: string;
  documents: { id: string; title: string; chunks: number }[];
}

interface Prepared {
  document: Document;
  chunks: { chunk: Chunk; terms: Terms }[];
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
  const prepared: Prepared[] = [];
  for (const input of inputs) {
    prepared.push(prepareDocument(collection, input));
    // Encoding is CPU work: other requests get their turn between two documents.
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  return withCollection(collection, dependencies, signal, async () => {
    const record = await openCollection(collection, prepared, dependencies, signal);
    const call = bounded(dependencies, signal);
    const vectors = await embedChunks(prepared, record, dependencies, signal);
    for (const one of prepared) {
      const dense = vectors.splice(0, one.chunks.length);
      const encoded = one.chunks.map(({ chunk, terms }, index) => {
        const vector = dense[index];
        return { ...chunk, sparse: encodeChunk(terms, record.average), ...(vector === undefined ? {} : { dense: vector }) };
      });
      const before = await removeFromStatistics(record, one.document.id, dependencies, signal);
      await call("saving chunks", (limited) => dependencies.store.saveChunks(collection, encoded, limited));
      await call("saving the document", (limited) => dependencies.store.saveDocument(collection, one.document, limited));
      if (before > encoded.length) {
        await call("removing old chunks", (limited) => dependencies.store.deleteChunks(collection, one.document.id, encoded.length, limited));
      }
      countChunks(record.statistics, encoded.map(toChunkTerms), 1);
      if (before === 0) record.documents += 1;
    }
    await call("saving the collection", (limited) => dependencies.store.saveCollection(record, limited));
    dependencies.catalog.update(record);
    return {
      collection,
      documents: prepared.map(({ document, chunks }) => ({ id: document.id, title: document.title, chunks: chunks.length })),
    };
  });
}

/** Removes a document with its chunks. False when there is none. */
export async function removeDocument(
  collection: string,
  documentId: string,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<boolean> {
  return withCollection(collection, dependencies, signal, async () => {
    const { store, catalog } = dependencies;
    const call = bounded(dependencies, signal);
    const { collections } = await catalog.refresh(signal);
    const record = collections.find(({ name }) => name === collection);
    const document = await call("reading the document", (limited) => store.readDocument(collection, documentId, limited));
    if (record === undefined || document === undefined) return false;
    await removeFromStatistics(record, documentId, dependencies, signal);
    await call("deleting chunks", (limited) => store.deleteChunks(collection, documentId, 0, limited));
    await call("deleting the document", (limited) => store.deleteDocument(collection, documentId, limited));
    record.documents = Math.max(0, record.documents - 1);
    await call("saving the collection", (limited) => store.saveCollection(record, limited));
    catalog.update(record);
    return true;
  });
}

function prepareDocument(collection: string, input: DocumentInput): Prepared {
  const format = input.format ?? "markdown";
  const parsed = parseDocument(input.text, format);
  const title = input.title ?? parsed.title ?? input.id;
  const url = input.url ?? parsed.url;
  const spans = packSections(input.text, parsed.sections);
  if (spans.length === 0) throw new AppError("invalid", `The document "${input.id}" has no text to search.`);
  const document: Document = {
    id: input.id,
    text: input.text,
    title,
    format,
    ...(url === undefined ? {} : { url }),
    ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
  };
  const chunks = spans.map((span, index) => {
    const text = input.text.slice(span.start, span.end);
    const terms = readTerms([title, ...span.heading.filter((heading) => heading !== title), text].join("\n"));
    const chunk: Chunk = {
      id: chunkId(collection, input.id, index),
      documentId: input.id,
      index,
      text,
      title,
      heading: span.heading,
      start: span.start,
      end: span.end,
      ...(url === undefined ? {} : { url }),
      ...(input.metadata === undefined ? {} : { metadata: input.metadata }),
      words: terms.wordLength,
      grams: terms.gramLength,
    };
    return { chunk, terms };
  });
  return { document, chunks };
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
  if (known !== undefined) return { ...known, statistics: copyStatistics(known.statistics) };
  const space = dependencies.embedder?.space;
  await bounded(dependencies, signal)("creating the collection", (limited) => dependencies.store.createCollection(name, space, limited));
  const statistics = emptyStatistics();
  const first = emptyStatistics();
  for (const { chunks } of prepared) countChunks(first, chunks.map(({ chunk }) => ({ ...chunk, indices: [] })), 1);
  return { name, documents: 0, ...(space === undefined ? {} : { embedding: space }), average: averageLengths(first), statistics };
}

/** The dense vectors of all chunks, in order; empty where the collection has no dense leg in the embedder's space. */
async function embedChunks(
  prepared: Prepared[],
  record: CollectionRecord,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<number[][]> {
  const { embedder } = dependencies;
  // A collection keeps the space that it was made with: vectors of two spaces can not be compared.
  const fits = embedder !== undefined && record.embedding?.model === embedder.space.model && record.embedding.dimension === embedder.space.dimension;
  if (!fits) return [];
  const texts = prepared.flatMap(({ chunks }) => chunks.map(({ chunk }) => [chunk.title, ...chunk.heading, chunk.text].join("\n")));
  const vectors: number[][] = [];
  for (let start = 0; start < texts.length; start += embedder.textsACall) {
    const batch = texts.slice(start, start + embedder.textsACall);
    vectors.push(...(await bounded(dependencies, signal)("embedding", (limited) => embedder.embedDocuments(batch, limited))));
  }
  return vectors;
}

/** Takes a stored document's chunks out of the counts; how many there were. */
async function removeFromStatistics(
  record: CollectionRecord,
  documentId: string,
  dependencies: IngestDependencies,
  signal: AbortSignal,
): Promise<number> {
  const stored = await bounded(dependencies, signal)("reading old chunks", (limited) =>
    dependencies.store.listChunkTerms(record.name, documentId, limited),
  );
  countChunks(record.statistics, stored, -1);
  return stored.length;
}

function bounded({ deadline }: IngestDependencies, signal: AbortSignal): <T>(what: string, call: (limited: AbortSignal) => Promise<T>) => Promise<T> {
  // All of these may be repeated: ids are deterministic, and deletes name what they delete.
  return (what, call) => callWithin({ what, signal, deadline, retries: 2 }, call);
}

function toChunkTerms(chunk: EncodedChunk): { indices: number[]; words: number; grams: number } {
  return { indices: chunk.sparse.indices, words: chunk.words, grams: chunk.grams };
}

function copyStatistics(statistics: TermStatistics): TermStatistics {
  return { ...statistics, frequencies: statistics.frequencies.slice() };
}

const queues = new WeakMap<ChunkStore, Map<string, Promise<unknown>>>();

/** One writer a collection at a time: its statistics are read, changed and written back. */
async function withCollection<T>(collection: string, dependencies: IngestDependencies, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const waiting = queues.get(dependencies.store) ?? new Map<string, Promise<unknown>>();
  queues.set(dependencies.store, waiting);
  const before = waiting.get(collection) ?? Promise.resolve();
  // A writer whose request was torn down may never settle; after the deadline it is taken as gone.
  const free = callWithin({ what: "an earlier write", signal, deadline: 4 * dependencies.deadline }, () => before.catch(() => undefined));
  const mine = free.catch(() => signal.throwIfAborted()).then(work);
  waiting.set(collection, mine);
  try {
    return await mine;
  } finally {
    if (waiting.get(collection) === mine) waiting.delete(collection);
  }
}
