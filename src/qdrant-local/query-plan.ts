// A query request, read into a tree: leaves find points, inner nodes merge or rescore them.
import type { Collection } from "./collection.ts";
import { badRequest, notFound, notImplemented, wrongInput, formatError } from "./envelope.ts";
import { type FusionQuery, readFusion } from "./fusion.ts";
import { isId, readId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import {
  listOf,
  readCount,
  readObject,
  readOptionalNumber,
  readString,
  rejectOtherKeys,
} from "./read.ts";
import type { StoredVector } from "./storage.ts";
import { readVector } from "./upsert.ts";

export interface QueryPlan {
  query: FusionQuery | NearestQuery | { kind: "scroll" };
  prefetch: QueryPlan[];
  /** All of them have to pass. */
  filters: Json[];
  limit: number;
  scoreThreshold: number | undefined;
}

export interface NearestQuery {
  kind: "nearest";
  /** The name of the vector to compare with. */
  using: string;
  vector: StoredVector;
  /** A filter: the points over which a sparse vector's document frequencies are counted; all when absent. */
  idfCorpus?: Json;
}

const PREFETCH_KEYS = [
  "prefetch",
  "query",
  "using",
  "filter",
  "params",
  "score_threshold",
  "limit",
];
export const QUERY_KEYS = [...PREFETCH_KEYS, "offset", "with_payload", "with_vector"];
const IGNORED_PARAMETERS = ["hnsw_ef", "exact", "indexed_only", "quantization", "acorn"];
const DEFAULT_LIMIT = 10;
const DEEPEST = 64;

/** @param inherited the filters of the nodes above, which hold for every leaf */
export function readQueryPlan(
  body: JsonObject,
  collection: Collection,
  inherited: readonly Json[] = [],
  depth = 0,
): QueryPlan {
  if (depth > DEEPEST) throw badRequest("prefetches depth exceeds max depth");
  if (depth > 0) rejectOtherKeys(body, "prefetch", PREFETCH_KEYS);
  rejectParameters(body);
  const filters = [...inherited, body["filter"] ?? null];
  const prefetch = listOf(body["prefetch"]).map((nested) =>
    readQueryPlan(readObject(nested, "a prefetch"), collection, filters, depth + 1),
  );
  const query = readQuery(body, collection, filters, prefetch.length);
  return {
    query,
    prefetch,
    filters,
    limit: readCount(body, "limit", 1, DEFAULT_LIMIT),
    scoreThreshold: readOptionalNumber(body, "score_threshold"),
  };
}

function rejectParameters(body: JsonObject): void {
  const { idf = null, ...others } = readObject(body["params"] ?? {}, "search parameters");
  if (idf !== null && idf !== "global") throw notImplemented("`idf` in params");
  rejectOtherKeys(others, "params", IGNORED_PARAMETERS);
}

function readQuery(
  body: JsonObject,
  collection: Collection,
  filters: Json[],
  prefetches: number,
): QueryPlan["query"] {
  const given = body["query"] ?? null;
  if (given === null) {
    if (prefetches === 0) return { kind: "scroll" };
    throw badRequest(
      "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
    );
  }
  if (isObject(given)) {
    const fusion = readFusion(given, prefetches);
    if (fusion) return fusion;
  }
  const using = body["using"] ?? null;
  return readNearest(given, using === null ? "" : readString(using, "using"), collection, filters);
}

function readNearest(
  given: Json,
  using: string,
  collection: Collection,
  filters: Json[],
): NearestQuery {
  if (isId(given)) {
    filters.push({ must_not: [{ has_id: [given] }] });
    return { kind: "nearest", using, vector: vectorOfPoint(given, using, collection) };
  }
  if (isObject(given) && !("indices" in given)) {
    if (given["nearest"] === undefined) {
      throw notImplemented(`\`${Object.keys(given).join("`, `")}\` query`);
    }
    rejectOtherKeys(given, "nearest query", ["nearest"]);
    return readNearest(given["nearest"], using, collection, filters);
  }
  if (!isObject(given) && !Array.isArray(given)) {
    throw formatError("data did not match any variant of untagged enum QueryInterface");
  }
  return { kind: "nearest", using, vector: readVector(given, using, collection, "query") };
}

function vectorOfPoint(given: Json, using: string, collection: Collection): StoredVector {
  const id = readId(given);
  const row = collection.rowOf(id);
  if (row === undefined) throw notFound(`No point with id ${id} found`);
  const dense = collection.dense.get(using);
  const sparse = collection.sparse.get(using);
  if (!dense && !sparse) throw wrongInput(`Not existing vector name error: ${using}`);
  const vector = dense?.has(row) ? dense.get(row) : sparse?.get(row);
  if (vector) return vector;
  throw notFound(`Point ${id} does not have a vector named \`${using}\``);
}
