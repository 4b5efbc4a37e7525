import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, useClient } from "./connection.ts";

const VECTORS = [
  { indices: [1, 2], values: [1, 2] },
  { indices: [2, 3], values: [3, 1] },
  { indices: [2], values: [0.5] },
  { indices: [9], values: [9] },
];

export function describeSparse(connect: Connect): void {
  describe("sparse vectors", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        sparse_vectors: { sparse: {}, weighted: { modifier: "idf" } },
      });
      const points = VECTORS.map((vector, i) => ({
        id: i + 1,
        vector: { sparse: vector, weighted: vector },
        payload: { n: i + 1 },
      }));
      await fresh.upsert(DOCS, { points });
    });
    const using = "sparse";

    it("score by dot product, those without a common index left out", async () => {
      const found = await client().query(DOCS, {
        query: { indices: [1, 2], values: [4, 1] },
        using,
      });
      expect(hits(found)).toEqual([
        [1, 6],
        [2, 3],
        [3, 0.5],
      ]);
    });

    it("take indices in any order", async () => {
      const found = await client().query(DOCS, {
        query: { indices: [3, 2], values: [5, 1] },
        using,
      });
      expect(hits(found)).toEqual([
        [2, 8],
        [1, 2],
        [3, 0.5],
      ]);
    });

    it("find nothing for unknown indices or an empty query", async () => {
      const unknown = { indices: [4_294_967_295], values: [1] };
      expect((await client().query(DOCS, { query: unknown, using })).points).toEqual([]);
      const empty = { indices: [], values: [] };
      expect((await client().query(DOCS, { query: empty, using })).points).toEqual([]);
    });

    it("can score below zero", async () => {
      const query = { indices: [2], values: [-2] };
      expect(hits(await client().query(DOCS, { query, using }))).toEqual([
        [3, -1],
        [1, -4],
        [2, -6],
      ]);
    });

    it("have scores that print as the shortest f32", async () => {
      const query = { indices: [2], values: [0.3] };
      const found = await client().query(DOCS, { query, using, score_threshold: 0.2 });
      // 0.3 is 0.30000001192… as an f32, and three times that is nearest to the f32 0.90000004.
      expect(hits(found)).toEqual([
        [2, 0.90000004],
        [1, 0.6],
      ]);
    });

    it("pass a threshold only above it", async () => {
      const query = { indices: [2], values: [1] };
      const found = await client().query(DOCS, { query, using, score_threshold: 2 });
      expect(ids(found.points)).toEqual([2]);
    });

    it("are filtered before they are limited", async () => {
      const filter = { must_not: [{ key: "n", match: { value: 2 } }] };
      const query = { indices: [2], values: [1] };
      const found = await client().query(DOCS, { query, using, filter, limit: 1 });
      expect(hits(found)).toEqual([[1, 2]]);
    });

    it("are found by the vector of a point", async () => {
      expect(hits(await client().query(DOCS, { query: 3, using }))).toEqual([
        [2, 1.5],
        [1, 1],
      ]);
    });

    it("weigh rare indices more with the idf modifier", async () => {
      const query = { indices: [1, 2], values: [1, 1] };
      const { points } = await client().query(DOCS, { query, using: "weighted" });
      // Of 4 vectors 1 has index 1, and 3 have index 2: ln(3.5 / 1.5 + 1) and ln(1.5 / 3.5 + 1).
      const [rare, common] = [1.2039728, 0.35667494];
      expect(ids(points)).toEqual([1, 2, 3]);
      expect(points[0]!.score).toBeCloseTo(rare + 2 * common, 5);
      expect(points[1]!.score).toBeCloseTo(3 * common, 5);
      expect(points[2]!.score).toBeCloseTo(0.5 * common, 5);
    });

    it("count only points that have the vector for idf", async () => {
      const points = [10, 11, 12].map((id) => ({ id, vector: {} }));
      await client().upsert(DOCS, { points });
      await client().delete(DOCS, { points: [4], wait: true });
      const query = { indices: [1], values: [1] };
      const found = await client().query(DOCS, { query, using: "weighted" });
      // 3 vectors, 1 with the index: ln(2.5 / 1.5 + 1)
      expect(found.points[0]!.score).toBeCloseTo(0.98082924, 5);
    });

    it("follow when a point changes", async () => {
      const vector = { sparse: { indices: [2, 7], values: [10, 1] } };
      await client().upsert(DOCS, { points: [{ id: 1, vector }] });
      const query = { indices: [1, 2, 7], values: [1, 1, 1] };
      const found = await client().query(DOCS, { query, using });
      expect(hits(found)).toEqual([
        [1, 11],
        [2, 3],
        [3, 0.5],
      ]);
    });
  });
}
