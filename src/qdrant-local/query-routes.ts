import type { Collection } from "./collection.ts";
import { shortestFloat } from "./float.ts";
import { findGroups } from "./groups.ts";
import { isId, readId } from "./ids.ts";
import type { Json, JsonObject } from "./json.ts";
import { parseJsonPath } from "./json-path.ts";
import { QUERY_KEYS, type QueryPlan, type QueryScope, readQueryPlan } from "./query-plan.ts";
import { type Hit, runQuery } from "./query.ts";
import { readArray, readCount, readObject, readString, rejectOtherKeys } from "./read.ts";
import { type DescribePoint, type PointRecord, readDescription } from "./record.ts";
import { type Call, collectionName, type Route } from "./route.ts";
import { lookUpCollection } from "./vector-input.ts";

export const queryRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points/query", read: query },
  { method: "POST", path: "/collections/:collection/points/query/batch", read: queryBatch },
  { method: "POST", path: "/collections/:collection/points/query/groups", read: queryGroups },
];

function query(call: Call): unknown {
  return { points: findPoints(call.body, call, "internal.") };
}

function queryBatch(call: Call): unknown {
  rejectOtherKeys(call.body, "query batch", ["searches"]);
  call.database.get(collectionName(call));
  return readArray(call.body["searches"], "searches").map((search, i) => ({
    points: findPoints(readObject(search, "a query"), call, `searches[${i}].internal.`),
  }));
}

function findPoints(body: JsonObject, call: Call, path: string): unknown[] {
  const scope = readScope(call);
  rejectOtherKeys(body, "query", QUERY_KEYS);
  const plan = readQueryPlan(body, scope, path);
  const describe = hitDescription(body, plan, scope.collection);
  return runQuery(plan, scope.collection).map(describe);
}

const GROUP_KEYS = ["group_by", "group_size", "with_lookup"];

function queryGroups(call: Call): unknown {
  const scope = readScope(call);
  const { body } = call;
  const queryKeys = QUERY_KEYS.filter((key) => key !== "offset");
  rejectOtherKeys(body, "query groups", [...queryKeys, ...GROUP_KEYS]);
  const groupBy = readString(body["group_by"], "group_by");
  const path = parseJsonPath(groupBy);
  const within = "search_group_request.group_request.";
  const limit = readCount(body, "limit", 1, 10, within);
  const size = readCount(body, "group_size", 1, 3, within);
  const plan = readQueryPlan(body, scope, "search_group_request.");
  const describe = hitDescription(body, plan, scope.collection);
  const lookUp = readLookUp(body["with_lookup"] ?? null, scope);
  const groups = findGroups({ plan, groupBy, path, size, limit }, scope.collection);
  return {
    groups: groups.map(({ id, hits }) => ({ id, hits: hits.map(describe), ...lookUp(id) })),
  };
}

function readScope(call: Call): QueryScope {
  const { database } = call;
  const given = collectionName(call);
  const collection = database.get(given);
  return { database, collection, name: database.resolve(given) ?? given, examples: [] };
}

type DescribeHit = (hit: Hit) => unknown;

function hitDescription(body: JsonObject, plan: QueryPlan, collection: Collection): DescribeHit {
  const describe = readDescription(body, collection, false);
  // A server reads no version where it compares nothing.
  const isListed = ["scroll", "sample", "order-by"].includes(plan.query.kind);
  return ({ row, score, orderValue }) => {
    const { id, ...rest } = describe(row);
    return {
      id,
      version: isListed ? 0 : collection.versionOf(row),
      score: shortestFloat(score),
      ...rest,
      ...(orderValue !== undefined && { order_value: orderValue }),
    };
  };
}

/** The point, of this or another collection, whose id is the id of a group. */
function readLookUp(given: Json, scope: QueryScope): (id: Json) => { lookup?: PointRecord } {
  if (given === null) return () => ({});
  const lookup =
    typeof given === "string" ? { collection: given } : readObject(given, "with_lookup");
  const { collection: name, with_payload = null, with_vectors = null, ...others } = lookup;
  rejectOtherKeys(others, "with_lookup", ["with_vector"]);
  const collection = lookUpCollection(readString(name, "collection"), scope.database);
  const with_vector = with_vectors ?? others["with_vector"] ?? null;
  const describe: DescribePoint = readDescription({ with_payload, with_vector }, collection, true);
  return (id) => {
    const row = isId(id) ? collection.rowOf(readId(id)) : undefined;
    return row === undefined ? {} : { lookup: describe(row) };
  };
}
