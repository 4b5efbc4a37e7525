// Hits grouped by the value of a payload field. As on the server, a few requests are spent on finding
// groups and a few more on filling the best of them, so a group can stay incomplete.
import type { Collection } from "./collection.ts";
import type { PointId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import { fieldValues, type JsonPath } from "./json-path.ts";
import { type Hit, runQuery } from "./query.ts";
import type { QueryPlan } from "./query-plan.ts";

export interface GroupRequest {
  plan: QueryPlan;
  groupBy: string;
  path: JsonPath;
  /** The most hits of a group. */
  size: number;
  /** The most groups. */
  limit: number;
}

export interface Group {
  id: GroupId;
  hits: Hit[];
}

export type GroupId = string | number | bigint;

const REQUESTS = 5;

export function findGroups(request: GroupRequest, collection: Collection): Group[] {
  const { groupBy, size, limit } = request;
  const plan = { ...widen(request.plan, size), limit: limit * size };
  const gathered = gatherGroups(request, collection);
  const isEmpty = { is_empty: { key: groupBy } };
  const wanted = [
    (): JsonObject[] => matching("except", groupBy, gathered.full()),
    (): JsonObject[] => matching("any", groupBy, gathered.unfilled()),
  ];
  for (const conditions of wanted) {
    for (let spent = 0; spent < REQUESTS; spent++) {
      const isOld = { has_id: gathered.ids() };
      const filter = { must: conditions(), must_not: [isEmpty, isOld] };
      const hits = runQuery(plan, collection, filter);
      gathered.add(hits);
      if (gathered.isComplete()) return gathered.best();
      if (hits.length === 0) break;
    }
  }
  return gathered.best();
}

/** Prefetches find more, so that enough is left for every group. */
function widen(plan: QueryPlan, factor: number): QueryPlan {
  const prefetch = plan.prefetch.map((nested) => ({
    ...widen(nested, factor),
    limit: nested.limit * factor,
  }));
  return { ...plan, prefetch };
}

/** A condition compares with values of one type. */
function matching(match: "any" | "except", key: string, ids: readonly GroupId[]): JsonObject[] {
  const strings = ids.filter((id) => typeof id === "string");
  const integers = ids.filter((id) => typeof id !== "string");
  return [integers, strings]
    .filter((values) => values.length > 0)
    .map((values) => ({ key, match: { [match]: values } }));
}

interface GatheredGroups {
  add(hits: readonly Hit[]): void;
  ids(): PointId[];
  full(): GroupId[];
  /** Those of the best groups that could take more hits. */
  unfilled(): GroupId[];
  /** As many groups as wanted, all of them full. */
  isComplete(): boolean;
  best(): Group[];
}

function gatherGroups(
  { plan, path, size, limit }: GroupRequest,
  collection: Collection,
): GatheredGroups {
  const compare = comparison(plan, collection);
  const groups = new Map<GroupId, Hit[]>();
  const rows = new Set<number>();

  function add(hit: Hit): void {
    for (const id of groupIds(fieldValues(collection.payloadOf(hit.row), path))) {
      const hits = groups.get(id);
      rows.add(hit.row);
      if (!hits) groups.set(id, [hit]);
      else if (hits.every(({ row }) => row !== hit.row)) hits.push(hit);
    }
  }

  function best(): Group[] {
    return Array.from(groups, ([id, hits]) => ({ id, hits: hits.toSorted(compare) }))
      .toSorted((a, b) => compare(a.hits[0]!, b.hits[0]!))
      .slice(0, limit)
      .map(({ id, hits }) => ({ id, hits: hits.slice(0, size) }));
  }

  const isFull = (id: GroupId): boolean => groups.get(id)!.length >= size;
  return {
    add: (hits) => hits.forEach(add),
    ids: () => Array.from(rows, collection.idOf),
    full: () => [...groups.keys()].filter(isFull),
    unfilled: () =>
      best()
        .map(({ id }) => id)
        .filter((id) => !isFull(id)),
    isComplete: () => best().filter(({ id }) => isFull(id)).length >= limit,
    best,
  };
}

/** Strings and integers only: a point with any other value among them is in no group. */
function groupIds(values: readonly Json[]): ReadonlySet<GroupId> {
  const ids = new Set<GroupId>();
  for (const value of values) {
    if (typeof value !== "string" && typeof value !== "bigint" && !Number.isInteger(value)) {
      return new Set();
    }
    ids.add(value as GroupId);
  }
  return ids;
}

/** Better first; a sample and MMR have no order but that in which they were found. */
function comparison({ query }: QueryPlan, collection: Collection): (a: Hit, b: Hit) => number {
  if (query.kind === "sample" || query.kind === "mmr") return () => 0;
  const distance = query.kind === "nearest" && collection.dense.get(query.using)?.distance;
  const isSmallBetter =
    query.kind === "scroll" ||
    (query.kind === "order-by" && !query.descending) ||
    distance === "Euclid" ||
    distance === "Manhattan";
  const sign = isSmallBetter ? 1 : -1;
  return (a, b) =>
    sign * (a.score - b.score) ||
    sign * Number(a.orderValue ?? 0) - sign * Number(b.orderValue ?? 0) ||
    collection.compareRows(a.row, b.row);
}
