import { isSameSpace } from "../embedding-space.ts";
import type { CollectionRecord, Embedder, EncodedChunk } from "../ports.ts";
import { encodeChunk } from "../text/sparse.ts";
import type { AverageLengths, ChunkTerms } from "../text/statistics.ts";
import type { Prepared } from "./prepare.ts";
import { bounded, type StoreAccess } from "./stored.ts";

export interface EmbedDependencies extends Pick<StoreAccess, "operations" | "deadline"> {
  embedder: Embedder | undefined;
}

/** The dense vectors of all chunks, in order; empty where the collection has no dense leg in the embedder's space. */
export async function embedChunks(
  prepared: Prepared[],
  record: CollectionRecord,
  dependencies: EmbedDependencies,
  signal: AbortSignal,
): Promise<number[][]> {
  const { embedder } = dependencies;
  // A collection keeps the space that it was made with: vectors of two spaces can not be compared.
  if (embedder === undefined || !isSameSpace(record.embedding, embedder.space)) return [];
  const texts = prepared.flatMap(({ chunks }) =>
    chunks.map(({ chunk }) => [chunk.title, ...chunk.heading, chunk.text].join("\n")),
  );
  const vectors: number[][] = [];
  for (let start = 0; start < texts.length; start += embedder.textsACall) {
    const batch = texts.slice(start, start + embedder.textsACall);
    vectors.push(
      ...(await bounded(dependencies, signal)("embedding", (limited) =>
        embedder.embedDocuments(batch, limited),
      )),
    );
  }
  return vectors;
}

/** A document's chunks with their vectors; `dense` is in their order, or empty. */
export function encodeChunks(
  chunks: Prepared["chunks"],
  dense: number[][],
  average: AverageLengths,
): EncodedChunk[] {
  return chunks.map(({ chunk, terms }, index) => {
    const vector = dense[index];
    return {
      ...chunk,
      sparse: encodeChunk(terms, average),
      ...(vector === undefined ? {} : { dense: vector }),
    };
  });
}

/** What a chunk contributes to the statistics. */
export function toChunkTerms(chunk: EncodedChunk): ChunkTerms {
  return { indices: chunk.sparse.indices, words: chunk.words, grams: chunk.grams };
}
