import type { Schemas } from "@qdrant/js-client-rest";
import type { ChunkStore, EncodedChunk } from "../ports.ts";
import {
  type Api,
  collectionSchema,
  createIfMissing,
  createQdrantApi,
  type QdrantOptions,
} from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall, qdrantWrite } from "./qdrant-error.ts";
import { foreignCollection, readMark } from "./qdrant-mark.ts";
import { chunkFromPayload, chunkToPayload } from "./qdrant-payload.ts";
import { createRegistry } from "./qdrant-registry.ts";
import { readChunks, searchCollection } from "./qdrant-search.ts";
import { hasChunks, listChunkTerms, listIds, matches } from "./qdrant-stored.ts";

/** An upsert stays far below Qdrant's limit of 32 MB. */
const POINTS_A_REQUEST = 100;

type ChunkPart = Omit<ChunkStore, keyof ReturnType<typeof createRegistry>>;

/** The chunk store on Qdrant, a server or its local mode. */
export async function createQdrantStore(options: QdrantOptions): Promise<ChunkStore> {
  const api = await createQdrantApi(options);
  return { ...createRegistry(api), ...createChunkPart(api) };
}

function createChunkPart(api: Api): ChunkPart {
  return {
    async createCollection(name, embedding, signal) {
      const schema = collectionSchema(embedding);
      if (await createIfMissing(api, name, schema, ["document_id"], signal)) return;
      const mark = await readMark(api, name, signal);
      // A collection that is gone again is made by the next try.
      if (mark !== undefined && !mark.isOurs) throw foreignCollection(name);
    },

    async deleteCollection(name, signal) {
      await qdrantCall("delete collection", signal, () =>
        api.deleteCollection({ collection_name: name }, { signal }),
      ).catch(emptyWhenMissing);
    },

    async readSpace(name, signal) {
      const mark = await readMark(api, name, signal);
      if (mark === undefined) return undefined;
      if (!mark.isOurs) throw foreignCollection(name);
      return { embedding: mark.embedding };
    },

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

    readChunks: (collection, ids, signal) => readChunks(api, collection, ids, signal),

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
