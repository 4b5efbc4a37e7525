import { UpstreamError } from "../errors.ts";
import type {
  Chunk,
  CollectionRecord,
  EmbeddingSpace,
  Filter,
  Hit,
  SearchQuery,
} from "../ports.ts";
import { averageLengths, emptyStatistics } from "../text/statistics.ts";
import type { Api } from "./qdrant-client.ts";
import { qdrantCall } from "./qdrant-error.ts";
import {
  describeForeign,
  type ForeignDescription,
  type ForeignVector,
} from "./qdrant-foreign-description.ts";
import { chunkFromForeign } from "./qdrant-foreign-payload.ts";
import { filterToConditions } from "./qdrant-payload.ts";
import { REGISTRY } from "./qdrant-registry.ts";
import { isAnswerTo, malformed } from "./qdrant-search.ts";

export interface ForeignOptions {
  /** Collections that the operator wants searched; those among them that are not ours are foreign. */
  names: string[];
  /** The embedder's; what it is searched with must have been embedded by the same model, which nobody can see. */
  space: EmbeddingSpace | undefined;
  /** Payload field that holds the text, before the usual ones. */
  textField: string | undefined;
}

/** Collections that somebody else made. */
export interface ForeignCollections {
  /** The records of those that are not among ours. */
  list(ours: CollectionRecord[], signal: AbortSignal): Promise<CollectionRecord[]>;
  /** Whether the collection is one of them, as far as they have been listed. */
  has(name: string): boolean;
  search(
    name: string,
    queries: SearchQuery[],
    filter: Filter | undefined,
    limit: number,
    signal: AbortSignal,
  ): Promise<Hit[][]>;
  toChunk(id: string, payload: unknown): Chunk | undefined;
}

const NOTHING = emptyStatistics();

export function createForeignCollections(
  api: Api,
  { names, space, textField }: ForeignOptions,
): ForeignCollections {
  const known = new Map<string, ForeignDescription>();
  const toChunk = (id: string, payload: unknown): Chunk | undefined =>
    chunkFromForeign(id, payload, textField);
  const hasText = (payload: unknown): boolean => toChunk("", payload) !== undefined;

  return {
    has: (name) => known.has(name),
    toChunk,

    async list(ours, signal) {
      const wanted = names.filter(
        (name) => name !== REGISTRY && !ours.some((record) => record.name === name),
      );
      for (const name of known.keys()) if (!wanted.includes(name)) known.delete(name);
      await Promise.all(
        wanted.map(async (name) => {
          // One that can not be described must not hide all others.
          const description = await describeForeign(
            api,
            name,
            space?.dimension,
            hasText,
            signal,
          ).catch((): ForeignDescription => {
            signal.throwIfAborted();
            return known.get(name) ?? { points: 0, dimensions: [], problem: "unreadable" };
          });
          if (description === undefined) known.delete(name);
          else known.set(name, description);
        }),
      );
      return [...known].map(([name, description]) => toRecord(name, description, space));
    },

    async search(name, queries, filter, limit, signal) {
      const vector = known.get(name)?.vector;
      if (vector === undefined) return queries.map(() => []);
      const answers = await searchVector(api, name, vector, { queries, filter, limit }, signal);
      return answers.map((points) => {
        const hits = points.flatMap(({ id, payload, cosine }): Hit[] => {
          const chunk = toChunk(String(id), payload);
          return chunk === undefined ? [] : [{ chunk, dense: cosine }];
        });
        if (points.length > 0 && hits.length === 0) throw withoutText(name);
        return hits.toSorted((a, b) => b.dense! - a.dense!);
      });
    },
  };
}

function toRecord(
  name: string,
  { vector, ...foreign }: ForeignDescription,
  space: EmbeddingSpace | undefined,
): CollectionRecord {
  const isUsable = vector !== undefined && space !== undefined && foreign.problem === undefined;
  return {
    name,
    documents: 0,
    ...(isUsable ? { embedding: space } : {}),
    average: averageLengths(NOTHING),
    statistics: NOTHING,
    foreign,
  };
}

interface FoundPoint {
  id: unknown;
  payload: unknown;
  cosine: number;
}

/** The nearest points of each query that has a vector. */
async function searchVector(
  api: Api,
  collection: string,
  vector: ForeignVector,
  search: { queries: SearchQuery[]; filter: Filter | undefined; limit: number },
  signal: AbortSignal,
): Promise<FoundPoint[][]> {
  const { queries, filter, limit } = search;
  const common = {
    limit,
    with_payload: true,
    ...(vector.name === "" ? {} : { using: vector.name }),
    ...(vector.distance === "Cosine"
      ? {}
      : { with_vector: vector.name === "" ? true : [vector.name] }),
    ...(filter === undefined ? {} : { filter: filterToConditions(filter) }),
  };
  const searches = queries.flatMap(({ dense }) =>
    dense === undefined ? [] : [{ ...common, query: dense }],
  );
  if (searches.length === 0) return queries.map(() => []);
  const answers = await qdrantCall("search", signal, () =>
    api.queryBatchPoints({ collection_name: collection, searches }, { signal }),
  );
  if (!isAnswerTo(searches, answers)) throw malformed("search");
  let next = 0;
  return queries.map(({ dense }) => {
    if (dense === undefined) return [];
    const { points = [] } = answers[next++] ?? {};
    return points.map((point) => ({
      id: point.id,
      payload: point.payload,
      cosine: readCosine(point, vector, dense),
    }));
  });
}

/** Every other distance found its own nearest points; how near they are is told as everywhere else. */
function readCosine(
  point: { score: number; vector?: unknown },
  { name, distance }: ForeignVector,
  query: number[],
): number {
  if (distance === "Cosine") return point.score;
  const vector =
    name === "" ? point.vector : (point.vector as Record<string, unknown> | null)?.[name];
  if (!Array.isArray(vector) || vector.length !== query.length) throw malformed("search");
  let [product, length, queryLength] = [0, 0, 0];
  for (const [at, value] of (vector as number[]).entries()) {
    product += value * query[at]!;
    length += value * value;
    queryLength += query[at]! * query[at]!;
  }
  return length > 0 && queryLength > 0 ? product / Math.sqrt(length * queryLength) : 0;
}

function withoutText(name: string): UpstreamError {
  return new UpstreamError({
    service: "qdrant",
    operation: "search",
    message: `no field of the points in "${name}" is known to hold a text`,
    retryable: false,
  });
}
