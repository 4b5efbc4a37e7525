// The Query API: each prefetch is a full ranking, cut to its limit.
import type { Filter, Id, Query, QueryBody, Vector } from "../commands.ts";
import { joinFilters, matches } from "./filter.ts";
import { rankByFormula } from "./formula.ts";
import { distributionScores, reciprocalRanks } from "./fusion.ts";
import { diversify } from "./mmr.ts";
import { orderBy } from "./order.ts";
import { applyThreshold, cut, type Ranking, rankByVector } from "./score.ts";
import { byId, type Collection, compareIds, Refused, type StoredPoint } from "./state.ts";

const DEFAULT_LIMIT = 10;

/** Everything that is found, best first, before offset and limit. */
export function rankAll(collection: Collection, body: QueryBody): Ranking {
  check(collection, body);
  return rankBody(collection, body, { must_not: [{ has_id: referencedIds(body) }] });
}

/** What is wrong with a request itself is told before what a formula meets in the points. */
function check(
  collection: Collection,
  { query, using = "", limit, prefetch = [] }: QueryBody,
): void {
  if (limit === 0) throw new Refused(422, "a limit of 0");
  for (const part of prefetch) check(collection, part);
  if (prefetch.length > 0 && query === undefined) throw new Refused(400, "prefetches need a query");
  const target = isTarget(query) ? query.nearest : query;
  if (typeof target === "number" || typeof target === "string") vectorOf(collection, target, using);
  if (typeof query === "object" && "order_by" in query) orderBy(query.order_by, [], collection);
}

/** A point that any part of the query goes by is found by none. */
function referencedIds({ query, prefetch = [] }: QueryBody): Id[] {
  const target = isTarget(query) ? query.nearest : query;
  const own = typeof target === "number" || typeof target === "string" ? [target] : [];
  return [...own, ...prefetch.flatMap(referencedIds)];
}

function isTarget(query: Query | undefined): query is Extract<ObjectQuery, { nearest: unknown }> {
  return typeof query === "object" && "nearest" in query;
}

function rankBody(collection: Collection, body: QueryBody, outer: Filter): Ranking {
  const filter = joinFilters(outer, body.filter ?? {});
  const { prefetch = [] } = body;
  const lists = prefetch.map((part) => fetchFirst(collection, part, filter));
  if (lists.length === 0) {
    const found = byId(collection).filter((point) => matches(point, filter, collection));
    return rankCandidates(collection, body, found, []);
  }
  const ranking = rankCandidates(collection, body, union(lists), lists);
  return { ...ranking, isUnsure: ranking.isUnsure || lists.some(({ isUnsure }) => isUnsure) };
}

/** At the bottom MMR is not applied: it only says how many points are fetched. */
function fetchFirst(collection: Collection, prefetch: QueryBody, outer: Filter): Ranking {
  const { query, limit = DEFAULT_LIMIT } = prefetch;
  const mmr = isTarget(query) && !prefetch.prefetch?.length ? query.mmr : undefined;
  const plain = mmr && isTarget(query) ? { ...prefetch, query: query.nearest } : prefetch;
  const most = mmr?.candidates_limit ?? limit;
  const ranking = cut(rankBody(collection, plain, outer), most, collection.isServer);
  // A point ordered by several values stands in the list several times: what that adds up to is open.
  const points = new Set(ranking.hits.map(({ point }) => point));
  return points.size < ranking.hits.length ? { ...ranking, isUnsure: true } : ranking;
}

function union(lists: Ranking[]): StoredPoint[] {
  const points = new Set(lists.flatMap(({ hits }) => hits.map(({ point }) => point)));
  return [...points].sort((a, b) => compareIds(a.id, b.id));
}

function rankCandidates(
  collection: Collection,
  body: QueryBody,
  candidates: StoredPoint[],
  lists: Ranking[],
): Ranking {
  const { query, score_threshold: threshold } = body;
  if (query === undefined) return unscored(candidates);
  if (isObjectQuery(query)) {
    if ("order_by" in query) {
      return unscored(orderBy(query.order_by, candidates, collection).map(({ point }) => point));
    }
    if ("nearest" in query) return nearest(collection, body, query, candidates);
    if (lists.length === 0) throw new Refused(400, "fusion and formula need prefetches");
    if ("formula" in query) {
      const context = { collection, lists, defaults: query.defaults ?? {} };
      return applyThreshold(rankByFormula(query.formula, candidates, context), threshold, false);
    }
    const fused =
      "rrf" in query
        ? reciprocalRanks(lists, query.rrf.k, query.rrf.weights)
        : query.fusion === "rrf"
          ? reciprocalRanks(lists)
          : distributionScores(lists);
    return applyThreshold(fused, threshold, false);
  }
  return nearest(collection, body, { nearest: query }, candidates);
}

type ObjectQuery = Exclude<Query, Id | Vector>;

function isObjectQuery(query: Query): query is ObjectQuery {
  return typeof query === "object" && !Array.isArray(query) && !("indices" in query);
}

function unscored(points: StoredPoint[]): Ranking {
  const hits = points.map((point) => ({ point, score: 1 }));
  return { hits, isUnsure: false, isRising: false };
}

function nearest(
  collection: Collection,
  body: QueryBody,
  { nearest: target, mmr }: Extract<ObjectQuery, { nearest: unknown }>,
  candidates: StoredPoint[],
): Ranking {
  const { using = "", limit = DEFAULT_LIMIT, params, score_threshold: threshold } = body;
  const isId = typeof target === "number" || typeof target === "string";
  const vector = isId ? vectorOf(collection, target, using) : target;
  const ranking = applyThreshold(
    rankByVector(collection, candidates, vector, using, params?.idf?.corpus),
    threshold,
    true,
  );
  if (!mmr) return ranking;
  const from = cut(ranking, mmr.candidates_limit ?? limit, collection.isServer);
  return diversify(from, collection, vector as number[], using, mmr.diversity ?? 0.5, limit);
}

function vectorOf(collection: Collection, id: Id, using: string): Vector {
  const point = collection.points.get(id);
  if (point && !collection.dense.has(using) && !collection.sparse.has(using)) {
    throw new Refused(400, `no vector ${using}`);
  }
  const vector = point?.vectors.get(using);
  if (!vector) throw new Refused(404, `no vector ${using} of ${id}`);
  return vector;
}
