import type { Bounds, Condition, Filter, Match } from "../commands.ts";
import type { Random } from "../../../support/random.ts";
import { CITIES, DATES, IDS, PLACES, TAGS, WORDS } from "./values.ts";

/** At most `depth` filters inside each other. */
export function randomFilter(random: Random, depth = 2): Filter {
  const conditions = (): Condition | Condition[] =>
    random.chance(0.15)
      ? randomCondition(random, depth)
      : random.list(random.integer(1, 3), () => randomCondition(random, depth));
  const filter: Filter = {};
  if (random.chance(0.6)) filter.must = conditions();
  if (random.chance(0.3)) filter.should = conditions();
  if (random.chance(0.3)) filter.must_not = conditions();
  if (random.chance(0.15)) {
    const all = random.list(random.integer(1, 4), () => randomCondition(random, depth));
    filter.min_should = { conditions: all, min_count: random.integer(1, all.length) };
  }
  return filter;
}

const KEYS = ["city", "tags", "n", "size", "ok", "at", "text", "parts", "deep", "deep.a", "none"];
const PATHS = [...KEYS, "parts[].k", "parts[].v", "parts[0].k", "deep.b.c", "tags[]", "place.lat"];

const CONDITIONS: ((random: Random, depth: number) => Condition)[] = [
  matchCondition,
  matchCondition,
  matchCondition,
  rangeCondition,
  rangeCondition,
  (random) => ({ is_empty: { key: random.pick(PATHS) } }),
  (random) => ({ is_null: { key: random.pick(PATHS) } }),
  (random) => ({ key: random.pick(PATHS), is_empty: random.chance(0.5) }),
  (random) => ({ key: random.pick(PATHS), is_null: random.chance(0.5) }),
  (random) => ({
    key: random.pick(PATHS),
    values_count: randomBounds(random, () => random.integer(0, 3)),
  }),
  (random) => ({ has_id: random.some(IDS) }),
  (random) => ({ has_vector: random.pick(["cosine", "exact", "words"]) }),
  (random) => ({
    key: "place",
    geo_radius: { center: random.pick(PLACES), radius: random.pick([1, 30_000, 1e6, 1e7]) },
  }),
  (random) => ({ nested: { key: random.pick(["parts", "parts[]"]), filter: partsFilter(random) } }),
  (random, depth) => (depth > 0 ? randomFilter(random, depth - 1) : matchCondition(random)),
];

export function randomCondition(random: Random, depth = 0): Condition {
  return random.pick(CONDITIONS)(random, depth);
}

function matchCondition(random: Random): Condition {
  return random.pick([
    { key: "city", match: matchOf(random, CITIES) },
    { key: "tags", match: matchOf(random, TAGS) },
    { key: "n", match: matchOf(random, [0, 1, 2, 3, 4, 5, 6]) },
    { key: "ok", match: { value: random.chance(0.5) } },
    {
      key: "text",
      match: { text: random.list(random.integer(1, 2), () => random.pick(WORDS)).join(" ") },
    },
    {
      key: random.pick(["parts[].k", "parts[0].k", "parts.k", "deep.b.c"]),
      match: matchOf(random, TAGS),
    },
    { key: "deep.a", match: matchOf(random, [0, 1, 2, 3]) },
    { key: "city", match: matchOf(random, [1, 2]) },
  ]);
}

function matchOf(random: Random, values: (string | number)[]): Match {
  const few = random.list(random.integer(1, 3), () => random.pick(values));
  return random.pick<Match>([{ value: random.pick(values) }, { any: few }, { except: few }]);
}

function rangeCondition(random: Random): Condition {
  return random.pick([
    { key: "n", range: randomBounds(random, () => random.integer(0, 6)) },
    { key: "size", range: randomBounds(random, () => random.integer(0, 40) / 2) },
    { key: "at", range: randomBounds(random, () => random.pick(DATES)) },
    { key: "deep.a", range: randomBounds(random, () => random.integer(0, 3)) },
    { key: "parts[].v", range: randomBounds(random, () => random.integer(0, 3)) },
  ]);
}

function randomBounds<T>(random: Random, make: () => T): Bounds<T> {
  const low = random.pick(["gt", "gte"] as const);
  const high = random.pick(["lt", "lte"] as const);
  return random.pick<() => Bounds<T>>([
    () => ({ [low]: make() }),
    () => ({ [high]: make() }),
    () => ({ [low]: make(), [high]: make() }),
  ])();
}

function partsFilter(random: Random): Filter {
  const conditions: Condition[] = [
    { key: "k", match: matchOf(random, TAGS) },
    { key: "v", range: randomBounds(random, () => random.integer(0, 3)) },
  ];
  return random.pick<Filter>([
    { must: conditions },
    { should: conditions },
    { must: conditions[0]!, must_not: conditions[1]! },
  ]);
}
