import { QdrantClient, type Schemas } from "@qdrant/js-client-rest";
import type { ChunkStore, Document, EmbeddingSpace, EncodedChunk, Filter, Hit, SearchQuery } from "../ports.ts";
import {
  chunkFromPayload,
  chunkToPayload,
  documentFromPayload,
  documentToPayload,
  filterToConditions,
  recordFromPayload,
  recordToPayload,
} from "./qdrant-payload.ts";
import { qdrantCall } from "./qdrant-error.ts";
import { pointId } from "./qdrant-ids.ts";

export interface QdrantOptions {
  /** For example `https://qdrant.example:6333`; a path becomes the client's prefix. */
  url: string;
  apiKey?: string | undefined;
}

/** The reserved collection: document texts, and a record with term statistics for each collection. No vectors. */
const REGISTRY = "tributary";
const SCHEMA = 1;
/** An upsert stays far below Qdrant's limit of 32 MB. */
const POINTS_A_REQUEST = 100;
const CHUNK_FIELDS = ["document_id", "index", "text", "title", "heading", "start", "end", "url", "metadata", "words", "grams"];

type Api = ReturnType<QdrantClient["api"]>;

/**
 * The chunk store on Qdrant. Every request goes through `client.api()` on a client without a time-out of its own,
 * since that is the only way in which the client lets a signal cancel a request.
 */
export function createQdrantStore(options: QdrantOptions): ChunkStore {
  const api = createClient(options).api();
  let registryMade = false;

  async function ensureRegistry(signal: AbortSignal): Promise<void> {
    if (registryMade) return;
    await createIfMissing(api, REGISTRY, { vectors: {} }, ["kind", "collection"], signal);
    registryMade = true;
  }

  return {
    async listCollections(signal) {
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
        records.push(...(await Promise.all((page?.points ?? []).map((point) => recordFromPayload(point.payload)))));
        offset = page?.next_page_offset as string | number | undefined;
      } while (offset !== undefined && offset !== null);
      return records.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },

    async createCollection(name, embedding, signal) {
      await ensureRegistry(signal);
      await createIfMissing(api, name, collectionSchema(embedding), ["document_id"], signal);
    },

    async saveCollection(record, signal) {
      await ensureRegistry(signal);
      const point = { id: pointId(record.name, "statistics"), vector: {}, payload: await recordToPayload(record) };
      await qdrantCall("save collection", signal, () =>
        api.upsertPoints({ collection_name: REGISTRY, wait: true, points: [point] }, { signal }),
      );
    },

    search: (collection, queries, filter, limit, signal) => search(api, collection, queries, filter, limit, signal),

    async readDocument(collection, documentId, signal) {
      const points = await qdrantCall("read document", signal, () =>
        api.getPoints({ collection_name: REGISTRY, ids: [pointId(collection, "document", documentId)], with_payload: true }, { signal }),
      ).catch(emptyWhenMissing);
      return points?.[0] === undefined ? undefined : documentFromPayload(points[0].payload);
    },

    async saveDocument(collection: string, document: Document, signal: AbortSignal) {
      await ensureRegistry(signal);
      const point = { id: pointId(collection, "document", document.id), vector: {}, payload: documentToPayload(collection, document) };
      await qdrantCall("save document", signal, () =>
        api.upsertPoints({ collection_name: REGISTRY, wait: true, points: [point] }, { signal }),
      );
    },

    async deleteDocument(collection, documentId, signal) {
      await qdrantCall("delete document", signal, () =>
        api.deletePoints({ collection_name: REGISTRY, wait: true, points: [pointId(collection, "document", documentId)] }, { signal }),
      );
    },

    async readChunk(collection, chunkId, signal) {
      const points = await qdrantCall("read chunk", signal, () =>
        api.getPoints({ collection_name: collection, ids: [chunkId], with_payload: true }, { signal }),
      ).catch(emptyWhenMissing);
      return points?.[0] === undefined ? undefined : chunkFromPayload(points[0].id, points[0].payload);
    },

    listChunkTerms: (collection, documentId, signal) => listChunkTerms(api, collection, documentId, signal),

    async saveChunks(collection, chunks, signal) {
      for (let start = 0; start < chunks.length; start += POINTS_A_REQUEST) {
        const points = chunks.slice(start, start + POINTS_A_REQUEST).map(toPoint);
        await qdrantCall("save chunks", signal, () =>
          api.upsertPoints({ collection_name: collection, wait: true, points }, { signal }),
        );
      }
    },

    async deleteChunks(collection, documentId, fromIndex, signal) {
      const filter = { must: [matches("document_id", documentId), { key: "index", range: { gte: fromIndex } }] };
      await qdrantCall("delete chunks", signal, () => api.deletePoints({ collection_name: collection, wait: true, filter }, { signal }));
    },
  };
}

function createClient(options: QdrantOptions): QdrantClient {
  const url = new URL(options.url);
  const secure = url.protocol === "https:";
  return new QdrantClient({
    host: url.hostname,
    https: secure,
    // The client would add :6333 to a URL without a port, and drops the default port of a scheme.
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    ...(url.pathname === "/" ? {} : { prefix: url.pathname }),
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    checkCompatibility: false,
    timeout: Infinity,
  });
}

function collectionSchema(embedding: EmbeddingSpace | undefined): Record<string, unknown> {
  return {
    vectors: embedding === undefined ? {} : { dense: { size: embedding.dimension, distance: "Cosine" } },
    sparse_vectors: { sparse: {} },
    metadata: { tributary: { schema: SCHEMA, embedding: embedding ?? null } },
  };
}

async function createIfMissing(api: Api, name: string, schema: Record<string, unknown>, keywords: string[], signal: AbortSignal): Promise<void> {
  const found = await qdrantCall("collection exists", signal, () => api.collectionExists({ collection_name: name }, { signal }));
  if (found.exists === true) return;
  await qdrantCall("create collection", signal, () => api.createCollection({ collection_name: name, ...schema }, { signal })).catch(
    (error: { status?: number }) => {
      // Somebody else made it in between.
      if (error.status !== 409) throw error;
    },
  );
  for (const field of keywords) {
    await qdrantCall("create index", signal, () =>
      api.createFieldIndex({ collection_name: name, wait: true, field_name: field, field_schema: "keyword" }, { signal }),
    );
  }
}

/** Both legs of every query in one batch: their scores must stay apart, which a fusion on the server would not allow. */
async function search(
  api: Api,
  collection: string,
  queries: SearchQuery[],
  filter: Filter | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<Hit[][]> {
  const common = { limit, with_payload: CHUNK_FIELDS, ...(filter === undefined ? {} : { filter: filterToConditions(filter) }) };
  const legs = queries.map(readLegs);
  const searches = legs.flat().map(({ leg, vector }) => ({ ...common, query: vector, using: leg }));
  const answers = await qdrantCall("search", signal, () => api.queryBatchPoints({ collection_name: collection, searches }, { signal }));
  let next = 0;
  return legs.map((ofQuery) => {
    const hits = new Map<string, Hit>();
    for (const { leg } of ofQuery) {
      for (const point of answers[next]?.points ?? []) {
        const id = String(point.id);
        const hit = hits.get(id) ?? { chunk: chunkFromPayload(id, point.payload) };
        hit[leg] = point.score;
        hits.set(id, hit);
      }
      next += 1;
    }
    return [...hits.values()];
  });
}

type Leg = { leg: "sparse"; vector: SearchQuery["sparse"] } | { leg: "dense"; vector: number[] };

function readLegs(query: SearchQuery): Leg[] {
  const legs: Leg[] = [];
  // A question of signs alone has no terms, and Qdrant takes no empty sparse vector.
  if (query.sparse.indices.length > 0) legs.push({ leg: "sparse", vector: query.sparse });
  if (query.dense !== undefined) legs.push({ leg: "dense", vector: query.dense });
  return legs;
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
      terms.push({ indices: vector?.indices ?? [], words: payload?.words ?? 0, grams: payload?.grams ?? 0 });
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
