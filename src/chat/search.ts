import { isSameSpace } from "../embedding-space.ts";
import type { CatalogSnapshot } from "../catalog.ts";
import { toFailureReason } from "../errors.ts";
import type { Operations } from "../operations.ts";
import type {
  ChunkStore,
  Clock,
  CollectionRecord,
  Embedder,
  Filter,
  Hit,
  SearchQuery,
} from "../ports.ts";
import { callWithin } from "../resilience.ts";
import { encodeQuery } from "../text/sparse.ts";
import type { CollectionOutcome, RetrievalReport } from "./events.ts";
import type { SearchResult } from "./merge.ts";
import { elapsed, runStage } from "./stage.ts";

export interface SearchDependencies {
  store: ChunkStore;
  embedder: Embedder | undefined;
  operations: Operations;
  now: Clock;
  limits: {
    /** Milliseconds for each collection. */
    collection: number;
    /** Milliseconds. */
    embed: number;
    /** Chunks that each leg asks of each collection. */
    candidates: number;
  };
}

/** A question in words: texts with their weights, the newest first. */
export type Wording = { text: string; weight: number }[];

/** Where to search. */
export interface SearchScope {
  snapshot: CatalogSnapshot;
  records: CollectionRecord[];
  filter: Filter | undefined;
}

export interface WordingSearch {
  outcomes: CollectionOutcome[];
  result: SearchResult;
}

/** One wording in all collections at once. Each settles to its outcome; only the caller's own abort rejects. */
export async function searchWording(
  wording: Wording,
  scope: SearchScope,
  dependencies: SearchDependencies,
  stages: RetrievalReport["stages"],
  signal: AbortSignal,
): Promise<WordingSearch> {
  const { embedder, limits, now, operations } = dependencies;
  const sparse = encodeQuery(wording, scope.snapshot.statistics);
  const text = wording[0]?.text.trim() ?? "";
  const dense =
    embedder !== undefined &&
    text !== "" &&
    scope.records.some((record) => isSameSpace(record.embedding, embedder?.space))
      ? await runStage(
          stages,
          "embed",
          { operation: operations.of("cohere", "embed"), deadline: limits.embed, now, signal },
          async (limited) => (await embedder.embedQuery([text], limited))[0],
        )
      : undefined;
  const found = await Promise.all(
    scope.records.map((record) => {
      const query = {
        sparse: sparse.vector,
        ...(dense !== undefined && isSameSpace(record.embedding, embedder?.space) ? { dense } : {}),
      };
      return searchCollection(record, query, scope.filter, dependencies, signal);
    }),
  );
  return {
    outcomes: found.map(({ outcome }) => outcome),
    result: {
      query: sparse,
      hits: found.map(({ outcome, hits }) => ({ collection: outcome.name, hits })),
    },
  };
}

async function searchCollection(
  record: CollectionRecord,
  query: SearchQuery,
  filter: Filter | undefined,
  { store, embedder, limits, now, operations }: SearchDependencies,
  signal: AbortSignal,
): Promise<{ outcome: CollectionOutcome; hits: Hit[] }> {
  const { name } = record;
  if (record.foreign !== undefined && query.dense === undefined)
    return {
      outcome: { name, status: "error", reason: "needs-embedding", hits: 0, ms: 0 },
      hits: [],
    };
  if (query.sparse.indices.length === 0 && query.dense === undefined)
    return { outcome: { name, status: "empty", hits: 0, ms: 0 }, hits: [] };
  const started = now();
  try {
    const options = {
      what: `searching ${name}`,
      // Each collection has a circuit of its own: one that hangs says nothing about its neighbours.
      operation: operations.of("qdrant", `search ${name}`),
      signal,
      deadline: limits.collection,
      retries: 1,
    };
    const [hits = []] = await callWithin(options, (limited) =>
      store.search(name, [query], filter, limits.candidates, limited),
    );
    return {
      outcome: {
        name,
        status: hits.length > 0 ? "ok" : "empty",
        hits: hits.length,
        ms: elapsed(now, started),
        ...explainWordsOnly(record, embedder),
      },
      hits,
    };
  } catch (error) {
    signal.throwIfAborted();
    const reason = toFailureReason(error);
    const status = reason === "timeout" ? "timeout" : "error";
    const outcome = { name, status, hits: 0, ms: elapsed(now, started) } as const;
    return {
      outcome: reason === "circuit-open" ? { ...outcome, reason } : outcome,
      hits: [],
    };
  }
}

function explainWordsOnly(
  record: CollectionRecord,
  embedder: Embedder | undefined,
): Pick<CollectionOutcome, "dense"> {
  if (embedder === undefined || isSameSpace(record.embedding, embedder?.space)) return {};
  return { dense: record.embedding === undefined ? "no-vectors" : "other-space" };
}
