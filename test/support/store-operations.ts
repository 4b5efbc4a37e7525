// Requests that change a store in every way, and all that a client can see of one.
import { createHash } from "node:crypto";

export interface Engine {
  fetch(request: Request): Promise<Response>;
}

export interface StoreOperation {
  method: string;
  path: string;
  body?: unknown;
}

const LONG_TEXT = "x".repeat(70_000);
const UUID = "00000000-0000-4000-8000-00000000000";

function points(first: number, count: number, payload: object): object {
  const list = Array.from({ length: count }, (_, i) => ({
    id: (first + i) % 3 === 0 ? `${UUID}${(first + i) % 10}` : first + i,
    vector: {
      dense: Array.from({ length: 300 }, (_, dimension) => (first + i + dimension) % 7),
      words: { indices: [1, first + i + 2], values: [1, 0.5] },
    },
    payload: { ...payload, n: i },
  }));
  return { points: list };
}

/** Each of them changes what can be seen. */
export const OPERATIONS: readonly StoreOperation[] = [
  create("a"),
  {
    method: "PUT",
    path: "/collections/a/index",
    body: { field_name: "t", field_schema: "keyword" },
  },
  { method: "PUT", path: "/collections/a/points", body: points(1, 9, { t: "first" }) },
  alias({ create_alias: { collection_name: "a", alias_name: "now" } }),
  {
    method: "POST",
    path: "/collections/now/points/payload",
    body: { payload: { u: 1 }, points: [1, 2] },
  },
  { method: "POST", path: "/collections/a/points/delete", body: { points: [1, 4, 5] } },
  create("b"),
  // Long enough for the write-ahead log to be carried over into the file in the middle of things.
  { method: "PUT", path: "/collections/b/points", body: points(1, 60, { text: LONG_TEXT }) },
  { method: "PUT", path: "/collections/a/points", body: points(2, 12, { t: "second" }) },
  { method: "PATCH", path: "/collections/a", body: { metadata: { model: "m" } } },
  alias({ rename_alias: { old_alias_name: "now", new_alias_name: "then" } }),
  {
    method: "PUT",
    path: "/collections/a/points/payload",
    body: { payload: { t: "third" }, points: [2, 7] },
  },
  {
    method: "POST",
    path: "/collections/a/points/batch",
    body: {
      operations: [
        { upsert: points(20, 4, { t: "fourth" }) },
        { delete: { points: [20, 2] } },
        {
          set_payload: {
            payload: { v: 2 },
            filter: { must: [{ key: "t", match: { value: "fourth" } }] },
          },
        },
      ],
    },
  },
  { method: "DELETE", path: "/collections/b" },
  {
    method: "POST",
    path: "/collections/a/points/delete",
    body: { filter: { must: [{ key: "n", range: { gte: 8 } }] } },
  },
  { method: "PUT", path: "/collections/a/points", body: points(40, 3, { t: "last" }) },
];

function create(name: string): StoreOperation {
  const vectors = { dense: { size: 300, distance: "Euclid" } };
  return {
    method: "PUT",
    path: `/collections/${name}`,
    body: { vectors, sparse_vectors: { words: {} } },
  };
}

function alias(action: object): StoreOperation {
  return { method: "POST", path: "/collections/aliases", body: { actions: [action] } };
}

export function send(engine: Engine, { method, path, body }: StoreOperation): Promise<Response> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return engine.fetch(new Request(`http://qdrant.local${path}`, init));
}

/** A digest of collections, aliases, and points with their payloads, vectors and versions. */
export async function digest(engine: Engine): Promise<string> {
  const hash = createHash("sha256");
  const read = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await send(engine, { method, path, ...(body === undefined ? {} : { body }) });
    const { result } = (await response.json()) as { result: unknown };
    hash.update(JSON.stringify(result));
    return result;
  };
  await read("GET", "/aliases");
  const list = (await read("GET", "/collections")) as { collections: { name: string }[] };
  for (const { name } of list.collections) {
    await read("GET", `/collections/${name}`);
    const all = { limit: 1000, with_payload: true };
    await read("POST", `/collections/${name}/points/scroll`, { ...all, with_vector: true });
    const query = Array.from({ length: 300 }, () => 1);
    await read("POST", `/collections/${name}/points/query`, { ...all, query, using: "dense" });
  }
  return hash.digest("hex");
}
