import type { Chunk } from "../ports.ts";
import type { Api } from "./qdrant-client.ts";
import { qdrantCall } from "./qdrant-error.ts";
import { chunkFromPayload } from "./qdrant-payload.ts";

const POINTS_A_REQUEST = 100;

/** Whether just these chunks are what is stored under their ids; vectors are not compared, since texts determine them. */
export async function hasChunks(
  api: Api,
  collection: string,
  chunks: Chunk[],
  signal: AbortSignal,
): Promise<boolean> {
  for (let start = 0; start < chunks.length; start += POINTS_A_REQUEST) {
    const wanted = chunks.slice(start, start + POINTS_A_REQUEST);
    const points = await qdrantCall("look for chunks", signal, () =>
      api.getPoints(
        { collection_name: collection, ids: wanted.map(({ id }) => id), with_payload: true },
        { signal },
      ),
    );
    const found = new Map(points.map(({ id, payload }) => [id, chunkFromPayload(id, payload)]));
    for (const chunk of wanted) {
      const stored = found.get(chunk.id);
      if (stored === undefined || listFacts(stored) !== listFacts(chunk)) return false;
    }
  }
  return true;
}

function listFacts(chunk: Chunk): string {
  const { documentId, index, text, title, heading, start, end, url, words, grams } = chunk;
  // Qdrant does not keep the order of fields.
  const metadata = Object.entries(chunk.metadata ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    [documentId, index, text, title, heading, start, end, url ?? null, words, grams],
    metadata,
  ]);
}
