import type { Schemas } from "@qdrant/js-client-rest";
import type { ChunkStore, EncodedChunk } from "../ports.ts";
import { type Api, createQdrantApi, type QdrantOptions } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall, qdrantWrite } from "./qdrant-error.ts";
import { createDefinitions } from "./qdrant-definitions.ts";
import { chunkFromPayload, chunkToPayload } from "./qdrant-payload.ts";
import {
  createForeignCollections,
  type ForeignCollections,
  type ForeignOptions,
} from "./qdrant-foreign.ts";
import { createRegistry } from "./qdrant-registry.ts";
import { readChunks, searchCollection } from "./qdrant-search.ts";
import { hasChunks, listChunkTerms, listIds, matches } from "./qdrant-stored.ts";

/** An upsert stays far below Qdrant's limit of 32 MB. */
const POINTS_A_REQUEST = 100;

type ChunkPart = Omit<
  ChunkStore,
  keyof ReturnType<typeof createRegistry> | keyof ReturnType<typeof createDefinitions>
>;

/** The chunk store on Qdrant, a server or its local mode. */
export async function createQdrantStore(
  options: QdrantOptions,
  foreignOptions: ForeignOptions,
): Promise<ChunkStore> {
  const api = await createQdrantApi(options);
  const registry = createRegistry(api);
  const foreign = createForeignCollections(api, foreignOptions);
  return {
    ...registry,
    ...createDefinitions(api),
    ...createChunkPart(api, foreign),
    async listCollections(signal) {
      const ours = await registry.listCollections(signal);
      const others = await foreign.list(ours, signal);
      return [...ours, ...others].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

function createChunkPart(api: Api, foreign: ForeignCollections): ChunkPart {
  return {
    search: (collection, ...search) =>
      foreign.has(collection)
        ? foreign.search(collection, ...search)
        : searchCollection(api, collection, ...search),

    async readChunk(collection, chunkId, signal) {
      const id = /^\d+$/.test(chunkId) ? Number(chunkId) : chunkId;
      // JSON has lost such a number already.
      if (typeof id === "number" && !Number.isSafeInteger(id)) return undefined;
      const points = await qdrantCall("read chunk", signal, () =>
        api.getPoints({ collection_name: collection, ids: [id], with_payload: true }, { signal }),
      ).catch(emptyWhenMissing);
      const [point] = points ?? [];
      if (point === undefined) return undefined;
      return foreign.has(collection)
        ? foreign.toChunk(chunkId, point.payload)
        : chunkFromPayload(point.id, point.payload);
    },

    // Somebody else's points have no neighbours that we know of.
    readChunks: async (collection, ids, signal) =>
      foreign.has(collection) ? [] : readChunks(api, collection, ids, signal),

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

    listChunkIds: (collection, after, signal) => listIds(api, { collection, after }, signal),

    async deleteChunkIds(collection, chunkIds, signal) {
      await qdrantWrite("delete chunks", signal, () =>
        api.deletePoints({ collection_name: collection, wait: true, points: chunkIds }, { signal }),
      );
    },
  };
}

function toPoint(chunk: EncodedChunk): Schemas["PointStruct"] {
  return {
    id: chunk.id,
    vector: { sparse: chunk.sparse, ...(chunk.dense === undefined ? {} : { dense: chunk.dense }) },
    payload: chunkToPayload(chunk),
  };
}
