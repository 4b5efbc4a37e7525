import * as z from "zod";
import type { ForeignCollection } from "../ports.ts";
import type { Api } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall } from "./qdrant-error.ts";

/** The vector that is searched; the unnamed one is `""`. */
export interface ForeignVector {
  name: string;
  distance: string;
}

export interface ForeignDescription extends ForeignCollection {
  /** Absent where there is none of the embedder's length. */
  vector?: ForeignVector;
}

/** What a collection that we did not make is; undefined when there is none. `hasText` tells of a payload. */
export async function describeForeign(
  api: Api,
  name: string,
  dimension: number | undefined,
  hasText: (payload: unknown) => boolean,
  signal: AbortSignal,
): Promise<ForeignDescription | undefined> {
  const found = await qdrantCall("describe collection", signal, () =>
    api.getCollection({ collection_name: name }, { signal }),
  ).catch(emptyWhenMissing);
  if (found === undefined) return undefined;
  const vectors = readVectors(found);
  const page = await qdrantCall("read a point", signal, () =>
    api.scrollPoints({ collection_name: name, limit: 1, with_payload: true }, { signal }),
  );
  const sample = page.points[0];
  const vector = vectors.find(({ size }) => size === dimension);
  return {
    points: found.points_count ?? 0,
    dimensions: vectors.map(({ size }) => size),
    ...(sample === undefined || hasText(sample.payload) ? {} : { problem: "no-text" }),
    ...(vector === undefined ? {} : { vector }),
  };
}

/** The dense vectors; several vectors a point (late interaction) are no such. */
function readVectors(info: unknown): { name: string; size: number; distance: string }[] {
  const parsed = infoSchema.safeParse(info);
  if (!parsed.success) return [];
  const { vectors } = parsed.data.config.params;
  const named = vectorSchema.safeParse(vectors).success ? { "": vectors } : vectors;
  return Object.entries(named).flatMap(([name, one]) => {
    const vector = vectorSchema.safeParse(one);
    return vector.success && vector.data.multivector_config == null
      ? [{ name, size: vector.data.size, distance: vector.data.distance }]
      : [];
  });
}

const vectorSchema = z.object({
  size: z.number(),
  distance: z.string(),
  multivector_config: z.unknown().optional(),
});
const infoSchema = z.object({
  config: z.object({
    params: z.object({ vectors: z.record(z.string(), z.unknown()) }),
  }),
});
