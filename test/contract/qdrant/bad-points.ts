import type { QdrantClient } from "@qdrant/js-client-rest";
import { type Case, describeCases, MALFORMED, NO_ID } from "./bad-input.ts";
import { type Connect, DOCS } from "./connection.ts";

const NO_VECTOR = /^Format error in JSON body: data did not match any variant of untagged enum Vec/;
const NO_BATCH =
  /^Format error in JSON body: data did not match any variant of untagged enum Batch/;

const upsert =
  (body: object) =>
  (client: QdrantClient): Promise<unknown> =>
    client.upsert(DOCS, body as never);
/** After a point that is right, which must not be stored either. */
const point = (given: unknown): ReturnType<typeof upsert> =>
  upsert({ points: [{ id: 2, vector: {} }, given] });
const vector = (given: unknown): ReturnType<typeof point> =>
  point({ id: 3, vector: { dense: given } });
const sparse = (given: unknown): ReturnType<typeof point> =>
  point({ id: 3, vector: { sparse: given } });
const id = (given: unknown): ReturnType<typeof point> => point({ id: given, vector: {} });
const batch = (given: unknown): ReturnType<typeof upsert> => upsert({ batch: given });

const VECTORS: Case[] = [
  ["NaN, which JSON makes null", vector([Number.NaN, 1]), [400, NO_VECTOR]],
  ["infinity, which JSON makes null", vector([1, Number.POSITIVE_INFINITY]), [400, NO_VECTOR]],
  ["a text in a vector", vector([1, "2"]), [400, NO_VECTOR]],
  ["a boolean in a vector", vector([true, 1]), [400, NO_VECTOR]],
  ["null for a vector", vector(null), [400, NO_VECTOR]],
  ["a text for a vector", vector("[1, 2]"), [400, NO_VECTOR]],
  ["a Float32Array, which JSON makes an object", vector(new Float32Array(2)), [400, NO_VECTOR]],
  ["a number for all vectors", point({ id: 3, vector: 1 }), [400, NO_VECTOR]],
  [
    "a vector with too few numbers",
    vector([1]),
    [400, /^Wrong input: Vector dimension error: expe/],
  ],
  [
    "a vector with too many",
    vector([1, 2, 3]),
    [400, /^Wrong input: Vector dimension error: expec/],
  ],
  [
    "an empty vector",
    vector([]),
    [400, /^Wrong input: Vector dimension error: expected dim: 2, got 0/],
  ],
  [
    "an unknown vector name",
    point({ id: 3, vector: { foo: [1] } }),
    [400, /^Wrong input: Not existing vector name error: foo/],
  ],
  [
    "a vector without a name where all have one",
    point({ id: 3, vector: [1, 2] }),
    [400, /^Wrong input: Not existing vector name error: /],
  ],
  [
    "a sparse vector under a dense name",
    vector({ indices: [1], values: [1] }),
    [400, /^Wrong inp/],
  ],
  ["a dense vector under a sparse name", sparse([1, 2]), [400, /^Wrong input: /]],
  ["a negative sparse index", sparse({ indices: [-1], values: [1] }), [400, NO_VECTOR]],
  ["a fractional sparse index", sparse({ indices: [0.5], values: [1] }), [400, NO_VECTOR]],
  ["a sparse index of 2^32", sparse({ indices: [2 ** 32], values: [1] }), [400, NO_VECTOR]],
  ["a text for a sparse index", sparse({ indices: ["1"], values: [1] }), [400, NO_VECTOR]],
  ["null among sparse values", sparse({ indices: [1], values: [null] }), [400, NO_VECTOR]],
  ["a sparse vector without values", sparse({ indices: [1] }), [400, NO_VECTOR]],
  [
    "sparse indices that repeat out of order",
    sparse({ indices: [7, 3, 7], values: [1, 2, 3] }),
    [422, /^Validation error in JSON body: \[points\[1\]\.vector\.\?\.indices: .*must be unique/],
  ],
  [
    "more sparse values than indices",
    sparse({ indices: [7], values: [1, 2] }),
    [
      422,
      /^Validation error in JSON body: \[points\[1\]\.vector\.\?\.values: .*must be the same len/,
    ],
  ],
];

const POINTS: Case[] = [
  ["a negative id", id(-1), [400, NO_ID]],
  ["a fractional id", id(1.5), [400, NO_ID]],
  ["an id of 2^64", id(2n ** 64n), [400, NO_ID]],
  ["a text that is no UUID for an id", id("first"), [400, NO_ID]],
  ["a number in quotes for an id", id("12"), [400, NO_ID]],
  ["null for an id", id(null), [400, NO_ID]],
  ["an object for an id", id({ num: 1 }), [400, MALFORMED]],
  [
    "a point without an id",
    point({ vector: {} }),
    [400, /^Format error in JSON body: missing field `id`/],
  ],
  [
    "a point without a vector",
    point({ id: 3 }),
    [400, /^Format error in JSON body: missing field `vec/],
  ],
  [
    "a point that is a number",
    point(3),
    [400, /^Format error in JSON body: invalid type: integer `3`/],
  ],
  ["a list for a payload", point({ id: 3, vector: {}, payload: [1] }), [400, MALFORMED]],
  ["a text for a payload", point({ id: 3, vector: {}, payload: "x" }), [400, MALFORMED]],
  ["an object for the points", upsert({ points: {} }), [400, MALFORMED]],
  [
    "no points at all",
    upsert({}),
    [400, /^Format error in JSON body: Invalid PointInsertOperations form/],
  ],
  [
    "a batch with fewer vectors than ids",
    batch({ ids: [2, 3], vectors: { dense: [[1, 2]] } }),
    [
      422,
      /^Validation error in JSON body: \[batch.*number of ids and vectors must be equal \(2 != 1\)/,
    ],
  ],
  [
    "a batch with fewer payloads than ids",
    batch({ ids: [2, 3], vectors: { dense: [[1, 2], [3, 4]] }, payloads: [{}] }), // prettier-ignore
    [
      422,
      /^Validation error in JSON body: \[batch.*number of ids and payloads must be equal \(2 != 1\)/,
    ],
  ],
  [
    "a batch without ids",
    batch({ vectors: { dense: [] } }),
    [400, /^Format error in JSON body: missing/],
  ],
  [
    "a batch without vectors",
    batch({ ids: [2] }),
    [400, /^Format error in JSON body: missing field `vec/],
  ],
  ["a batch whose column is no list", batch({ ids: [2], vectors: { dense: 1 } }), [400, NO_BATCH]],
  [
    "a batch with null for a vector",
    batch({ ids: [2], vectors: { dense: [null] } }),
    [400, NO_BATCH],
  ],
  ["a batch with a text for vectors", batch({ ids: [2], vectors: "x" }), [400, NO_BATCH]],
  ["a batch with a bad id", batch({ ids: [-2], vectors: { dense: [[1, 2]] } }), [400, NO_ID]],
];

export function describeBadPoints(connect: Connect): void {
  describeCases("bad vectors", connect, VECTORS);
  describeCases("bad points", connect, POINTS);
}
