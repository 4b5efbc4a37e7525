import { v5 } from "uuid";

/** Changing it would make every re-ingested document a stranger to its stored chunks. */
const NAMESPACE = "2f8f1d0e-58b2-5b7c-9d0f-6a1c2b7e4d31";

/** UUIDv5 of collection, document id and position: a document ingested again meets its own chunks. */
export function chunkId(collection: string, documentId: string, index: number): string {
  return v5(JSON.stringify([collection, documentId, index]), NAMESPACE);
}
