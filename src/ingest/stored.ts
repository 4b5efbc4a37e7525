import { AppError, UpstreamError } from "../errors.ts";
import type { Operations } from "../operations.ts";
import type { ChunkStore, CollectionRecord, Document } from "../ports.ts";
import { callWithin } from "../resilience.ts";
import { type ChunkTerms, countChunks } from "../text/statistics.ts";
import { makeSure } from "./sure-writes.ts";

/** The store, and milliseconds for one call to it. */
export interface StoreAccess {
  store: ChunkStore;
  operations: Operations;
  deadline: number;
}

/**
 * What the stored version of a document contributed to the statistics; empty when there is none. Throws a
 * `storage-unavailable` that says what to do when the collection itself is gone.
 */
export async function readStoredTerms(
  collection: string,
  documentId: string,
  access: StoreAccess,
  signal: AbortSignal,
): Promise<ChunkTerms[]> {
  return bounded(access, signal)("reading old chunks", (limited) =>
    access.store.listChunkTerms(collection, documentId, limited),
  ).catch((cause: unknown) => {
    if (!(cause instanceof UpstreamError) || cause.status !== 404) throw cause;
    throw new AppError(
      "storage-unavailable",
      `The collection "${collection}" is missing in Qdrant. Its documents are still stored: npm run reindex -- ${collection} makes it again.`,
      { cause },
    );
  });
}

export function readDocument(
  collection: string,
  documentId: string,
  access: StoreAccess,
  signal: AbortSignal,
): Promise<Document | undefined> {
  return bounded(access, signal)("reading the document", (limited) =>
    access.store.readDocument(collection, documentId, limited),
  );
}

/** Removes a document's chunks from the given index on. */
export function removeChunks(
  collection: string,
  documentId: string,
  fromIndex: number,
  access: StoreAccess,
  signal: AbortSignal,
): Promise<void> {
  return makeSure(
    signal,
    () =>
      bounded(access, signal)("deleting chunks", (limited) =>
        access.store.deleteChunks(collection, documentId, fromIndex, limited),
      ),
    async () =>
      (await readStoredTerms(collection, documentId, access, signal)).length === fromIndex,
  );
}

/**
 * Corrects a record after a write that failed: the store may have done all of it, or a part. The terms that are there
 * now are counted in place of `before`, and given back. Where they can not be read nothing was done, as far as anyone
 * can tell. Under a signal of its own: a writer who leaves must not leave the counts wrong.
 */
export async function countWhatIsThere(
  record: CollectionRecord,
  documentId: string,
  before: ChunkTerms[],
  access: StoreAccess,
): Promise<ChunkTerms[]> {
  const { signal } = new AbortController();
  const after = await readStoredTerms(record.name, documentId, access, signal).catch(() => before);
  countChunks(record.statistics, before, -1);
  countChunks(record.statistics, after, 1);
  return after;
}

/** Calls that may be repeated: ids are deterministic, and deletes name what they delete. */
export function bounded(
  { deadline, operations }: Pick<StoreAccess, "deadline" | "operations">,
  signal: AbortSignal,
): <T>(what: string, call: (limited: AbortSignal) => Promise<T>) => Promise<T> {
  return (what, call) => {
    const operation = operations.of(what === "embedding" ? "cohere" : "qdrant", what);
    return callWithin({ what, operation, signal, deadline, retries: 2 }, call);
  };
}
