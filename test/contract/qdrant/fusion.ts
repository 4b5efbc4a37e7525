import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, refusal, useClient } from "./connection.ts";
import { expectScores } from "./scores.ts";

// Ranks by "a": 1 2 3 4, by "b": 4 1 3 (2 has no "b").
const POINTS = [
  { id: 1, vector: { a: [4], b: [2] }, payload: { group: "x" } },
  { id: 2, vector: { a: [3] }, payload: { group: "x" } },
  { id: 3, vector: { a: [2], b: [1] }, payload: { group: "y" } },
  { id: 4, vector: { a: [1], b: [6] }, payload: { group: "y" } },
];

/** The share of one list in a dbsf sum: the mean becomes 0.5, three deviations above it 1. */
function normalised(score: number, mean: number, deviation: number): number {
  return 0.5 + (score - mean) / (6 * deviation);
}

export function describeFusion(connect: Connect): void {
  describe("prefetch and fusion", () => {
    const client = useClient(connect, async (fresh) => {
      const parameters = { size: 1, distance: "Dot" } as const;
      await fresh.createCollection(DOCS, { vectors: { a: parameters, b: parameters } });
      await fresh.upsert(DOCS, { points: POINTS });
    });
    const byA = { query: [1], using: "a" };
    const byB = { query: [1], using: "b" };

    async function fuse(query: unknown, options: object = {}): Promise<[unknown, number][]> {
      const request = { prefetch: [byA, byB], query: query as never, ...options };
      return hits(await client().query(DOCS, request));
    }

    it("adds reciprocal ranks, k = 2 by default", async () => {
      // 1: 1/2 + 1/3, 4: 1/5 + 1/2, 3: 1/4 + 1/4, 2: 1/3
      const expected: [number, number][] = [
        [1, 5 / 6],
        [4, 0.7],
        [3, 0.5],
        [2, 1 / 3],
      ];
      expectScores(await fuse({ fusion: "rrf" }), expected);
      expectScores(await fuse({ rrf: {} }), expected);
    });

    it("takes another k", async () => {
      const found = await fuse({ rrf: { k: 60 } }, { limit: 1 });
      expectScores(found, [[1, 1 / 60 + 1 / 61]]);
    });

    it("takes weights: a rank counts as if divided by the weight", async () => {
      // b weighs 3: 4: 1/5 + 1/(1/3 + 1), 1: 1/2 + 1/(2/3 + 1), 3: 1/4 + 1/(3/3 + 1), 2: 1/3
      const found = await fuse({ rrf: { weights: [1, 3] } });
      expectScores(found, [
        [1, 0.5 + 0.6],
        [4, 0.2 + 0.75],
        [3, 0.75],
        [2, 1 / 3],
      ]);
    });

    it("ignores a list of weight 0", async () => {
      const found = await fuse({ rrf: { weights: [1, 0] } });
      expectScores(found, [
        [1, 1 / 2],
        [2, 1 / 3],
        [3, 1 / 4],
        [4, 1 / 5],
      ]);
    });

    it("refuses weights that do not match the prefetches", async () => {
      expect((await refusal(fuse({ rrf: { weights: [1] } }))).status).toBe(400);
    });

    it("adds normalised scores by dbsf", async () => {
      // a: 4 3 2 1, mean 2.5, sd 1.2909944; b: 2 1 6, mean 3, sd 2.6457513
      const a = [1, 2, 3, 4].map((score) => normalised(score, 2.5, 1.2909944));
      const b = [1, 2, 6].map((score) => normalised(score, 3, 2.6457513));
      const expected: [number, number][] = [
        [1, a[3]! + b[1]!],
        [4, a[0]! + b[2]!],
        [3, a[1]! + b[0]!],
        [2, a[2]!],
      ];
      expectScores(await fuse({ fusion: "dbsf" }), expected);
    });

    it("gives a single hit 0.5 by dbsf", async () => {
      const prefetch = [{ ...byA, limit: 1 }];
      expect(await fuse({ fusion: "dbsf" }, { prefetch })).toEqual([[1, 0.5]]);
    });

    it("keeps hits at the threshold of a fusion", async () => {
      expect(await fuse({ fusion: "rrf" }, { score_threshold: 0.5, limit: 10 })).toHaveLength(3);
    });

    it("applies limit and offset to the fused list", async () => {
      expect((await fuse({ fusion: "rrf" }, { limit: 2, offset: 1 })).map(([id]) => id)).toEqual([
        4, 3,
      ]);
    });

    it("applies the limit and the threshold of a prefetch to its list", async () => {
      const prefetch = [
        { ...byA, limit: 2 },
        { ...byB, score_threshold: 2 },
      ];
      expectScores(await fuse({ fusion: "rrf" }, { prefetch }), [
        [1, 1 / 2],
        [4, 1 / 2],
        [2, 1 / 3],
      ]);
    });

    it("applies the filter of the root to every prefetch", async () => {
      const filter = { must: [{ key: "group", match: { value: "y" } }] };
      // a: 3 4, b: 4 3
      expectScores(await fuse({ fusion: "rrf" }, { filter }), [
        [3, 5 / 6],
        [4, 5 / 6],
      ]);
    });

    it("applies the filter of a prefetch to it alone", async () => {
      const filter = { must: [{ has_id: [2] }] };
      const found = await fuse({ fusion: "rrf" }, { prefetch: [{ ...byA, filter }, byB] });
      expectScores(found, [
        [2, 1 / 2],
        [4, 1 / 2],
        [1, 1 / 3],
        [3, 1 / 4],
      ]);
    });

    it("fuses fused lists", async () => {
      const inner = { prefetch: [byA, byB], query: { fusion: "rrf" }, limit: 1 };
      const found = await fuse({ fusion: "rrf" }, { prefetch: [inner, byB] });
      expectScores(found, [
        [1, 1 / 2 + 1 / 3],
        [4, 1 / 2],
        [3, 1 / 4],
      ]);
    });

    it("rescores what a prefetch found by another vector", async () => {
      const found = await client().query(DOCS, { prefetch: { ...byA, limit: 3 }, ...byB });
      expect(hits(found)).toEqual([
        [1, 2],
        [3, 1],
      ]);
    });

    it("returns payloads of fused hits", async () => {
      const request = {
        prefetch: [byA, byB],
        query: { fusion: "rrf" },
        limit: 1,
        with_payload: true,
      };
      const { points } = await client().query(DOCS, request as never);
      expect(points).toMatchObject([{ id: 1, payload: { group: "x" } }]);
    });

    it("refuses prefetches without a query, and a fusion without prefetches", async () => {
      const merge = await refusal(client().query(DOCS, { prefetch: [byA] }));
      expect(merge.status).toBe(400);
      expect(merge.error).toMatch(/^Bad request: A query is needed to merge the prefetches/);
      const alone = client().query(DOCS, { query: { fusion: "rrf" } });
      expect((await refusal(alone)).status).toBe(400);
    });

    it("fetches ten points in a prefetch without a limit", async () => {
      const points = Array.from({ length: 12 }, (_, i) => ({ id: 100 + i, vector: { a: [-i] } }));
      await client().upsert(DOCS, { points });
      const request = { prefetch: byA, query: { fusion: "rrf" }, limit: 50 } as const;
      expect(ids((await client().query(DOCS, request)).points)).toHaveLength(10);
    });
  });
}
