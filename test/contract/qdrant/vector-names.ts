import type { QdrantClient } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, refusal, useClient } from "./connection.ts";

const DOT = { size: 2, distance: "Dot" } as const;

export function describeVectorNames(connect: Connect): void {
  const prepare = async (fresh: QdrantClient): Promise<void> => {
    await fresh.createCollection(DOCS, { vectors: { a: DOT }, sparse_vectors: { s: {} } });
    const sparse = { indices: [1], values: [2] };
    await fresh.upsert(DOCS, { points: [{ id: 1, vector: { a: [1, 2], s: sparse } }] });
  };

  describe("vector names", () => {
    const client = useClient(connect, prepare);
    const dense = { dense: { size: 1, distance: "Dot" } } as const;

    it("are added to a collection with points, and used", async () => {
      await client().createVectorName(DOCS, "b", dense, { wait: true });
      await client().updateVectors(DOCS, { points: [{ id: 1, vector: { b: [3] } }] });
      await client().upsert(DOCS, { points: [{ id: 2, vector: { b: [4] } }] });
      const { points } = await client().query(DOCS, { query: [2], using: "b" });
      expect(hits({ points })).toEqual([
        [2, 8],
        [1, 6],
      ]);
      const { config } = await client().getCollection(DOCS);
      expect(config.params.vectors).toEqual({ a: DOT, b: dense.dense });
    });

    it("are added for sparse vectors", async () => {
      await client().createVectorName(DOCS, "t", { sparse: { modifier: "idf" } }, { wait: true });
      const vector = { t: { indices: [9], values: [1] } };
      await client().updateVectors(DOCS, { points: [{ id: 1, vector }] });
      const query = { indices: [9], values: [1] };
      const { points } = await client().query(DOCS, { query, using: "t" });
      // One point, and it has the index: ln((1 - 1 + 0.5) / (1 + 0.5) + 1).
      expect(points[0]?.score).toBeCloseTo(Math.log(4 / 3), 4);
    });

    it("stay as they are when they are added again", async () => {
      await client().createVectorName(DOCS, "a", { dense: DOT }, { wait: true });
      await client().createVectorName(DOCS, "s", { sparse: {} }, { wait: true });
      const { points } = await client().query(DOCS, { query: [1, 1], using: "a" });
      expect(hits({ points })).toEqual([[1, 3]]);
    });

    it("are deleted with their vectors, and come back empty", async () => {
      await client().deleteVectorName(DOCS, "a", { wait: true });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: true });
      expect(point?.vector).toEqual({ s: { indices: [1], values: [2] } });
      const query = { query: [1, 1], using: "a" };
      expect((await refusal(client().query(DOCS, query))).status).toBe(400);
      await client().createVectorName(DOCS, "a", { dense: DOT }, { wait: true });
      expect((await client().query(DOCS, query)).points).toEqual([]);
    });

    it("of sparse vectors are deleted, and may come back with another modifier", async () => {
      await client().deleteVectorName(DOCS, "s", { wait: true });
      await client().createVectorName(DOCS, "s", { sparse: { modifier: "idf" } }, { wait: true });
      const { config } = await client().getCollection(DOCS);
      expect(config.params.sparse_vectors).toMatchObject({ s: { modifier: "idf" } });
      const query = { indices: [1], values: [1] };
      expect((await client().query(DOCS, { query, using: "s" })).points).toEqual([]);
    });

    it.each([
      [
        "of another size",
        "a",
        dense,
        400,
        /^Wrong input: Vector `a` already exists with a different/,
      ],
      [
        "that are sparse",
        "s",
        dense,
        400,
        /^Wrong input: Vector `s` already exists as a sparse vec/,
      ],
      [
        "that are dense",
        "a",
        { sparse: {} },
        400,
        /^Wrong input: Vector `a` already exists as a de/,
      ],
      ["without parameters", "b", {}, 400, /^Format error in JSON body: /],
      [
        "of size 0",
        "b",
        { dense: { size: 0, distance: "Dot" } },
        422,
        /^Validation error in JSON body: \[dense\.size: value 0 invalid, must be from 1 to 65536/,
      ],
      ["with a slash", "b/c", dense, 422, /^Validation error in path parameters: \[/],
    ])("are refused %s", async (_name, name, config, status, error) => {
      const refused = await refusal(client().createVectorName(DOCS, name, config as never));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      const { config: after } = await client().getCollection(DOCS);
      expect(after.params.vectors).toEqual({ a: DOT });
    });
  });
}
