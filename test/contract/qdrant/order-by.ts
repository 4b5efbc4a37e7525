import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, refusal, useClient } from "./connection.ts";

const POINTS = [
  { id: 1, payload: { n: 30, price: 2.5, day: "2024-03-01", group: "x", list: [5, 1] } },
  { id: 2, payload: { n: 10, price: 7, day: "2024-01-01T12:00:00Z", group: "x", list: [3, 3] } },
  { id: 3, payload: { n: 20, price: -1, day: "2024-01-01T11:00:00-02:00", group: "y", list: 4 } },
  { id: 4, payload: { n: 20, price: "free", day: "soon", group: "y" } },
  { id: 5, payload: { n: 2.5, price: 2.5 } },
  { id: 6, payload: {} },
];
/** Microseconds since 1970. */
const MICROS = (text: string): number => Date.parse(text) * 1000;

const INDEXES = [
  ["n", "integer"],
  ["price", "float"],
  ["day", "datetime"],
  ["list", "integer"],
  ["group", "keyword"],
] as const;

export function describeOrderBy(connect: Connect): void {
  describe("order by a payload field", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { size: 1, distance: "Dot" } });
      await fresh.upsert(DOCS, {
        points: POINTS.map((point) => ({ ...point, vector: [point.id] })),
      });
      for (const [field_name, field_schema] of INDEXES) {
        await fresh.createPayloadIndex(DOCS, { field_name, field_schema, wait: true });
      }
    });

    type Ordered = [id: unknown, value: unknown][];

    async function scroll(order_by: unknown, options: object = {}): Promise<Ordered> {
      const request = { order_by: order_by as never, with_payload: false, ...options };
      const { points, next_page_offset } = await client().scroll(DOCS, request);
      expect(next_page_offset).toBeNull();
      return points.map(({ id, order_value }) => [id, order_value]);
    }

    async function query(order_by: unknown, options: object = {}): Promise<Ordered> {
      const request = { query: { order_by } as never, ...options };
      const { points } = await client().query(DOCS, request);
      return points.map(({ id, order_value }) => [id, order_value]);
    }

    describe.each([
      ["scroll", scroll],
      ["query", query],
    ] as const)("in a %s", (_name, find) => {
      it("goes up by default, points without an integer left out", async () => {
        const found = await find("n");
        expect(found.slice(0, 1)).toEqual([[2, 10]]);
        expect(new Set(found.slice(1, 3).map(([id]) => id))).toEqual(new Set([3, 4]));
        expect(found.slice(3)).toEqual([[1, 30]]);
        expect(await find({ key: "n", direction: "asc" })).toHaveLength(4);
      });

      it("goes down", async () => {
        const found = await find({ key: "n", direction: "desc" });
        expect(found.map(([, value]) => value)).toEqual([30, 20, 20, 10]);
      });

      it("orders by floats, integers among them", async () => {
        const found = await find("price");
        expect(found.map(([, value]) => value)).toEqual([-1, 2.5, 2.5, 7]);
        expect(found[0]).toEqual([3, -1]);
        expect(found[3]).toEqual([2, 7]);
      });

      it("orders by time in any zone, the value in microseconds", async () => {
        expect(await find("day")).toEqual([
          [2, MICROS("2024-01-01T12:00:00Z")],
          [3, MICROS("2024-01-01T13:00:00Z")],
          [1, MICROS("2024-03-01T00:00:00Z")],
        ]);
      });

      it("repeats a point for each different value that it has", async () => {
        expect(await find("list")).toEqual([
          [1, 1],
          [2, 3],
          [3, 4],
          [1, 5],
        ]);
        expect(await find({ key: "list", direction: "desc" }, { limit: 2 })).toEqual([
          [1, 5],
          [3, 4],
        ]);
      });

      it("starts from a value, that included", async () => {
        expect((await find({ key: "n", start_from: 20 })).map(([, n]) => n)).toEqual([20, 20, 30]);
        expect(
          (await find({ key: "n", start_from: 20, direction: "desc" })).map(([, n]) => n),
        ).toEqual([20, 20, 10]);
        expect((await find({ key: "price", start_from: 2.6 })).map(([id]) => id)).toEqual([2]);
        expect(await find({ key: "list", start_from: 4 })).toEqual([
          [3, 4],
          [1, 5],
        ]);
      });

      it("starts from a time", async () => {
        const start_from = "2024-01-01T12:30:00Z";
        expect((await find({ key: "day", start_from })).map(([id]) => id)).toEqual([3, 1]);
        expect(
          (await find({ key: "day", start_from, direction: "desc" })).map(([id]) => id),
        ).toEqual([2]);
      });

      it("obeys the filter and the limit", async () => {
        const filter = { must: [{ key: "group", match: { value: "x" } }] };
        expect(await find("n", { filter })).toEqual([
          [2, 10],
          [1, 30],
        ]);
        expect(await find("n", { filter, limit: 1 })).toEqual([[2, 10]]);
      });

      it("follows when a point changes", async () => {
        await client().setPayload(DOCS, { payload: { n: 5 }, points: [6], wait: true });
        await client().delete(DOCS, { points: [2], wait: true });
        expect((await find("n", { limit: 1 }))[0]).toEqual([6, 5]);
      });

      const NO_INDEX = /No range index for `order_by` key: `/;
      it.each([["x"], ["group"], ["n.m"]])(
        "refuses a key without a range index: %s",
        async (key) => {
          const { status, error } = await refusal(find(key));
          expect(status).toBe(400);
          expect(error).toMatch(NO_INDEX);
        },
      );

      it("refuses an index that is for look-ups only", async () => {
        const field_schema = { type: "integer", lookup: true, range: false } as const;
        await client().createPayloadIndex(DOCS, { field_name: "m", field_schema, wait: true });
        expect((await refusal(find("m"))).error).toMatch(NO_INDEX);
      });

      it.each([
        ["a direction that is none", { key: "n", direction: "up" }],
        ["a start that is none", { key: "n", start_from: "soon" }],
        ["an order without a key", { direction: "asc" }],
        ["a number", 5],
      ])("refuses %s", async (_case, order) => {
        const { status, error } = await refusal(find(order));
        expect(status).toBe(400);
        expect(error).toMatch(/^Format error in JSON body: /);
      });
    });

    it("comes with score 1 and version 0 in a query", async () => {
      const { points } = await client().query(DOCS, { query: { order_by: "n" }, limit: 1 });
      expect(points).toEqual([{ id: 2, score: 1, version: 0, order_value: 10 }]);
    });

    it("keeps integers of 64 bits exactly", async () => {
      const [large, larger] = [9_007_199_254_740_993n, 9_007_199_254_740_995n];
      const points = [large, larger].map((n, i) => ({ id: 11 + i, vector: [1], payload: { n } }));
      await client().upsert(DOCS, { points: points as never });
      expect(await query({ key: "n", direction: "desc" }, { limit: 2 })).toEqual([
        [12, larger],
        [11, large],
      ]);
    });

    it("takes an offset in a query", async () => {
      expect(await query("day", { offset: 1, limit: 1 })).toEqual([
        [3, MICROS("2024-01-01T13:00:00Z")],
      ]);
    });

    it("orders what prefetches have found", async () => {
      // By the query 6, 5, 4 and 3 are the nearest.
      const prefetch = { query: [1], limit: 4 };
      expect(await query("price", { prefetch })).toEqual([
        [3, -1],
        [5, 2.5],
      ]);
    });

    it("counts one moment once, however it is written", async () => {
      const day = ["2030-01-01T00:00:00Z", "2030-01-01T09:00:00+09:00"];
      await client().upsert(DOCS, { points: [{ id: 9, vector: [1], payload: { day } }] });
      const order_by = { key: "day", start_from: "2030-01-01T00:00:00Z" } as never;
      expect(await scroll(order_by)).toEqual([[9, MICROS("2030-01-01T00:00:00Z")]]);
    });

    it("gives ranks to fuse", async () => {
      const prefetch = [
        { query: { order_by: { key: "day" } as never }, limit: 2 },
        { query: { order_by: { key: "list" } as never }, limit: 2 },
      ];
      // 2: 1/2 + 1/3, 1: 1/2, 3: 1/3
      const { points } = await client().query(DOCS, { prefetch, query: { fusion: "rrf" } });
      expect(ids(points)).toEqual([2, 1, 3]);
    });

    it("returns payloads, all of them in a scroll", async () => {
      const order_by = { key: "day" } as never;
      const { points } = await client().scroll(DOCS, { order_by, limit: 1 });
      expect(points[0]?.payload).toEqual(POINTS[1]?.payload);
      const found = await client().query(DOCS, {
        query: { order_by },
        limit: 1,
        with_payload: ["n"],
      });
      expect(found.points[0]?.payload).toEqual({ n: 10 });
    });

    it("pages by value: from the last one, without the ids seen at it", async () => {
      const order_by = { key: "n", start_from: 20 } as never;
      const filter = { must_not: [{ has_id: [3] }] };
      expect(await scroll(order_by, { filter, limit: 1 })).toEqual([[4, 20]]);
    });

    it("refuses an id to start from in a scroll", async () => {
      const { status, error } = await refusal(scroll("n", { offset: 2 }));
      expect(status).toBe(400);
      expect(error).toMatch(/^Wrong input: Cannot use an `offset` when using `order_by`/);
    });

    it("refuses a threshold in a query", async () => {
      expect(await refusal(query("n", { score_threshold: 1 }))).toEqual({
        status: 400,
        error: "Bad request: Can't use score_threshold with an order_by query.",
      });
    });
  });
}
