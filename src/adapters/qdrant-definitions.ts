import * as z from "zod";
import { foreignCollection } from "../errors.ts";
import type { ChunkStore, EmbeddingSpace } from "../ports.ts";
import { type Api, collectionSchema, createIfMissing } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall } from "./qdrant-error.ts";

type Definitions = Pick<ChunkStore, "createCollection" | "deleteCollection" | "readSpace">;

/** The collections themselves, with our mark on each. */
export function createDefinitions(api: Api): Definitions {
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
  };
}

/** Whether we made a collection, and for which space; undefined when there is no such collection. */
async function readMark(
  api: Api,
  name: string,
  signal: AbortSignal,
): Promise<{ isOurs: boolean; embedding: EmbeddingSpace | undefined } | undefined> {
  const found = await qdrantCall("describe collection", signal, () =>
    api.getCollection({ collection_name: name }, { signal }),
  ).catch(emptyWhenMissing);
  if (found === undefined) return undefined;
  const mark = markSchema.safeParse(found);
  if (!mark.success) return { isOurs: false, embedding: undefined };
  return { isOurs: true, embedding: mark.data.config.metadata.tributary.embedding ?? undefined };
}

/** See `collectionSchema`. */
const markSchema = z.object({
  config: z.object({
    metadata: z.object({
      tributary: z.object({
        embedding: z.object({ model: z.string(), dimension: z.number() }).nullish(),
      }),
    }),
  }),
});
