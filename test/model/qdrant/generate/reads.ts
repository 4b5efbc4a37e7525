import type { Filter, OrderBy, Read } from "../commands.ts";
import type { Random } from "../../../support/random.ts";
import type { State } from "../reference/state.ts";
import { randomFilter } from "./filters.ts";
import { randomGroups, randomQuery } from "./queries.ts";
import { DATES, IDS } from "./values.ts";
import { randomName } from "./writes.ts";

type Body = { filter?: Filter; limit?: number };

/** How often, and what it may be. */
const READS: [weight: number, read: (random: Random, collection: string, body: Body) => Read][] = [
  [3, (random) => ({ call: random.pick(["getCollections", "getAliases"] as const) })],
  [3, (_random, collection) => ({ call: "getCollection", collection })],
  [6, retrieve],
  [16, scroll],
  [6, orderedScroll],
  [
    10,
    (_random, collection, { filter }) => ({
      call: "count",
      collection,
      body: filter ? { filter } : {},
    }),
  ],
  [6, facet],
];
const QUERIES = 50;

export function randomRead(random: Random, state: State): Read {
  const collection = randomName(random, state);
  const target = state.collections.get(state.aliases.get(collection) ?? collection);
  const body: Body = {};
  if (random.chance(0.7)) body.filter = randomFilter(random);
  if (random.chance(0.5)) body.limit = random.integer(1, 20);
  let kind = random.integer(1, 50 + QUERIES);
  for (const [weight, read] of READS) {
    if (kind <= weight) return read(random, collection, body);
    kind -= weight;
  }
  if (!target) return { call: "count", collection, body: {} };
  return random.chance(0.15)
    ? { call: "queryGroups", collection, body: randomGroups(random, target) }
    : { call: "query", collection, body: randomQuery(random, target) };
}

function retrieve(random: Random, collection: string): Read {
  const ids = random.list(random.integer(1, 5), () => random.pick(IDS));
  return { call: "retrieve", collection, body: { ids, with_vector: random.chance(0.5) } };
}

function scroll(random: Random, collection: string, body: Body): Read {
  const offset = random.chance(0.3) ? { offset: random.pick(IDS) } : {};
  const with_vector = random.chance(0.2);
  return { call: "scroll", collection, body: { ...body, ...offset, with_vector } };
}

function orderedScroll(random: Random, collection: string, body: Body): Read {
  return { call: "scroll", collection, body: { ...body, order_by: order(random) } };
}

function facet(random: Random, collection: string, body: Body): Read {
  const key = random.pick(["city", "tags", "n", "ok", "parts[].k", "deep.a"]);
  return { call: "facet", collection, body: { key, ...body } };
}

function order(random: Random): OrderBy {
  const key = random.pick(["n", "size", "at"]);
  const direction = random.pick(["asc", "desc"] as const);
  const from = key === "at" ? random.pick(DATES) : random.integer(0, 6);
  return { key, direction, ...(random.chance(0.3) && { start_from: from }) };
}
