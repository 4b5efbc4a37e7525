import {
  ingestDocuments,
  type IngestDependencies,
  type IngestReport,
  removeDocument,
} from "./ingest.ts";
import type { DocumentInput } from "./prepare.ts";
import { type DocumentsBody, readDocuments } from "./read-documents.ts";

/** Writes documents. On Node it works in a thread of its own, since nearly all of it is CPU work. */
export interface Ingester {
  /**
   * Stores documents; resolves when they are searchable. A request's body is read and checked here too.
   * Throws `bad-request`, `invalid` or `too-large` before anything is written.
   */
  ingest(
    collection: string,
    documents: DocumentInput[] | DocumentsBody,
    signal: AbortSignal,
  ): Promise<IngestReport>;
  /** Removes a document with its chunks. False when there is none. */
  remove(collection: string, documentId: string, signal: AbortSignal): Promise<boolean>;
}

/** The ingester that works where it is called. `longest` is in characters of one document of a body. */
export function createIngester(dependencies: IngestDependencies, longest: number): Ingester {
  return {
    async ingest(collection, documents, signal) {
      const inputs = Array.isArray(documents) ? documents : readDocuments(documents, longest);
      return ingestDocuments(collection, inputs, dependencies, signal);
    },
    remove: (collection, documentId, signal) =>
      removeDocument(collection, documentId, dependencies, signal),
  };
}
