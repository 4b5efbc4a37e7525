import { UpstreamError } from "../errors.ts";
import type { Chunk, Filter, Hit, SearchQuery } from "../ports.ts";
import type { Api } from "./qdrant-client.ts";
import { emptyWhenMissing, qdrantCall } from "./qdrant-error.ts";
import { chunkFromPayload, filterToConditions } from "./qdrant-payload.ts";

/** What an answer needs of a chunk; of its metadata only how old it is. */
const CHUNK_FIELDS = [
  "document_id",
  "index",
  "text",
  "title",
  "heading",
  "start",
  "end",
  "neighbours",
  "url",
  "metadata.date",
  "metadata.updated",
  "metadata.modified",
  "metadata.published",
];

/** Both legs of every query in one batch: their scores must stay apart, which a fusion on the server would not allow. */
export async function searchCollection(
  api: Api,
  collection: string,
  queries: SearchQuery[],
  filter: Filter | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<Hit[][]> {
  const common = {
    limit,
    with_payload: CHUNK_FIELDS,
    ...(filter === undefined ? {} : { filter: filterToConditions(filter) }),
  };
  const legs = queries.map(readLegs);
  const searches = legs.flat().map(({ leg, vector }) => ({ ...common, query: vector, using: leg }));
  const answers = await qdrantCall("search", signal, () =>
    api.queryBatchPoints({ collection_name: collection, searches }, { signal }),
  );
  if (!isAnswerTo(searches, answers)) throw malformed("search");
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

/** Those of the chunks that are there; none where the collection is gone. */
export async function readChunks(
  api: Api,
  collection: string,
  ids: string[],
  signal: AbortSignal,
): Promise<Chunk[]> {
  const request = { collection_name: collection, ids, with_payload: CHUNK_FIELDS };
  const points = await qdrantCall("read chunks", signal, () =>
    api.getPoints(request, { signal }),
  ).catch(emptyWhenMissing);
  if (points !== undefined && !Array.isArray(points)) throw malformed("read chunks");
  return (points ?? []).map(({ id, payload }) => chunkFromPayload(id, payload));
}

/** The client hands on whatever came with status 200, and "nothing found" must not be one of its readings. */
export function isAnswerTo(searches: unknown[], answers: unknown): boolean {
  return (
    Array.isArray(answers) &&
    answers.length === searches.length &&
    answers.every((answer) => Array.isArray((answer as { points?: unknown } | null)?.points))
  );
}

export function malformed(operation: string): UpstreamError {
  return new UpstreamError({
    service: "qdrant",
    operation,
    message: "an answer that is not usable",
    retryable: false,
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
