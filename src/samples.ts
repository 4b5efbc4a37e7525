import type { DocumentInput } from "./ingest/prepare.ts";
import type { Services } from "./services.ts";

/** The sample collections of `fixtures/`: collection → documents. */
export type Samples = Record<string, DocumentInput[]>;

/** Stores the samples, a document at a time; `onDocument` is told how many are done. */
export async function loadSamples(
  samples: Samples,
  { ingester }: Services,
  signal: AbortSignal,
  onCollection?: (name: string, documents: number) => void,
): Promise<void> {
  for (const [collection, documents] of Object.entries(samples)) {
    await ingester.ingest(collection, documents, signal);
    onCollection?.(collection, documents.length);
  }
}
