import type { Schemas } from "@qdrant/js-client-rest";
import type { ChunkStore } from "../ports.ts";
import { type Api, createIfMissing } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall, qdrantWrite } from "./qdrant-error.ts";
import { pointId } from "./qdrant-ids.ts";
import { listIds } from "./qdrant-stored.ts";
import {
  documentFromPayload,
  documentToPayload,
  recordFromPayload,
  recordToPayload,
} from "./qdrant-payload.ts";

/** The reserved collection: document texts, and a record with term statistics for each collection. No vectors. */
export const REGISTRY = "tributary";

type Registry = Pick<
  ChunkStore,
  | "listCollections"
  | "saveCollection"
  | "readDocument"
  | "saveDocument"
  | "deleteDocument"
  | "listDocumentIds"
>;

export function createRegistry(api: Api): Registry {
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

    listDocumentIds(collection, after, signal) {
      const filter = {
        must: [
          { key: "kind", match: { value: "document" } },
          { key: "collection", match: { value: collection } },
        ],
      };
      return listIds(api, { collection: REGISTRY, filter, field: "document_id", after }, signal);
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
