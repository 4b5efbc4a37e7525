import type { Formula, GroupsBody, Query, QueryBody, Vector } from "../commands.ts";
import type { Random } from "../../../support/random.ts";
import type { Collection } from "../reference/state.ts";
import { randomCondition, randomFilter } from "./filters.ts";
import { IDS, randomVector, vectorNames } from "./values.ts";

export function randomQuery(random: Random, collection: Collection): QueryBody {
  const body = random.chance(0.45) ? fused(random, collection, 1) : leaf(random, collection);
  if (random.chance(0.3)) body.filter = randomFilter(random);
  if (random.chance(0.5)) body.limit = random.integer(1, 30);
  if (random.chance(0.2) && !isDiversified(body)) body.offset = random.integer(0, 8);
  if (random.chance(0.3)) body.with_payload = true;
  if (random.chance(0.2)) body.with_vector = true;
  return body;
}

function isDiversified({ query }: QueryBody): boolean {
  return typeof query === "object" && "mmr" in query;
}

/** What may stand at the bottom of prefetches. */
function leaf(random: Random, collection: Collection): QueryBody {
  const body: QueryBody = {};
  const kind = random.fraction();
  if (kind < 0.1) return body;
  const ranged = orderedField(random, collection);
  if (kind < 0.15 && ranged) return { query: { order_by: ranged } };
  Object.assign(body, nearest(random, collection));
  if (random.chance(0.2)) body.score_threshold = random.integer(-4, 8) / 4;
  return body;
}

function orderedField(
  random: Random,
  { indexes }: Collection,
): { key: string; direction: "asc" | "desc" } | undefined {
  const keys = ["n", "size", "at"].filter((key) => indexes.has(key));
  return keys.length > 0
    ? { key: random.pick(keys), direction: random.pick(["asc", "desc"]) }
    : undefined;
}

function nearest(random: Random, collection: Collection, mayDiversify = true): QueryBody {
  const name = random.pick(vectorNames(collection));
  const vector = random.chance(0.25)
    ? idOf(random, collection, name)
    : randomVector(random, collection, name);
  const body: QueryBody = { query: vector };
  if (name !== "") body.using = name;
  if (collection.sparse.get(name)?.idf && random.chance(0.3)) {
    body.params = { idf: { corpus: randomFilter(random, 1) } };
  }
  if (random.chance(0.3)) body.query = { nearest: vector };
  if (mayDiversify && Array.isArray(vector) && random.chance(0.15)) {
    const mmr = {
      diversity: random.pick([0, 0.3, 0.5, 1]),
      candidates_limit: random.integer(1, 20),
    };
    body.query = { nearest: vector as Vector, mmr };
  }
  return body;
}

/** Mostly a point that has the vector. */
function idOf(random: Random, { points }: Collection, name: string): number | string {
  const having = [...points.values()].filter(({ vectors }) => vectors.has(name));
  return having.length > 0 && random.chance(0.9) ? random.pick(having).id : random.pick(IDS);
}

function fused(random: Random, collection: Collection, depth: number): QueryBody {
  const prefetch = random.list(random.integer(1, 3), () => {
    const inner =
      depth > 0 && random.chance(0.2)
        ? fused(random, collection, depth - 1)
        : leaf(random, collection);
    if (random.chance(0.3)) inner.filter = randomFilter(random, 1);
    if (random.chance(0.6)) inner.limit = random.integer(1, 20);
    return inner;
  });
  const body = { prefetch, ...rescoring(random, collection, prefetch.length, depth > 0) };
  if (random.chance(0.1)) body.score_threshold = random.fraction();
  return body;
}

function rescoring(
  random: Random,
  collection: Collection,
  lists: number,
  isRoot: boolean,
): QueryBody {
  const kind = random.fraction();
  if (kind < 0.2) return nearest(random, collection, isRoot);
  if (kind < 0.4) return { query: formulaQuery(random, lists) };
  const queries: Query[] = [
    { fusion: "rrf" },
    { fusion: "dbsf" },
    { rrf: { k: random.integer(1, 60) } },
    { rrf: { weights: random.list(lists, () => random.integer(0, 4) / 2) } },
  ];
  return { query: random.pick(queries) };
}

function formulaQuery(random: Random, lists: number): Query {
  const defaults = { n: 1, size: 2.5, "deep.a": -1 };
  return { formula: randomFormula(random, lists, 2), ...(random.chance(0.9) && { defaults }) };
}

function randomFormula(random: Random, lists: number, depth: number): Formula {
  const part = (): Formula => randomFormula(random, lists, depth - 1);
  const parts = (): Formula[] => random.list(random.integer(1, 3), part);
  if (depth === 0 || random.chance(0.2)) {
    return random.pick<Formula>([
      "$score",
      `$score[${random.integer(0, lists - 1)}]`,
      random.integer(-8, 8) / 4,
      random.pick(["n", "size", "deep.a"]),
      randomCondition(random),
    ]);
  }
  return random.pick<() => Formula>([
    () => ({ sum: parts() }),
    () => ({ mult: parts() }),
    () => ({ neg: part() }),
    () => ({ abs: part() }),
    () => ({ div: { left: part(), right: part(), by_zero_default: 3 } }),
  ])();
}

export function randomGroups(random: Random, collection: Collection): GroupsBody {
  const body: GroupsBody = {
    ...nearest(random, collection, false),
    group_by: random.pick(["city", "n", "tags", "parts[].k", "deep.a", "ok"]),
  };
  if (random.chance(0.3)) body.filter = randomFilter(random);
  if (random.chance(0.5)) body.limit = random.integer(1, 6);
  if (random.chance(0.5)) body.group_size = random.integer(1, 5);
  return body;
}
