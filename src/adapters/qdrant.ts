import type { Schemas } from "@qdrant/js-client-rest";
import type { ChunkStore, EncodedChunk } from "../ports.ts";
import {
  type Api,
  collectionSchema,
  createIfMissing,
  createQdrantApi,
  type QdrantOptions,
} from "./qdrant-client.ts";
import { qdrantCall, qdrantWrite } from "./qdrant-error.ts";
import { pointId } from "./qdrant-ids.ts";
import {
  chunkFromPayload,
  chunkToPayload,
  documentFromPayload,
  documentToPayload,
  recordFromPayload,
  recordToPayload,
} from "./qdrant-payload.ts";
import { searchCollection } from "./qdrant-search.ts";
import { hasChunks } from "./qdrant-stored.ts";

/** The reserved collection: document texts, and a record with term statistics for each collection. No vectors. */
const REGISTRY = "tributary";
/** An upsert stays far below Qdrant's limit of 32 MB. */
const POINTS_A_REQUEST = 100;

type RegistryPart = Pick<
  ChunkStore,
  | "listCollections"
  | "createCollection"
  | "saveCollection"
  | "readDocument"
  | "saveDocument"
  | "deleteDocument"
>;
type ChunkPart = Omit<ChunkStore, keyof RegistryPart>;

/** The chunk store on Qdrant, a server or its local mode. */
export async function createQdrantStore(options: QdrantOptions): Promise<ChunkStore> {
  const api = await createQdrantApi(options);
  return { ...createRegistry(api), ...createChunkPart(api) };
}

function createRegistry(api: Api): RegistryPart {
  let registryMade = false;

  async function ensureRegistry(signal: AbortSignal): Promise<void> {
    if (registryMade) return;
    await createIfMissing(api, REGISTRY, { vectors: {} }, ["kind", "collection"], signal);
    registryMade = true;
  }

  async function save(
    operation: string,
    point: Schemas["PointStruct"],
    signal: AbortSignal,
  ): Promise<void> {
    await ensureRegistry(signal);
    await qdrantWrite(operation, signal, () =>
      api.upsertPoints({ collection_name: REGISTRY, wait: true, points: [point] }, { signal }),
    );
  }

  return {
    listCollections: (signal) => listCollections(api, signal),

    async createCollection(name, embedding, signal) {
      await ensureRegistry(signal);
      await createIfMissing(api, name, collectionSchema(embedding), ["document_id"], signal);
    },

    async saveCollection(record, signal) {
      const payload = await recordToPayload(record);
      await save(
        "save collection",
        { id: pointId(record.name, "statistics"), vector: {}, payload },
        signal,
      );
    },

    async readDocument(collection, documentId, signal) {
      const id = pointId(collection, "document", documentId);
      const points = await qdrantCall("read document", signal, () =>
        api.getPoints({ collection_name: REGISTRY, ids: [id], with_payload: true }, { signal }),
      ).catch(emptyWhenMissing);
      return points?.[0] === undefined ? undefined : documentFromPayload(points[0].payload);
    },

    async saveDocument(collection, document, signal) {
      const id = pointId(collection, "document", document.id);
      await save(
        "save document",
        { id, vector: {}, payload: documentToPayload(collection, document) },
        signal,
      );
    },

    async deleteDocument(collection, documentId, signal) {
      const id = pointId(collection, "document", documentId);
      await qdrantWrite("delete document", signal, () =>
        api.deletePoints({ collection_name: REGISTRY, wait: true, points: [id] }, { signal }),
      );
    },
  };
}

function createChunkPart(api: Api): ChunkPart {
  return {
    search: (collection, queries, filter, limit, signal) =>
      searchCollection(api, collection, queries, filter, limit, signal),

    async readChunk(collection, chunkId, signal) {
      const points = await qdrantCall("read chunk", signal, () =>
        api.getPoints(
          { collection_name: collection, ids: [chunkId], with_payload: true },
          { signal },
        ),
      ).catch(emptyWhenMissing);
      return points?.[0] === undefined
        ? undefined
        : chunkFromPayload(points[0].id, points[0].payload);
    },

    listChunkTerms: (collection, documentId, signal) =>
      listChunkTerms(api, collection, documentId, signal),

    async saveChunks(collection, chunks, signal) {
      for (let start = 0; start < chunks.length; start += POINTS_A_REQUEST) {
        const points = chunks.slice(start, start + POINTS_A_REQUEST).map(toPoint);
        await qdrantWrite("save chunks", signal, () =>
          api.upsertPoints({ collection_name: collection, wait: true, points }, { signal }),
        );
      }
    },

    hasChunks: (collection, chunks, signal) => hasChunks(api, collection, chunks, signal),

    async deleteChunks(collection, documentId, fromIndex, signal) {
      const filter = {
        must: [matches("document_id", documentId), { key: "index", range: { gte: fromIndex } }],
      };
      await qdrantWrite("delete chunks", signal, () =>
        api.deletePoints({ collection_name: collection, wait: true, filter }, { signal }),
      );
    },
  };
}

async function listCollections(
  api: Api,
  signal: AbortSignal,
): ReturnType<ChunkStore["listCollections"]> {
  const records = [];
  let offset: string | number | undefined;
  do {
    const page = await qdrantCall("list collections", signal, () =>
      api.scrollPoints(
        {
          collection_name: REGISTRY,
          filter: { must: [{ key: "kind", match: { value: "statistics" } }] },
          limit: 64,
          with_payload: true,
          ...(offset === undefined ? {} : { offset }),
        },
        { signal },
      ),
    ).catch(emptyWhenMissing);
    records.push(
      ...(await Promise.all((page?.points ?? []).map((point) => recordFromPayload(point.payload)))),
    );
    offset = page?.next_page_offset as string | number | undefined;
  } while (offset !== undefined && offset !== null);
  return records.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function listChunkTerms(
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

function toPoint(chunk: EncodedChunk): Schemas["PointStruct"] {
  return {
    id: chunk.id,
    vector: { sparse: chunk.sparse, ...(chunk.dense === undefined ? {} : { dense: chunk.dense }) },
    payload: chunkToPayload(chunk),
  };
}

function matches(key: string, value: string): { key: string; match: { value: string } } {
  return { key, match: { value } };
}

function emptyWhenMissing(error: { status?: number }): undefined {
  if (error.status !== 404) throw error;
  return undefined;
}
