import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, refusal, useClient } from "./connection.ts";

const COUNT = 30;

export function describeSample(connect: Connect): void {
  describe("a random sample", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { size: 1, distance: "Dot" } });
      const points = Array.from({ length: COUNT }, (_, i) => ({
        id: i + 1,
        vector: [i + 1],
        payload: { odd: i % 2 === 0 },
      }));
      await fresh.upsert(DOCS, { points });
    });
    const random = { sample: "random" } as const;

    async function sample(options: object = {}): Promise<unknown[]> {
      return ids((await client().query(DOCS, { query: random, ...options })).points);
    }

    it("has each point once at most, ten unless told otherwise", async () => {
      const found = await sample();
      expect(found).toHaveLength(10);
      expect(new Set(found).size).toBe(10);
      expect(new Set(await sample({ limit: 2 * COUNT })).size).toBe(COUNT);
    });

    it("differs from time to time", async () => {
      // 30 points stand in the same order four times in a row once in 10^97.
      const orders = new Set<string>();
      for (let i = 0; i < 4; i++) orders.add(String(await sample({ limit: COUNT })));
      expect(orders.size).toBeGreaterThan(1);
    });

    it("obeys the filter", async () => {
      const found = await sample({
        filter: { must: [{ key: "odd", match: { value: true } }] },
        limit: COUNT,
      });
      expect(found).toHaveLength(COUNT / 2);
      expect(found.every((id) => Number(id) % 2 === 1)).toBe(true);
    });

    it("draws from what prefetches have found", async () => {
      const found = await sample({ prefetch: { query: [1], limit: 3 } });
      expect(new Set(found)).toEqual(new Set([28, 29, 30]));
    });

    it("skips an offset only where it draws from prefetches", async () => {
      expect(await sample({ limit: COUNT, offset: 5 })).toHaveLength(COUNT);
      const prefetch = { query: [1], limit: 6 };
      expect(await sample({ prefetch, limit: COUNT, offset: 5 })).toHaveLength(1);
    });

    it("comes with score 1, version 0 and what is asked for", async () => {
      const query = {
        query: random,
        limit: 1,
        with_payload: true,
        filter: { must: [{ has_id: [1] }] },
      };
      const { points } = await client().query(DOCS, query);
      expect(points).toEqual([{ id: 1, score: 1, version: 0, payload: { odd: true } }]);
    });

    it("refuses another kind", async () => {
      const { status, error } = await refusal(sample({ query: { sample: "every third" } }));
      expect(status).toBe(400);
      expect(error).toMatch(/^Format error in JSON body: /);
    });
  });
}
