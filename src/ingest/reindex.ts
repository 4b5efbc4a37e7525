import { isSameSpace } from "../embedding-space.ts";
import { AppError } from "../errors.ts";
import type { CollectionRecord, EmbeddingSpace, IdPage } from "../ports.ts";
import { averageLengths, countChunks, emptyStatistics } from "../text/statistics.ts";
import { embedChunks, encodeChunks, toChunkTerms } from "./encode.ts";
import type { IngestDependencies } from "./ingest.ts";
import { prepareDocument, type Prepared } from "./prepare.ts";
import { bounded, readDocument } from "./stored.ts";

export interface ReindexDependencies extends IngestDependencies {
  /** Told at the beginning; every document is read twice. */
  onBegin?: (documents: number) => void;
  /** Told how many documents more were read in this pass. */
  onProgress?: (pass: "measuring" | "writing", documents: number) => void;
}

export interface ReindexReport {
  documents: number;
  chunks: number;
  /** Chunks that belonged to nothing any more. */
  removed: number;
  /** Whether the collection got another definition of its dense vectors. */
  isRecreated: boolean;
  /** Documents that are stored and have no text that this version can search. */
  leftOut: { id: string; why: string }[];
}

/** Chunks that are embedded and written together. */
const CHUNKS_A_BATCH = 96;
const DOCUMENTS_A_STEP = 50;
/** Milliseconds. */
const LONGEST_TURN = 20;

/**
 * Makes everything of a collection anew from the documents that the store keeps: average lengths, chunks, sparse and
 * dense vectors, and the statistics, counted from zero. Where the embedding space is another one, or there was none,
 * the collection is made again, and is not whole until the end. Interrupted, it can be run again: nothing that is
 * needed is removed, and the record says `incomplete` until the end.
 * @throws AppError `invalid` where vectors would be lost because there is no embedder
 */
export async function reindexCollection(
  record: CollectionRecord,
  { isWordsOnly = false }: { isWordsOnly?: boolean },
  dependencies: ReindexDependencies,
  signal: AbortSignal,
): Promise<ReindexReport> {
  const { store, catalog, onBegin = () => undefined } = dependencies;
  const call = bounded(dependencies, signal);
  const found = await call("reading the collection", (limited) =>
    store.readSpace(record.name, limited),
  );
  const wanted = isWordsOnly ? undefined : chooseSpace(record, found, dependencies);
  const documentIds = await readAll((after) =>
    call("listing documents", (limited) => store.listDocumentIds(record.name, after, limited)),
  );
  onBegin(documentIds.length);
  const average = await measure(record.name, documentIds, dependencies, signal);

  const save = async (changed: CollectionRecord): Promise<void> => {
    await call("saving the collection", (limited) => store.saveCollection(changed, limited));
    catalog.update(changed);
  };
  await save({ ...record, incomplete: true });
  const isRecreated = found !== undefined && !isSameSpace(found.embedding, wanted);
  if (isRecreated)
    await call("removing the collection", (limited) =>
      store.deleteCollection(record.name, limited),
    );
  await call("creating the collection", (limited) =>
    store.createCollection(record.name, wanted, limited),
  );
  const counted: CollectionRecord = {
    name: record.name,
    documents: 0,
    ...(wanted === undefined ? {} : { embedding: wanted }),
    average,
    statistics: emptyStatistics(),
  };
  const { chunkIds, leftOut } = await writeAll(documentIds, counted, dependencies, signal);
  const removed = await removeOthers(record.name, chunkIds, dependencies, signal);
  await save(counted);
  return {
    documents: counted.documents,
    chunks: chunkIds.size,
    removed,
    isRecreated,
    leftOut,
  };
}

function chooseSpace(
  record: CollectionRecord,
  found: { embedding: EmbeddingSpace | undefined } | undefined,
  { embedder }: ReindexDependencies,
): EmbeddingSpace | undefined {
  if (embedder !== undefined) return embedder.space;
  const { embedding } = found ?? record;
  if (embedding === undefined) return undefined;
  throw new AppError(
    "invalid",
    `The collection "${record.name}" has vectors of ${embedding.model}, which can not be made without COHERE_API_KEY. Set it, or search the collection by its words alone from now on: npm run reindex -- --words-only ${record.name}`,
  );
}

/** The average lengths of what will be written. */
async function measure(
  collection: string,
  documentIds: string[],
  dependencies: ReindexDependencies,
  signal: AbortSignal,
): Promise<CollectionRecord["average"]> {
  const lengths = emptyStatistics();
  let documents = 0;
  for await (const prepared of prepareAll(collection, documentIds, dependencies, signal)) {
    if (!("why" in prepared))
      countChunks(
        lengths,
        prepared.chunks.map(({ chunk }) => ({ ...chunk, indices: [] })),
        1,
      );
    if (++documents % DOCUMENTS_A_STEP === 0)
      dependencies.onProgress?.("measuring", DOCUMENTS_A_STEP);
  }
  dependencies.onProgress?.("measuring", documents % DOCUMENTS_A_STEP);
  return averageLengths(lengths);
}

/** Writes every document's chunks and counts them in the record; gives back the ids of the chunks. */
async function writeAll(
  documentIds: string[],
  record: CollectionRecord,
  dependencies: ReindexDependencies,
  signal: AbortSignal,
): Promise<{ chunkIds: Set<string>; leftOut: ReindexReport["leftOut"] }> {
  const { store } = dependencies;
  const chunkIds = new Set<string>();
  const leftOut: ReindexReport["leftOut"] = [];
  let batch: Prepared[] = [];

  async function write(): Promise<void> {
    const vectors = await embedChunks(batch, record, dependencies, signal);
    const chunks = encodeChunks(
      batch.flatMap((prepared) => prepared.chunks),
      vectors,
      record.average,
    );
    await bounded(dependencies, signal)("saving chunks", (limited) =>
      store.saveChunks(record.name, chunks, limited),
    );
    countChunks(record.statistics, chunks.map(toChunkTerms), 1);
    record.documents += batch.length;
    for (const { id } of chunks) chunkIds.add(id);
    dependencies.onProgress?.("writing", batch.length);
    batch = [];
  }
  let waiting = 0;
  for await (const prepared of prepareAll(record.name, documentIds, dependencies, signal)) {
    if ("why" in prepared) {
      leftOut.push(prepared);
      continue;
    }
    batch.push(prepared);
    waiting += prepared.chunks.length;
    if (waiting < CHUNKS_A_BATCH) continue;
    await write();
    waiting = 0;
  }
  if (batch.length > 0) await write();
  return { chunkIds, leftOut };
}

/** One document after the other; those that were removed in the meantime are passed over. */
async function* prepareAll(
  collection: string,
  documentIds: string[],
  dependencies: ReindexDependencies,
  signal: AbortSignal,
): AsyncGenerator<Prepared | { id: string; why: string }> {
  let since = performance.now();
  for (const id of documentIds) {
    const document = await readDocument(collection, id, dependencies, signal);
    if (document === undefined) continue;
    let prepared: Prepared | { id: string; why: string };
    try {
      prepared = prepareDocument(collection, document);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      prepared = { id, why: error.message };
    }
    // What prepares is CPU work: a signal from outside must be seen now and then.
    if (performance.now() - since > LONGEST_TURN) {
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
    signal.throwIfAborted();
    yield prepared;
  }
}

/** Removes what was not written now: remains of older versions, and of documents that are gone. */
async function removeOthers(
  collection: string,
  written: Set<string>,
  dependencies: ReindexDependencies,
  signal: AbortSignal,
): Promise<number> {
  const { store } = dependencies;
  const call = bounded(dependencies, signal);
  const all = await readAll((after) =>
    call("listing chunks", (limited) => store.listChunkIds(collection, after, limited)),
  );
  const others = all.filter((id) => !written.has(id));
  for (let start = 0; start < others.length; start += 1000) {
    await call("deleting chunks", (limited) =>
      store.deleteChunkIds(collection, others.slice(start, start + 1000), limited),
    );
  }
  return others.length;
}

async function readAll(read: (after: string | undefined) => Promise<IdPage>): Promise<string[]> {
  const ids: string[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    ids.push(...page.ids);
    after = page.next;
  } while (after !== undefined);
  return ids;
}
