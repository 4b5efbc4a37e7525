import type { CatalogSnapshot } from "./catalog.ts";
import type { DocumentInput } from "./ingest/prepare.ts";
import type { Services } from "./services.ts";

/** The sample collections of `fixtures/`: collection → documents. */
export type Samples = Record<string, DocumentInput[]>;

export const SAMPLE_COLLECTIONS = ["guides", "policies", "products"];

/** Whether questions about the samples can be answered. */
export function holdsSamples({ collections }: CatalogSnapshot): boolean {
  const names = new Set(collections.map(({ name }) => name));
  return SAMPLE_COLLECTIONS.every((name) => names.has(name));
}

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
