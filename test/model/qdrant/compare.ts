// Says what is wrong with an answer. Scores may differ by 1e-4; what has one score may come in any order.
import type { Read } from "./commands.ts";
import type { Outcome } from "./perform.ts";
import { isObject } from "./reference/payload.ts";
import type { Expected } from "./reference/reference.ts";
import type { Ranking, Scored } from "./reference/score.ts";
import type { StoredPoint } from "./reference/state.ts";

interface AnsweredPoint {
  id: string | number;
  score?: number;
  payload?: unknown;
  vector?: unknown;
  order_value?: number;
}

/** Rounding decides what the answer is, so it says nothing. */
export const UNSURE = Symbol("unsure");

export function compare(
  read: Read,
  outcome: Outcome,
  expected: Expected | { status: number },
): string | typeof UNSURE | undefined {
  if ("status" in expected) {
    return outcome.status === expected.status
      ? undefined
      : `status ${expected.status} expected, not ${describe(outcome)}`;
  }
  if (!("result" in outcome)) return `an answer expected, not ${describe(outcome)}`;
  if ((expected.kind === "ranking" && expected.ranking.isUnsure) || isUnsureGroups(expected)) {
    return UNSURE;
  }
  const { result } = outcome;
  const said = compareResult(read, result, expected);
  return said && `${said}; the answer is ${JSON.stringify(result)?.slice(0, 2000)}`;
}

function isUnsureGroups(expected: Expected): boolean {
  return expected.kind === "groups" && expected.isUnsure;
}

function describe(outcome: Outcome): string {
  return "error" in outcome ? `${outcome.status} ${outcome.error}` : JSON.stringify(outcome.result);
}

function compareResult(read: Read, result: unknown, expected: Expected): string | undefined {
  switch (expected.kind) {
    case "names":
      return same(namesOf(result).sort(), expected.names.sort(), "names");
    case "collection":
      return compareCollection(result, expected.collection);
    case "points":
      return comparePage(result, expected);
    case "ordered":
      return compareOrdered(result, expected.values, read as Read & { call: "scroll" });
    case "count":
      return same((result as { count: number }).count, expected.count, "count");
    case "facet":
      return compareFacet(result, expected.counts, read as Read & { call: "facet" });
    case "ranking": {
      const { limit = 10, offset = 0 } = (read as Read & { call: "query" }).body;
      const { points } = result as { points: AnsweredPoint[] };
      return compareRanking(points, expected.ranking, offset, limit);
    }
    case "groups":
      return compareGroups(result, expected.groups, read as Read & { call: "queryGroups" });
  }
}

function same(actual: unknown, expected: unknown, what: string): string | undefined {
  return isSame(actual, expected)
    ? undefined
    : `${what}: ${JSON.stringify(expected)} expected, not ${JSON.stringify(actual)}`;
}

/** Deep equality, numbers within rounding. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return isClose(a, b, 1e-6);
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

function isClose(a: number, b: number, tolerance = 1e-4): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(0.1, Math.abs(a), Math.abs(b));
}

/** Of what the test has made: a server may have more. */
function namesOf(result: unknown): string[] {
  if (isObject(result) && "collections" in result) {
    const names = (result["collections"] as { name: string }[]).map(({ name }) => name);
    return names.filter((name) => name.startsWith("model-"));
  }
  const { aliases } = result as { aliases: { alias_name: string; collection_name: string }[] };
  return aliases
    .map((alias) => `${alias.alias_name} ${alias.collection_name}`)
    .filter((name) => name.startsWith("model-"));
}

function compareCollection(
  result: unknown,
  { points, indexes }: Extract<Expected, { kind: "collection" }>["collection"],
): string | undefined {
  const info = result as {
    points_count: number;
    payload_schema: Record<string, { data_type: string }>;
  };
  const schema = Object.entries(info.payload_schema).map(([key, value]) => [key, value.data_type]);
  return (
    same(info.points_count, points.size, "points_count") ??
    same(Object.fromEntries(schema), Object.fromEntries(indexes), "payload_schema")
  );
}

function comparePage(
  result: unknown,
  { points, next }: Extract<Expected, { kind: "points" }>,
): string | undefined {
  const page = Array.isArray(result) ? { points: result } : (result as { points: unknown[] });
  const answered = page.points as AnsweredPoint[];
  const ids = same(
    answered.map(({ id }) => id),
    points.map(({ id }) => id),
    "ids",
  );
  if (ids) return ids;
  if (next !== undefined) {
    const said = (page as { next_page_offset?: unknown }).next_page_offset;
    const wrong = same(said, next, "next_page_offset");
    if (wrong) return wrong;
  }
  return firstOf(answered, (point, at) => compareContent(point, points[at]!));
}

function firstOf<T>(items: T[], test: (item: T, at: number) => string | undefined) {
  for (const [at, item] of items.entries()) {
    const wrong = test(item, at);
    if (wrong) return wrong;
  }
  return undefined;
}

/** Payload and vector, where the answer has them. */
function compareContent(answered: AnsweredPoint, point: StoredPoint): string | undefined {
  const { payload, vector, id } = answered;
  const unnamed = point.vectors.get("");
  return (
    (payload === undefined ? undefined : same(payload, point.payload, `payload of ${id}`)) ??
    (vector === undefined
      ? undefined
      : same(vector, unnamed ?? Object.fromEntries(point.vectors), `vector of ${id}`))
  );
}

function compareOrdered(
  result: unknown,
  values: { point: StoredPoint; value: number }[],
  { body: { limit = 10 } }: Read & { call: "scroll" },
): string | undefined {
  const { points } = result as { points: AnsweredPoint[] };
  const length = same(points.length, Math.min(limit, values.length), "number of points");
  return (
    length ??
    firstOf(points, ({ id, order_value: value }, at) => {
      const expected = values[at]!.value;
      if (!values.some(({ point, value: other }) => point.id === id && other === expected)) {
        return `a point with value ${expected} expected at ${at}, not ${id}`;
      }
      return value === undefined ? undefined : same(value, expected, `order_value of ${id}`);
    })
  );
}

function compareFacet(
  result: unknown,
  counts: Map<unknown, number>,
  { body: { limit = 10 } }: Read & { call: "facet" },
): string | undefined {
  const { hits } = result as { hits: { value: unknown; count: number }[] };
  const best = [...counts.values()].sort((a, b) => b - a).slice(0, limit);
  return (
    same(
      hits.map(({ count }) => count),
      best,
      "counts",
    ) ?? firstOf(hits, ({ value, count }) => same(count, counts.get(value), `count of ${value}`))
  );
}

function compareRanking(
  points: AnsweredPoint[],
  { hits }: Ranking,
  offset: number,
  limit: number,
): string | undefined {
  const expected = hits.slice(offset, offset + limit);
  if (points.length !== expected.length) {
    return `${expected.length} points expected, not ${points.length}`;
  }
  const twice = points.find(({ id }) => countOf(points, id) > countOf(hits.map(idOf), id));
  if (twice) return `${twice.id} comes too often`;
  return firstOf(points, (answered, at) => {
    const { score } = expected[at]!;
    if (!isClose(answered.score!, score)) {
      return `a score of ${score} expected at ${at}, not ${answered.score} of ${answered.id}`;
    }
    const own = hits.find(({ point }) => point.id === answered.id);
    if (!own) return `${answered.id} should not be found`;
    if (!isClose(own.score, score)) return `a score of ${own.score} expected of ${answered.id}`;
    return compareContent(answered, own.point);
  });
}

const idOf = ({ point: { id } }: Scored): { id: string | number } => ({ id });

function countOf(points: { id: string | number }[], id: string | number): number {
  return points.filter((point) => point.id === id).length;
}

function compareGroups(
  result: unknown,
  groups: Map<string | number, Ranking>,
  { body: { limit = 10, group_size: size = 3 } }: Read & { call: "queryGroups" },
): string | undefined {
  const { groups: answered } = result as {
    groups: { id: string | number; hits: AnsweredPoint[] }[];
  };
  const best = [...groups.values()].slice(0, limit);
  const length = same(answered.length, best.length, "number of groups");
  return (
    length ??
    firstOf(answered, ({ id, hits }, at) => {
      const group = groups.get(id);
      if (!group) return `no group ${id} expected`;
      const score = best[at]!.hits[0]!.score;
      if (!isClose(hits[0]!.score!, score)) return `a group with ${score} expected at ${at}`;
      const wrong = compareRanking(hits, group, 0, size);
      return wrong && `group ${id}: ${wrong}`;
    })
  );
}
