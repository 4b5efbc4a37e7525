// A query request, read into a tree: leaves find points, inner nodes merge or rescore them.
import type { Collection } from "./collection.ts";
import type { Database } from "./database.ts";
import { badRequest, notImplemented, validationFailed } from "./envelope.ts";
import { type FormulaQuery, readFormula } from "./formula.ts";
import { type FusionQuery, readFusion } from "./fusion.ts";
import type { PointId } from "./ids.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { mergeFilters } from "./merge-filters.ts";
import { type OrderByQuery, readOrderBy } from "./order-by.ts";
import {
  listOf,
  malformedQuery,
  readCount,
  readObject,
  readOptionalNumber,
  rejectOtherKeys,
} from "./read.ts";
import { type MmrQuery, type NearestQuery, readVectorQuery } from "./vector-query.ts";

export interface QueryPlan {
  query: Query;
  prefetch: QueryPlan[];
  /** Holds for the leaves below, too. */
  filter: Json;
  limit: number;
  /** Of the root only; 0 elsewhere. */
  offset: number;
  scoreThreshold: number | undefined;
}

export type Query =
  | FormulaQuery
  | FusionQuery
  | MmrQuery
  | NearestQuery
  | OrderByQuery
  /** In random order, or by id. */
  | { kind: "sample" | "scroll" };

/** What a query may refer to. */
export interface QueryScope {
  readonly database: Database;
  /** The collection's own name. */
  readonly name: string;
  readonly collection: Collection;
  /** Filled while a request is read: the points of this collection which it names as examples. */
  readonly examples: PointId[];
}

const PREFETCH_KEYS = [
  "prefetch",
  "query",
  "using",
  "filter",
  "params",
  "score_threshold",
  "limit",
  "lookup_from",
];
export const QUERY_KEYS = [...PREFETCH_KEYS, "offset", "with_payload", "with_vector"];
const PARAMETERS = ["hnsw_ef", "exact", "indexed_only", "quantization", "acorn", "idf"];
const DEFAULT_LIMIT = 10;
const DEEPEST = 64;

/** @param path how a server calls the body in the text of a refusal */
export function readQueryPlan(body: JsonObject, scope: QueryScope, path: string): QueryPlan {
  const plan = readNode(body, scope, path, 0);
  const { examples } = scope;
  if (examples.length === 0) return plan;
  // A point named anywhere in the request is left out of every list of it.
  const others = { must_not: [{ has_id: examples }] };
  return { ...plan, filter: mergeFilters(plan.filter, others) };
}

function readNode(body: JsonObject, scope: QueryScope, path: string, depth: number): QueryPlan {
  if (depth > DEEPEST) {
    throw validationFailed(`prefetches depth ${depth} exceeds max depth ${DEEPEST}`);
  }
  if (depth > 0) rejectOtherKeys(body, "prefetch", PREFETCH_KEYS);
  rejectOtherKeys(readObject(body["params"] ?? {}, "search parameters"), "params", PARAMETERS);
  const limit = readCount(body, "limit", 1, DEFAULT_LIMIT, path);
  const offset = readCount(body, "offset", 0, 0, path);
  const prefetch = listOf(body["prefetch"]).map((nested, i) =>
    readNode(readObject(nested, "a prefetch"), scope, `${path}prefetch[${i}].`, depth + 1),
  );
  const query = readQuery(body, scope, `${path}query.`, prefetch.length, limit);
  const scoreThreshold = readThreshold(body, query);
  // A sample of all points has no order, so there is nothing to skip.
  const skipped = query.kind === "sample" && prefetch.length === 0 ? 0 : offset;
  const filter = body["filter"] ?? null;
  return { query, prefetch, filter, limit, offset: skipped, scoreThreshold };
}

function readThreshold(body: JsonObject, query: Query): number | undefined {
  const threshold = readOptionalNumber(body, "score_threshold");
  if (threshold === undefined) return undefined;
  if (query.kind === "scroll") {
    throw badRequest(
      "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
    );
  }
  if (query.kind === "order-by") {
    throw badRequest("Can't use score_threshold with an order_by query.");
  }
  return Math.fround(threshold);
}

function readQuery(
  body: JsonObject,
  scope: QueryScope,
  path: string,
  prefetches: number,
  limit: number,
): Query {
  const given = body["query"] ?? null;
  if (given === null) {
    if (prefetches === 0) return { kind: "scroll" };
    throw badRequest(
      "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
    );
  }
  const query = isObject(given) && !("indices" in given) ? given : { nearest: given };
  const [kind] = Object.keys(query);
  if (kind === undefined || !Object.hasOwn(READERS, kind)) {
    throw notImplemented(`\`${Object.keys(query).join("`, `")}\` query`);
  }
  return READERS[kind]!(query, { body, scope, path, prefetches, limit });
}

/** Of the request, or of the prefetch, which a query stands in. */
interface Surroundings {
  body: JsonObject;
  scope: QueryScope;
  path: string;
  prefetches: number;
  limit: number;
}

type ReadQuery = (query: JsonObject, around: Surroundings) => Query;

const readByVector: ReadQuery = (query, { body, scope, path, limit }) =>
  readVectorQuery(query, body, scope, path, limit);
const readMerge: ReadQuery = (query, { body, prefetches, path }) =>
  readFusion(query, prefetches, body["using"], path);
const readRescoring: ReadQuery = (query, { prefetches, scope }) =>
  readFormula(query, prefetches, scope.collection);

const READERS: Readonly<Record<string, ReadQuery>> = {
  nearest: readByVector,
  recommend: readByVector,
  fusion: readMerge,
  rrf: readMerge,
  formula: readRescoring,
  defaults: readRescoring,
  order_by({ order_by: order = null, ...others }, { scope }) {
    rejectOtherKeys(others, "order_by query", []);
    return readOrderBy(order, scope.collection);
  },
  sample({ sample, ...others }) {
    rejectOtherKeys(others, "sample query", []);
    if (sample !== "random") throw malformedQuery();
    return { kind: "sample" };
  },
};
