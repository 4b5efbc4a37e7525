import { describe, expect, it } from "vitest";
import { type Connect, DOCS, OTHER, refusal, useClient } from "./connection.ts";

export function describeRefusals(connect: Connect): void {
  describe("refusals", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        vectors: { dense: { size: 4, distance: "Dot" } },
        sparse_vectors: { sparse: {} },
      });
      await fresh.upsert(DOCS, { points: [{ id: 1, vector: { dense: [1, 2, 3, 4] } }] });
    });

    const upsert = (point: object): Promise<unknown> =>
      client().upsert(DOCS, { points: [{ id: 2, ...point } as never] });
    const query = (body: object): Promise<unknown> => client().query(DOCS, body);

    const CASES: [name: string, () => Promise<unknown>, status: number, error: string | RegExp][] =
      [
        [
          "a stored vector of the wrong size",
          () => upsert({ vector: { dense: [1, 2, 3] } }),
          400,
          /^Wrong input: Vector dimension error: expected dim: 4, got 3/,
        ],
        [
          "a query of the wrong size",
          () => query({ query: [1], using: "dense" }),
          400,
          "Wrong input: Vector dimension error: expected dim: 4, got 1",
        ],
        [
          "a stored vector of an unknown name",
          () => upsert({ vector: { foo: [1] } }),
          400,
          "Wrong input: Not existing vector name error: foo",
        ],
        [
          "a query by an unknown vector name",
          () => query({ query: [1], using: "foo" }),
          400,
          "Wrong input: Not existing vector name error: foo",
        ],
        [
          "a query without a name where all vectors are named",
          () => query({ query: [1, 2, 3, 4] }),
          400,
          "Wrong input: Not existing vector name error: ",
        ],
        [
          "a sparse query by a dense name",
          () => query({ query: { indices: [1], values: [1] }, using: "dense" }),
          400,
          /^Wrong input: /,
        ],
        [
          "sparse indices that repeat",
          () => upsert({ vector: { sparse: { indices: [5, 5], values: [1, 2] } } }),
          422,
          /^Validation error in JSON body: \[.*indices.*must be unique/,
        ],
        [
          "sparse indices and values of different lengths",
          () => upsert({ vector: { sparse: { indices: [5], values: [1, 2] } } }),
          422,
          /^Validation error in JSON body: \[.*values.*must be the same length as indices/,
        ],
        [
          "a limit of 0",
          () => query({ query: [1, 2, 3, 4], using: "dense", limit: 0 }),
          422,
          "Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]",
        ],
        ["a bad id", () => upsert({ id: "no", vector: {} }), 400, /^Format error in JSON body: /],
        [
          "a negative id",
          () => upsert({ id: -1, vector: {} }),
          400,
          /^Format error in JSON body: /,
        ],
        ["a point without vectors", () => upsert({}), 400, /^Format error in JSON body: /],
        [
          "an unknown clause in a filter",
          () => query({ filter: { most: [] } }),
          400,
          /^Format error in JSON body: /,
        ],
        [
          "an unknown match",
          () => query({ filter: { must: [{ key: "a", match: { vale: 1 } }] } }),
          400,
          /^Format error in JSON body: /,
        ],
        [
          "an unknown fusion",
          () => query({ prefetch: [{}], query: { fusion: "best" } }),
          400,
          /^Format error in JSON body: /,
        ],
        [
          "an unknown distance",
          () =>
            client().createCollection(OTHER, { vectors: { size: 1, distance: "Far" as never } }),
          400,
          /^Format error in JSON body: /,
        ],
        [
          "a vector size of 0",
          () => client().createCollection(OTHER, { vectors: { size: 0, distance: "Dot" } }),
          400,
          /^Format error in JSON body: /,
        ],
        [
          "a query to a collection that does not exist",
          () => client().query("nowhere", { query: [1] }),
          404,
          "Not found: Collection `nowhere` doesn't exist!",
        ],
        [
          "an upsert to a collection that does not exist",
          () => client().upsert("nowhere", { points: [] }),
          404,
          "Not found: Collection `nowhere` doesn't exist!",
        ],
      ];

    it.each(CASES)("refuses %s", async (_name, request, status, error) => {
      const refused = await refusal(request());
      expect(refused.status).toBe(status);
      if (typeof error === "string") expect(refused.error).toBe(error);
      else expect(refused.error).toMatch(error);
      expect(await client().count(DOCS)).toEqual({ count: 1 });
    });
  });
}
