import type { Collection } from "./collection.ts";
import { shortestFloat } from "./float.ts";
import type { JsonObject } from "./json.ts";
import { QUERY_KEYS, readQueryPlan } from "./query-plan.ts";
import { runQuery } from "./query.ts";
import { readArray, readCount, readObject, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { type Call, collectionName, type Route } from "./route.ts";

export const queryRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points/query", read: query },
  { method: "POST", path: "/collections/:collection/points/query/batch", read: queryBatch },
];

function query(call: Call): unknown {
  return { points: findPoints(call.body, call.database.get(collectionName(call))) };
}

function queryBatch(call: Call): unknown {
  rejectOtherKeys(call.body, "query batch", ["searches"]);
  const collection = call.database.get(collectionName(call));
  return readArray(call.body["searches"], "searches").map((search) => ({
    points: findPoints(readObject(search, "a query"), collection),
  }));
}

function findPoints(body: JsonObject, collection: Collection): unknown[] {
  rejectOtherKeys(body, "query", QUERY_KEYS);
  const plan = readQueryPlan(body, collection);
  const offset = readCount(body, "offset", 0, 0);
  const describe = readDescription(body, collection, false);
  return runQuery(plan, collection, offset)
    .slice(offset)
    .map(({ row, score }) => {
      const { id, ...rest } = describe(row);
      return { id, version: collection.versionOf(row), score: shortestFloat(score), ...rest };
    });
}
