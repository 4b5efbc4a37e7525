import * as z from "zod";
import { AppError } from "../errors.ts";
import type { EmbeddingSpace } from "../ports.ts";
import type { Api } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall } from "./qdrant-error.ts";

/** Whether we made a collection, and for which space; undefined when there is no such collection. */
export async function readMark(
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

export function foreignCollection(name: string): AppError {
  return new AppError(
    "foreign-collection",
    `The collection "${name}" was not made by Tributary and is never written. Store the documents in another collection.`,
  );
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
