// Qdrant 1.19.0 as naive as it can be: arrays, full sorts and no indexes, written from its documented
// semantics and apart from src/qdrant-local, to be compared with that.
import type { AliasAction, CollectionBody, DenseParams, Read, Write } from "../commands.ts";
import { matches } from "./filter.ts";
import { orderBy } from "./order.ts";
import { applyOperation } from "./points.ts";
import { elementsAt } from "./payload.ts";
import { rankAll } from "./query.ts";
import type { Ranking } from "./score.ts";
import {
  byId,
  type Collection,
  compareIds,
  find,
  Refused,
  type State,
  type StoredPoint,
} from "./state.ts";

export interface Reference {
  readonly state: State;
  /** Throws `Refused`, and has changed nothing then. */
  write(write: Write): void;
  /** Throws what `write` would, and changes nothing. */
  check(write: Write): void;
}

export interface ReferenceOptions {
  /**
   * A server leaves the order of ties open, and counts deleted vectors for idf until it optimises;
   * local mode sorts ties by id. @default false
   */
  isServer?: boolean;
}

export function createReference({ isServer = false }: ReferenceOptions = {}): Reference {
  let state: State = { collections: new Map(), aliases: new Map(), isServer };

  function after(write: Write): State {
    const next = structuredClone(state);
    applyWrite(next, write);
    return next;
  }

  return {
    get state() {
      return state;
    },
    write(write) {
      state = after(write);
    },
    check: (write) => void after(write),
  };
}

function applyWrite(state: State, write: Write): void {
  switch (write.call) {
    case "createCollection":
      return createCollection(state, write.collection, write.body);
    case "deleteCollection":
      state.collections.delete(write.collection);
      for (const [alias, name] of state.aliases) {
        if (name === write.collection) state.aliases.delete(alias);
      }
      return;
    case "updateCollectionAliases":
      for (const action of write.body.actions) changeAlias(state, action);
      return;
    case "createPayloadIndex":
      find(state, write.collection).indexes.set(write.body.field_name, write.body.field_schema);
      return;
    case "deletePayloadIndex":
      find(state, write.collection).indexes.delete(write.field);
      return;
    case "write":
      return applyOperation(find(state, write.collection), write.operation);
    case "batchUpdate":
      for (const operation of write.body.operations) {
        applyOperation(find(state, write.collection), operation);
      }
  }
}

function createCollection(state: State, name: string, body: CollectionBody): void {
  if (state.collections.has(name)) throw new Refused(409, `${name} exists`);
  const { vectors = {}, sparse_vectors: sparse = {} } = body;
  const dense = isUnnamed(vectors) ? { "": vectors } : vectors;
  state.collections.set(name, {
    dense: new Map(Object.entries(dense)),
    sparse: new Map(
      Object.entries(sparse).map(([key, { modifier }]) => [key, { idf: modifier === "idf" }]),
    ),
    points: new Map(),
    indexes: new Map(),
    isServer: state.isServer,
  });
}

function isUnnamed(vectors: NonNullable<CollectionBody["vectors"]>): vectors is DenseParams {
  return typeof vectors["size"] === "number";
}

function changeAlias(state: State, action: AliasAction): void {
  if ("create_alias" in action) {
    const { alias_name: alias, collection_name: name } = action.create_alias;
    if (!state.collections.has(name)) throw new Refused(404, `no collection ${name}`);
    state.aliases.set(alias, name);
  } else if ("rename_alias" in action) {
    const { old_alias_name: from, new_alias_name: to } = action.rename_alias;
    const name = state.aliases.get(from);
    if (name === undefined) throw new Refused(404, `no alias ${from}`);
    state.aliases.delete(from);
    state.aliases.set(to, name);
  } else {
    state.aliases.delete(action.delete_alias.alias_name);
  }
}

/** What a read must amount to; rankings are whole, for the comparison to cut. */
export type Expected =
  | { kind: "names"; names: string[] }
  | { kind: "collection"; collection: Collection }
  | { kind: "points"; points: StoredPoint[]; next?: string | number | null }
  | { kind: "ordered"; values: { point: StoredPoint; value: number }[] }
  | { kind: "count"; count: number }
  | { kind: "facet"; counts: Map<unknown, number> }
  | { kind: "ranking"; ranking: Ranking }
  | { kind: "groups"; groups: Map<string | number, Ranking>; isUnsure: boolean };

export function expectedOf(state: State, read: Read): Expected {
  switch (read.call) {
    case "getCollections":
      return { kind: "names", names: [...state.collections.keys()] };
    case "getAliases":
      return {
        kind: "names",
        names: [...state.aliases].map(([alias, name]) => `${alias} ${name}`),
      };
    case "getCollection":
      return { kind: "collection", collection: find(state, read.collection) };
    case "retrieve": {
      const { points } = find(state, read.collection);
      const ids = [...new Set(read.body.ids)];
      return { kind: "points", points: ids.flatMap((id) => points.get(id) ?? []) };
    }
    case "query": {
      const collection = find(state, read.collection);
      return { kind: "ranking", ranking: rankAll(collection, read.body) };
    }
    case "queryGroups":
      return groupsOf(find(state, read.collection), read.body);
    default:
      return expectedOfFilter(find(state, read.collection), read);
  }
}

function expectedOfFilter(
  collection: Collection,
  read: Extract<Read, { call: "scroll" | "count" | "facet" }>,
): Expected {
  const found = byId(collection).filter((point) => matches(point, read.body.filter, collection));
  if (read.call === "count") return { kind: "count", count: found.length };
  if (read.call === "facet") return facetOf(collection, found, read.body.key, read.body.limit);
  const { limit = 10, offset, order_by: order } = read.body;
  if (limit === 0) throw new Refused(422, "a limit of 0");
  if (order) return { kind: "ordered", values: orderBy(order, found, collection) };
  const from = found.filter(({ id }) => offset === undefined || compareIds(id, offset) >= 0);
  return { kind: "points", points: from.slice(0, limit), next: from[limit]?.id ?? null };
}

const COUNTABLE = new Set(["keyword", "integer", "bool"]);

function facetOf(
  collection: Collection,
  points: StoredPoint[],
  key: string,
  limit: number | undefined,
): Expected {
  const index = collection.indexes.get(key);
  if (limit === 0) throw new Refused(422, "a limit of 0");
  if (!index || !COUNTABLE.has(index)) throw new Refused(400, `no index to count ${key}`);
  const type = { keyword: "string", integer: "number", bool: "boolean" }[index as "bool"];
  const counts = new Map<unknown, number>();
  for (const { payload } of points) {
    for (const value of new Set(elementsAt(payload, key))) {
      if (typeof value === type) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  return { kind: "facet", counts };
}

function groupsOf(
  collection: Collection,
  body: Extract<Read, { call: "queryGroups" }>["body"],
): Expected {
  const ranking = rankAll(collection, body);
  const groups = new Map<string | number, Ranking>();
  for (const hit of ranking.hits) {
    for (const key of new Set(elementsAt(hit.point.payload, body.group_by))) {
      if (typeof key !== "string" && !Number.isInteger(key)) continue;
      const group = groups.get(key as string) ?? { ...ranking, hits: [] };
      group.hits.push(hit);
      groups.set(key as string, group);
    }
  }
  return { kind: "groups", groups, isUnsure: ranking.isUnsure };
}
