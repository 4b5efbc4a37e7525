import type { Schemas } from "@qdrant/js-client-rest";
import type { Chunk, IdPage } from "../ports.ts";
import type { Api } from "./qdrant-client.ts";
import { qdrantCall } from "./qdrant-error.ts";
import { chunkFromPayload } from "./qdrant-payload.ts";

const POINTS_A_REQUEST = 100;
const IDS_A_REQUEST = 1000;

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

export async function listChunkTerms(
  api: Api,
  collection: string,
  documentId: string,
  signal: AbortSignal,
): Promise<{ indices: number[]; words: number; grams: number }[]> {
  const terms = [];
  let offset: string | number | undefined | null;
  do {
    const page = await qdrantCall("list chunks", signal, () =>
      api.scrollPoints(
        {
          collection_name: collection,
          filter: { must: [matches("document_id", documentId)] },
          limit: 100,
          with_payload: ["words", "grams"],
          with_vector: ["sparse"],
          ...(offset === undefined || offset === null ? {} : { offset }),
        },
        { signal },
      ),
    );
    for (const point of page.points) {
      const vector = (point.vector as { sparse?: { indices?: number[] } } | null)?.sparse;
      const payload = point.payload as { words?: number; grams?: number } | null;
      terms.push({
        indices: vector?.indices ?? [],
        words: payload?.words ?? 0,
        grams: payload?.grams ?? 0,
      });
    }
    offset = page.next_page_offset as string | number | null | undefined;
  } while (offset !== undefined && offset !== null);
  return terms;
}

export function matches(key: string, value: string): { key: string; match: { value: string } } {
  return { key, match: { value } };
}

/** A page of the ids of points, or of what a payload field of theirs holds. */
export async function listIds(
  api: Api,
  list: {
    collection: string;
    filter?: Schemas["Filter"];
    field?: string;
    after: string | undefined;
  },
  signal: AbortSignal,
): Promise<IdPage> {
  const { collection, filter, field, after } = list;
  const page = await qdrantCall("list points", signal, () =>
    api.scrollPoints(
      {
        collection_name: collection,
        limit: IDS_A_REQUEST,
        with_payload: field === undefined ? false : [field],
        ...(filter === undefined ? {} : { filter }),
        ...(after === undefined ? {} : { offset: after }),
      },
      { signal },
    ),
  );
  const ids = page.points.map(({ id, payload }) =>
    String(field === undefined ? id : payload?.[field]),
  );
  const next = page.next_page_offset;
  return next === undefined || next === null ? { ids } : { ids, next: String(next) };
}
