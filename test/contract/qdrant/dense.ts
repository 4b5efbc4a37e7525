import type { QdrantClient } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, refusal, useClient } from "./connection.ts";

type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";

/** Point n (from 1) has the n-th vector. */
async function put(client: QdrantClient, distance: Distance, vectors: number[][]): Promise<void> {
  const size = vectors[0]!.length;
  await client.createCollection(DOCS, { vectors: { dense: { size, distance } } });
  const points = vectors.map((dense, i) => ({
    id: i + 1,
    vector: { dense },
    payload: { n: i + 1 },
  }));
  await client.upsert(DOCS, { points });
}

export function describeDense(connect: Connect): void {
  describe("dense vectors", () => {
    const client = useClient(connect);
    const using = "dense";

    it("score by dot product", async () => {
      await put(client(), "Dot", [
        [1, 0],
        [3, 4],
        [-1, -1],
      ]);
      const found = await client().query(DOCS, { query: [1, 2], using });
      expect(hits(found)).toEqual([
        [2, 11],
        [1, 1],
        [3, -3],
      ]);
    });

    it("score by cosine, whatever the lengths", async () => {
      await put(client(), "Cosine", [
        [3, 4],
        [0, 5],
        [10, 0],
      ]);
      const found = await client().query(DOCS, { query: [7, 0], using });
      expect(hits(found)).toEqual([
        [3, 1],
        [1, 0.6],
        [2, 0],
      ]);
    });

    it("come back normalised where the distance is cosine", async () => {
      await put(client(), "Cosine", [
        [3, 4],
        [0, 0],
      ]);
      const points = await client().retrieve(DOCS, { ids: [1, 2], with_vector: true });
      expect(points.map(({ vector }) => vector)).toEqual([
        { dense: [0.6, 0.8] },
        { dense: [0, 0] },
      ]);
    });

    it("score by Euclidean distance, nearest first", async () => {
      await put(client(), "Euclid", [
        [6, 8],
        [0, 1],
        [3, 4],
      ]);
      const found = await client().query(DOCS, { query: [0, 0], using });
      expect(hits(found)).toEqual([
        [2, 1],
        [3, 5],
        [1, 10],
      ]);
    });

    it("score by Manhattan distance, nearest first", async () => {
      await put(client(), "Manhattan", [
        [6, -8],
        [0, 1],
        [3, 4],
      ]);
      const found = await client().query(DOCS, { query: [0, 0], using });
      expect(hits(found)).toEqual([
        [2, 1],
        [3, 7],
        [1, 14],
      ]);
    });

    it("add up over many dimensions", async () => {
      const vector = Array.from({ length: 11 }, (_, i) => i + 1);
      await put(client(), "Dot", [vector]);
      // 1² + 2² + … + 11²
      expect(hits(await client().query(DOCS, { query: vector, using }))).toEqual([[1, 506]]);
    });

    it("have scores and values that print as the shortest f32", async () => {
      await put(client(), "Dot", [[0.1]]);
      const { points } = await client().query(DOCS, { query: [1.5], using, with_vector: true });
      expect(points[0]).toMatchObject({ score: 0.15, vector: { dense: [0.1] } });
    });

    it("are limited to ten hits, or to limit and offset", async () => {
      await put(
        client(),
        "Dot",
        Array.from({ length: 12 }, (_, i) => [12 - i]),
      );
      expect((await client().query(DOCS, { query: [1], using })).points).toHaveLength(10);
      const page = await client().query(DOCS, { query: [1], using, limit: 3, offset: 2 });
      expect(ids(page.points)).toEqual([3, 4, 5]);
      const rest = await client().query(DOCS, { query: [1], using, limit: 3, offset: 11 });
      expect(ids(rest.points)).toEqual([12]);
    });

    it("pass a threshold only when better than it", async () => {
      await put(client(), "Dot", [[1], [2], [3]]);
      const found = await client().query(DOCS, { query: [1], using, score_threshold: 2 });
      expect(ids(found.points)).toEqual([3]);
    });

    it("pass a distance threshold only when nearer than it", async () => {
      await put(client(), "Euclid", [[1], [2], [3]]);
      const found = await client().query(DOCS, { query: [0], using, score_threshold: 2 });
      expect(ids(found.points)).toEqual([1]);
    });

    it("leave out points without the vector", async () => {
      await put(client(), "Dot", [[-5]]);
      await client().upsert(DOCS, { points: [{ id: 9, vector: {} }] });
      expect(hits(await client().query(DOCS, { query: [1], using }))).toEqual([[1, -5]]);
    });

    it("are filtered before they are limited", async () => {
      await put(client(), "Dot", [[1], [2], [3], [4]]);
      const filter = { must: [{ key: "n", range: { lt: 3 } }] };
      const found = await client().query(DOCS, { query: [1], using, filter, limit: 1 });
      expect(hits(found)).toEqual([[2, 2]]);
    });

    it("are found by the vector of a point, which is left out", async () => {
      await put(client(), "Dot", [
        [1, 0],
        [2, 1],
        [5, 5],
      ]);
      const expected = [
        [3, 15],
        [1, 2],
      ];
      expect(hits(await client().query(DOCS, { query: 2, using }))).toEqual(expected);
      expect(hits(await client().query(DOCS, { query: { nearest: 2 }, using }))).toEqual(expected);
    });

    it("cannot be found by a point that does not exist", async () => {
      await put(client(), "Dot", [[1]]);
      expect(await refusal(client().query(DOCS, { query: 7, using }))).toEqual({
        status: 404,
        error: "Not found: No point with id 7 found",
      });
    });

    it("carry the version of the last write", async () => {
      await put(client(), "Dot", [[1], [2]]);
      const { operation_id: operation } = await client().upsert(DOCS, {
        points: [{ id: 1, vector: { dense: [3] } }],
      });
      const { points } = await client().query(DOCS, { query: [1], using });
      expect(points[0]).toMatchObject({ id: 1, version: operation });
      expect(points[1]!.version).toBeLessThan(operation as number);
    });

    it("are searched several times in one request", async () => {
      await put(client(), "Dot", [[1], [2]]);
      const results = await client().queryBatch(DOCS, {
        searches: [
          { query: [1], using, limit: 1 },
          { query: [-1], using, limit: 1, with_payload: true },
        ],
      });
      expect(results.map(hits)).toEqual([[[2, 2]], [[1, -1]]]);
      expect(results[1]?.points[0]?.payload).toEqual({ n: 1 });
    });

    it("are not needed: without a query all points come by id with score 1", async () => {
      await put(client(), "Dot", [[1], [2], [3]]);
      expect(hits(await client().query(DOCS, { limit: 2, offset: 1 }))).toEqual([
        [2, 1],
        [3, 1],
      ]);
    });
  });
}
