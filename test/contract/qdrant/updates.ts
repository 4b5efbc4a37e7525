import type { QdrantClient, Schemas } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { type Connect, DOCS, refusal, useClient } from "./connection.ts";

const HYBRID = {
  vectors: { dense: { size: 2, distance: "Dot" }, other: { size: 1, distance: "Dot" } },
  sparse_vectors: { sparse: {} },
} as const;
const SPARSE = { indices: [1, 5], values: [1, 0.5] };

async function prepare(client: QdrantClient): Promise<void> {
  await client.createCollection(DOCS, HYBRID);
  await client.upsert(DOCS, {
    points: [
      { id: 1, vector: { dense: [1, 2], sparse: SPARSE }, payload: { version: 1 } },
      { id: 2, vector: { dense: [3, 4] }, payload: { version: 2 } },
    ],
  });
}

type Stored = [id: unknown, payload: unknown, vector: unknown][];

async function contents(client: QdrantClient): Promise<Stored> {
  const { points } = await client.scroll(DOCS, { with_vector: true });
  return points.map(({ id, payload, vector }) => [id, payload, vector]);
}

const BEFORE: Stored = [
  [1, { version: 1 }, { dense: [1, 2], sparse: SPARSE }],
  [2, { version: 2 }, { dense: [3, 4] }],
];

export function describeUpdates(connect: Connect): void {
  describeVectorUpdates(connect);
  describeConditions(connect);
  describeBatches(connect);
}

function describeVectorUpdates(connect: Connect): void {
  describe("updates of vectors", () => {
    const client = useClient(connect, prepare);
    const update = (points: Schemas["PointVectors"][]): Promise<unknown> =>
      client().updateVectors(DOCS, { points });

    it("replace the named vector and keep the others and the payload", async () => {
      await update([{ id: 1, vector: { dense: [5, 6] } }]);
      expect((await contents(client()))[0]).toEqual([
        1,
        { version: 1 },
        { dense: [5, 6], sparse: SPARSE },
      ]);
    });

    it("add a vector that the point did not have", async () => {
      await update([{ id: 2, vector: { other: [9], sparse: SPARSE } }]);
      expect((await contents(client()))[1]?.[2]).toEqual({
        dense: [3, 4],
        other: [9],
        sparse: SPARSE,
      });
    });

    it("of one point in one request add up, the last of a name wins", async () => {
      await update([
        { id: 2, vector: { dense: [5, 5], other: [1] } },
        { id: 2, vector: { dense: [7, 7] } },
      ]);
      expect((await contents(client()))[1]?.[2]).toEqual({ dense: [7, 7], other: [1] });
    });

    it("are found by a search at once", async () => {
      await update([{ id: 2, vector: { sparse: { indices: [8], values: [2] } } }]);
      await update([{ id: 1, vector: { sparse: { indices: [8], values: [3] } } }]);
      const query = { indices: [1, 8], values: [1, 1] };
      const { points } = await client().query(DOCS, { query, using: "sparse" });
      expect(points.map(({ id, score }) => [id, score])).toEqual([
        [1, 3],
        [2, 2],
      ]);
    });

    it("only of points that pass a filter", async () => {
      const points = [1, 2].map((id) => ({ id, vector: { dense: [0, 0] } }));
      const update_filter = { must: [{ key: "version", range: { lt: 2 } }] };
      // The client's own method leaves the filter out.
      const target = { collection_name: DOCS, wait: true };
      await client()
        .api()
        .updateVectors({ ...target, points, update_filter });
      const [first, second] = await contents(client());
      expect(first?.[2]).toEqual({ dense: [0, 0], sparse: SPARSE });
      expect(second).toEqual(BEFORE[1]);
    });

    const REFUSED: [string, Schemas["PointVectors"][], number, RegExp][] = [
      [
        "of a point that does not exist",
        [
          { id: 1, vector: { dense: [0, 0] } },
          { id: 9, vector: { dense: [0, 0] } },
        ],
        404,
        /^Not found: No point with id 9 found/,
      ],
      [
        "of an unknown name",
        [{ id: 1, vector: { foo: [1] } }],
        400,
        /^Wrong input: Not existing vector name error: foo/,
      ],
      [
        "of the wrong size",
        [{ id: 1, vector: { dense: [1] } }],
        400,
        /^Wrong input: Vector dimension error: expected dim: 2, got 1/,
      ],
      ["of no points", [], 422, /^Validation error in JSON body: \[points: must specify points/],
      [
        "of no vectors",
        [{ id: 1, vector: {} }],
        422,
        /^Validation error in JSON body: \[points\[0\]\.vector: must specify vectors to update/,
      ],
      [
        "whose sparse indices repeat",
        [{ id: 1, vector: { sparse: { indices: [3, 3], values: [1, 1] } } }],
        422,
        /^Validation error in JSON body: \[points\[0\].*indices: .*must be unique/,
      ],
    ];

    it.each(REFUSED)("are refused %s", async (_name, points, status, error) => {
      const refused = await refusal(update(points));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      if (status !== 404) expect(await contents(client())).toEqual(BEFORE);
    });

    it("delete vectors by name, of ids", async () => {
      await client().deleteVectors(DOCS, { points: [1], vector: ["dense", "other"] });
      expect((await contents(client()))[0]).toEqual([1, { version: 1 }, { sparse: SPARSE }]);
      const { points } = await client().query(DOCS, { query: [1, 1], using: "dense" });
      expect(points.map(({ id }) => id)).toEqual([2]);
    });

    it("delete vectors of those that pass a filter", async () => {
      const filter = { must: [{ has_vector: "sparse" }] };
      await client().deleteVectors(DOCS, { filter, vector: ["sparse"] });
      expect((await contents(client()))[0]?.[2]).toEqual({ dense: [1, 2] });
      const query = { indices: [1], values: [1] };
      expect((await client().query(DOCS, { query, using: "sparse" })).points).toEqual([]);
    });

    it("delete vectors of ids and of a filter together", async () => {
      const filter = { must: [{ key: "version", match: { value: 2 } }] };
      await client().deleteVectors(DOCS, { points: [1], filter, vector: ["dense"] });
      expect((await contents(client())).map(([, , vector]) => vector)).toEqual([
        { sparse: SPARSE },
        {},
      ]);
    });

    it.each([
      ["a name that does not exist", { points: [1], vector: ["foo"] }, 400, /^Wrong input: Not ex/],
      ["a point that does not exist", { points: [9], vector: ["dense"] }, 404, /^Not found: No po/],
      ["no names", { points: [1], vector: [] }, 422, /^Validation error in JSON body: \[vector: m/],
      ["no points", { vector: ["dense"] }, 400, /^Bad request: No filter or points provided/],
    ])("refuse to delete vectors with %s", async (_name, body, status, error) => {
      const refused = await refusal(client().deleteVectors(DOCS, body));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      expect(await contents(client())).toEqual(BEFORE);
    });
  });
}

function describeConditions(connect: Connect): void {
  describe("conditional upserts", () => {
    const client = useClient(connect, prepare);
    const points = [2, 3].map((id) => ({ id, vector: { dense: [0, 0] }, payload: { new: true } }));
    const written = (id: number): Stored[number] => [id, { new: true }, { dense: [0, 0] }];

    it("insert only what is not there", async () => {
      await client().upsert(DOCS, { points, update_mode: "insert_only" });
      expect(await contents(client())).toEqual([...BEFORE, written(3)]);
    });

    it("update only what is there", async () => {
      await client().upsert(DOCS, { points, update_mode: "update_only" });
      expect(await contents(client())).toEqual([BEFORE[0], written(2)]);
    });

    it("do both by default", async () => {
      await client().upsert(DOCS, { points, update_mode: "upsert" });
      expect(await contents(client())).toEqual([BEFORE[0], written(2), written(3)]);
    });

    it("keep points that do not pass the filter, and insert new ones whatever they are", async () => {
      const update_filter = { must: [{ key: "version", range: { lt: 2 } }] };
      await client().upsert(DOCS, { points, update_filter });
      expect(await contents(client())).toEqual([...BEFORE, written(3)]);
    });

    it("replace points that pass the filter", async () => {
      const update_filter = { must: [{ key: "version", range: { lt: 3 } }] };
      await client().upsert(DOCS, { points, update_filter, update_mode: "update_only" });
      expect(await contents(client())).toEqual([BEFORE[0], written(2)]);
    });

    it("compare with what is stored, not with what comes", async () => {
      const update_filter = { must: [{ key: "new", match: { value: true } }] };
      await client().upsert(DOCS, { points, update_filter });
      expect((await contents(client()))[1]).toEqual(BEFORE[1]);
    });

    it("work for batches of columns", async () => {
      const batch = { ids: [1, 7], vectors: { other: [[1], [7]] } };
      await client().upsert(DOCS, { batch, update_mode: "insert_only" });
      expect(await contents(client())).toEqual([...BEFORE, [7, {}, { other: [7] }]]);
    });

    it("refuse a mode that they do not know", async () => {
      const upsert = client().upsert(DOCS, { points, update_mode: "replace" as never });
      expect(await refusal(upsert)).toEqual({
        status: 400,
        error: expect.stringMatching(/^Format error in JSON body: unknown variant `replace`/),
      });
      expect(await contents(client())).toEqual(BEFORE);
    });
  });
}

function describeBatches(connect: Connect): void {
  describe("batches of operations", () => {
    const client = useClient(connect, prepare);
    const run = (operations: Schemas["UpdateOperation"][]): Promise<{ status: string }[]> =>
      client().batchUpdate(DOCS, { operations });

    it("apply one after the other, each on what the ones before have left", async () => {
      const isNew = { must: [{ key: "version", match: { value: 9 } }] };
      const results = await run([
        {
          upsert: {
            points: [
              { id: 3, vector: { dense: [7, 7], other: [1] }, payload: { version: 9 } },
              { id: 4, vector: {}, payload: { version: 9 } },
            ],
          },
        },
        { delete: { points: [2] } },
        { set_payload: { payload: { tag: { a: 1 } }, filter: isNew } },
        { set_payload: { payload: { b: 2 }, key: "tag", points: [3] } },
        { delete_payload: { keys: ["tag.a"], points: [3] } },
        { overwrite_payload: { payload: { only: true }, points: [1] } },
        { clear_payload: { points: [4] } },
        { update_vectors: { points: [{ id: 3, vector: { dense: [0, 1] } }] } },
        { delete_vectors: { points: [3], vector: ["other"] } },
      ]);
      expect(results.map(({ status }) => status)).toEqual(Array(9).fill("completed"));
      expect(await contents(client())).toEqual([
        [1, { only: true }, { dense: [1, 2], sparse: SPARSE }],
        [3, { version: 9, tag: { b: 2 } }, { dense: [0, 1] }],
        [4, {}, {}],
      ]);
    });

    it("write a point again after it was deleted", async () => {
      await run([
        { delete: { filter: {} } },
        { upsert: { points: [{ id: 1, vector: { other: [5] }, payload: { again: true } }] } },
      ]);
      expect(await contents(client())).toEqual([[1, { again: true }, { other: [5] }]]);
    });

    it("take batches of columns and conditions inside", async () => {
      await run([
        { upsert: { batch: { ids: [5], vectors: { other: [[1]] }, payloads: [{ version: 5 }] } } },
        {
          upsert: {
            points: [{ id: 5, vector: { other: [2] } }],
            update_filter: { must: [{ key: "version", match: { value: 4 } }] },
          },
        },
      ]);
      expect((await contents(client()))[2]).toEqual([5, { version: 5 }, { other: [1] }]);
    });

    it("are searched as a whole afterwards, indexes included", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "version",
        field_schema: "integer",
        wait: true,
      });
      await run([
        { set_payload: { payload: { version: 7 }, points: [1] } },
        { update_vectors: { points: [{ id: 2, vector: { dense: [9, 9] } }] } },
        { set_payload: { payload: { version: 7 }, points: [2] } },
      ]);
      const filter = { must: [{ key: "version", match: { value: 7 } }] };
      const { points } = await client().query(DOCS, { query: [1, 1], using: "dense", filter });
      expect(points.map(({ id, score }) => [id, score])).toEqual([
        [2, 18],
        [1, 3],
      ]);
    });

    it("may hold nothing", async () => {
      expect(await run([])).toEqual([]);
      expect(await contents(client())).toEqual(BEFORE);
    });

    const BAD: [string, object, number, RegExp][] = [
      [
        "an operation that is not known",
        { merge: {} },
        400,
        /^Format error in JSON body: data did/,
      ],
      ["an operation that is no object", { delete: 1 }, 400, /^Format error in JSON body: /],
      [
        "a bad id inside",
        { upsert: { points: [{ id: "x", vector: {} }] } },
        400,
        /^Format error in JSON body: /,
      ],
    ];

    it.each(BAD)(
      "are refused for %s, and nothing is done",
      async (_name, operation, status, error) => {
        const refused = await refusal(run([{ delete: { points: [1] } }, operation as never]));
        expect(refused).toEqual({ status, error: expect.stringMatching(error) });
        expect(await contents(client())).toEqual(BEFORE);
      },
    );
  });
}
