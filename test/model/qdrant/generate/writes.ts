import type {
  AliasAction,
  Point,
  PointsOperation,
  Selection,
  UpsertBody,
  Write,
} from "../commands.ts";
import type { Random } from "../../../support/random.ts";
import type { Collection, State } from "../reference/state.ts";
import { randomFilter } from "./filters.ts";
import {
  IDS,
  INDEXES,
  randomCollection,
  randomPayload,
  randomPoint,
  randomVector,
  randomVectors,
  TAGS,
  vectorNames,
} from "./values.ts";

export const COLLECTIONS = ["model-a", "model-b", "model-c"];
export const ALIASES = ["model-x", "model-y"];

export function randomWrite(random: Random, state: State): Write {
  const collection = random.pick(nameList(random, state));
  const target = state.collections.get(state.aliases.get(collection) ?? collection);
  const kind = random.fraction();
  if (!target || kind < 0.01) {
    return {
      call: "createCollection",
      collection: random.pick(COLLECTIONS),
      body: randomCollection(random),
    };
  }
  if (kind < 0.02) return { call: "deleteCollection", collection: random.pick(COLLECTIONS) };
  if (kind < 0.05) {
    const actions = random.list(random.integer(1, 2), () => aliasAction(random));
    return { call: "updateCollectionAliases", body: { actions } };
  }
  if (kind < 0.11) {
    const [field_name, field_schema] = random.pick(Object.entries(INDEXES));
    if (random.chance(0.3)) return { call: "deletePayloadIndex", collection, field: field_name };
    return { call: "createPayloadIndex", collection, body: { field_name, field_schema } };
  }
  if (kind < 0.2) {
    const operations = random.list(random.integer(1, 4), () => randomOperation(random, target));
    return { call: "batchUpdate", collection, body: { operations } };
  }
  return { call: "write", collection, operation: randomOperation(random, target) };
}

/** Names that exist, seldom any. */
function nameList(random: Random, { collections, aliases }: State): string[] {
  const names = [...collections.keys(), ...aliases.keys()];
  return names.length === 0 || random.chance(0.03) ? [...COLLECTIONS, ...ALIASES] : names;
}

export function randomName(random: Random, state: State): string {
  return random.pick(nameList(random, state));
}

function aliasAction(random: Random): AliasAction {
  const alias_name = random.pick(ALIASES);
  return random.pick<AliasAction>([
    { create_alias: { alias_name, collection_name: random.pick(COLLECTIONS) } },
    { create_alias: { alias_name, collection_name: random.pick(COLLECTIONS) } },
    { delete_alias: { alias_name } },
    { rename_alias: { old_alias_name: alias_name, new_alias_name: random.pick(ALIASES) } },
  ]);
}

function randomOperation(random: Random, collection: Collection): PointsOperation {
  const kind = random.fraction();
  if (kind < 0.5) return { upsert: randomUpsert(random, collection) };
  if (kind < 0.6) return { delete: selection(random, collection, 0.2) };
  if (kind < 0.7) {
    const inside = random.pick([undefined, undefined, "deep", "deep.b", "fresh"]);
    const payload = inside
      ? { a: random.integer(0, 3), c: random.pick(TAGS) }
      : randomPayload(random);
    const body = { payload, ...selection(random, collection, 0.05) };
    return { set_payload: inside ? { ...body, key: inside } : body };
  }
  if (kind < 0.75) {
    return {
      overwrite_payload: { payload: randomPayload(random), ...selection(random, collection, 0.05) },
    };
  }
  if (kind < 0.82) {
    const keys = random.some(["city", "n", "tags", "deep.a", "parts[].v", "none"]);
    return { delete_payload: { keys: [...keys, "ok"], ...selection(random, collection, 0.05) } };
  }
  if (kind < 0.85) return { clear_payload: selection(random, collection, 0.05) };
  if (kind < 0.95) return { update_vectors: { points: vectorUpdates(random, collection) } };
  const vector = [random.pick(vectorNames(collection))];
  return { delete_vectors: { vector, ...selection(random, collection, 0.05) } };
}

/** @param missing how often an id is drawn from all, whether it exists or not */
function selection(random: Random, collection: Collection, missing: number): Selection {
  if (random.chance(0.25)) return { filter: randomFilter(random) };
  return { points: random.list(random.integer(1, 3), () => idIn(random, collection, missing)) };
}

function idIn(random: Random, { points }: Collection, missing: number): number | string {
  const ids = [...points.keys()];
  return ids.length === 0 || random.chance(missing) ? random.pick(IDS) : random.pick(ids);
}

function randomUpsert(random: Random, collection: Collection): UpsertBody {
  const points = random.list(random.integer(1, 5), () => randomPoint(random, collection));
  if (random.chance(0.05)) spoil(random, collection, points);
  if (random.chance(0.15)) return { points, update_filter: randomFilter(random) };
  if (random.chance(0.2))
    return { points, update_mode: random.pick(["insert_only", "update_only"]) };
  if (random.chance(0.8)) return { points };
  return { batch: columns(random, collection) };
}

/** One vector has a mistake. */
function spoil(random: Random, collection: Collection, points: Point[]): void {
  const name = random.pick(vectorNames(collection));
  const vector = randomVector(random, collection, name);
  const wrong = random.pick<Point["vector"]>([
    { unknown: [1] },
    name === ""
      ? [...(vector as number[]), 1]
      : { [name]: Array.isArray(vector) ? [...vector, 1] : { indices: [1, 1], values: [1, 2] } },
  ]);
  random.pick(points).vector = wrong;
}

function columns(random: Random, collection: Collection): NonNullable<UpsertBody["batch"]> {
  const ids = random.list(random.integer(1, 4), () => random.pick(IDS));
  const column = (name: string) => ids.map(() => randomVector(random, collection, name));
  const vectors = collection.dense.has("")
    ? (column("") as number[][])
    : Object.fromEntries(random.some(vectorNames(collection)).map((name) => [name, column(name)]));
  const payloads = ids.map(() => (random.chance(0.2) ? null : randomPayload(random)));
  return { ids, vectors, payloads };
}

function vectorUpdates(random: Random, collection: Collection): Omit<Point, "payload">[] {
  return random.list(random.integer(1, 3), () => ({
    id: idIn(random, collection, 0.05),
    vector: collection.dense.has("")
      ? (randomVector(random, collection, "") as number[])
      : randomVectors(random, collection),
  }));
}
