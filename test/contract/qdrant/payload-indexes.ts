import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, useClient } from "./connection.ts";

const UUID = "a64a8051-3ee7-4881-8bc6-691d25c70d54";
const OTHER_UUID = "7cb46fb3-e348-4762-93ad-7fb983d2b85e";

const PAYLOADS = [
  { city: "Seoul", n: 1, ok: true, at: "2024-01-01", ref: UUID, x: 0.5 },
  { city: ["Berlin", "Seoul"], n: [2, 30], ok: false, at: "2024-03-01T12:00:00Z", ref: OTHER_UUID },
  { city: "Berlin", n: 3, ok: [true, false], at: ["2023-01-01", "2025-01-01"], x: [1.5, 2.5] },
  { city: "Busan", n: -4, ref: UUID.toUpperCase(), x: 3 },
  { city: null, n: null, x: null },
  { city: 7, n: "2", at: "soon", ref: "none", x: "1" },
  {},
  {
    parts: [
      { k: "a", v: 1 },
      { k: "b", v: 20 },
    ],
  },
  { parts: [{ k: "a", v: 20 }] },
];

const INDEXES = {
  city: { type: "keyword", is_tenant: true, prefix: true },
  n: { type: "integer", lookup: true, range: true },
  ok: "bool",
  at: "datetime",
  ref: { type: "uuid", is_tenant: true },
  x: "float",
  "parts[].k": "keyword",
  "parts[].v": "integer",
};

const is = (key: string, value: unknown): object => ({ key, match: { value } });
const within = (key: string, range: object): object => ({ key, range });
const nested = (...must: object[]): object => ({ nested: { key: "parts", filter: { must } } });

/** With indexes and without: the same. */
const CASES: [name: string, filter: object, expected: number[]][] = [
  ["a keyword", { must: is("city", "Seoul") }, [1, 2]],
  ["an unknown keyword", { must: is("city", "Rome") }, []],
  ["a value of another type", { must: is("city", 7) }, [6]],
  ["any keyword", { must: { key: "city", match: { any: ["Seoul", "Busan", "Rome"] } } }, [1, 2, 4]],
  ["a prefix", { must: { key: "city", match: { prefix: "B" } } }, [2, 3, 4]],
  ["an integer", { must: is("n", 30) }, [2]],
  ["any integer", { must: { key: "n", match: { any: [1, 2, 3] } } }, [1, 2, 3]],
  ["a string in a field of integers", { must: is("n", "2") }, [6]],
  ["a range of integers", { must: within("n", { gte: 2, lt: 30 }) }, [2, 3]],
  ["a range of negative integers", { must: within("n", { lt: 0 }) }, [4]],
  ["a range between two values of one point", { must: within("n", { gt: 3, lt: 30 }) }, []],
  ["a range of floats", { must: within("x", { gt: 0.5, lte: 2.5 }) }, [3]],
  ["a bool", { must: is("ok", false) }, [2, 3]],
  ["a range of datetimes", { must: within("at", { gt: "2024-01-01", lt: "2024-12-31" }) }, [2]],
  ["the end of a range of datetimes", { must: within("at", { lte: "2024-01-01" }) }, [1, 3]],
  ["all of several", { must: [is("city", "Berlin"), within("n", { gt: 0 }), is("ok", true)] }, [3]],
  ["any of several", { should: [is("city", "Busan"), is("ok", true)] }, [1, 3, 4]],
  [
    "none of several",
    { must_not: [is("city", "Seoul"), within("n", { lt: 0 })] },
    [3, 5, 6, 7, 8, 9],
  ],
  [
    "all, any and none",
    {
      must: within("n", { gt: -9 }),
      should: [is("ok", true), is("city", "Berlin")],
      must_not: is("n", 3),
    },
    [1, 2],
  ],
  [
    "all of one and any of others",
    { must: [{ should: [is("n", 1), is("n", 3)] }, is("ok", true)] },
    [1, 3],
  ],
  ["none of what none is", { must_not: [{ must_not: [is("city", "Seoul")] }] }, [1, 2]],
  ["ids and a keyword", { must: [{ has_id: [1, 3, 99] }, is("city", "Seoul")] }, [1]],
  ["a keyword but no ids", { must: is("city", "Seoul"), must_not: { has_id: [1] } }, [2]],
  [
    "what is indexed and what is not",
    { must: [is("city", "Berlin"), { is_empty: { key: "x" } }] },
    [2],
  ],
  [
    "what is indexed or what is not",
    { should: [is("city", "Busan"), { is_null: { key: "n" } }] },
    [4, 5],
  ],
  ["a keyword below arrays", { must: is("parts[].k", "b") }, [8]],
  ["an element of an array", { must: nested(is("k", "a"), is("v", 20)) }, [9]],
  ["an element within a range", { must: nested(is("k", "a"), within("v", { lt: 10 })) }, [8]],
  ["no element of an array", { must_not: nested(is("k", "b")), must: is("parts[].k", "a") }, [9]],
  [
    "an element that is not another",
    { must: { nested: { key: "parts", filter: { must_not: is("k", "a") } } } },
    [8],
  ],
  [
    "at least two of several",
    {
      min_should: {
        conditions: [is("city", "Berlin"), is("ok", false), within("n", { gt: 2 })],
        min_count: 3,
      },
    },
    [2, 3],
  ],
];

export function describePayloadIndexes(connect: Connect): void {
  describe("payload indexes", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      const points = PAYLOADS.map((payload, i) => ({ id: i + 1, vector: { v: [i] }, payload }));
      await fresh.upsert(DOCS, { points: points as never });
    });

    async function find(filter: object): Promise<unknown[]> {
      return ids((await client().scroll(DOCS, { filter, limit: 50 })).points);
    }
    async function indexAll(): Promise<void> {
      for (const [field_name, field_schema] of Object.entries(INDEXES)) {
        await client().createPayloadIndex(DOCS, { field_name, field_schema, wait: true } as never);
      }
    }

    it.each(CASES)("find %s, as without them", async (_name, filter, expected) => {
      expect(await find(filter)).toEqual(expected);
      await indexAll();
      expect(await find(filter)).toEqual(expected);
      expect(await client().count(DOCS, { filter })).toEqual({ count: expected.length });
      const nearest = { query: [1], using: "v", filter, limit: 50 };
      const found = ids((await client().query(DOCS, nearest)).points);
      expect(found.toSorted()).toEqual(expected);
    });

    it("find what is written after them, and nothing that was deleted", async () => {
      await indexAll();
      await client().delete(DOCS, { points: [1], wait: true });
      await client().setPayload(DOCS, { payload: { city: "Seoul", n: 50 }, points: [7] });
      await client().deletePayload(DOCS, { keys: ["city", "at"], points: [2], wait: true });
      const point = { id: 20, vector: {}, payload: { city: ["Seoul", "Busan"], at: "2024-02-02" } };
      await client().upsert(DOCS, { points: [point, { id: 3, vector: {}, payload: { n: 4 } }] });
      expect(await find({ must: is("city", "Seoul") })).toEqual([7, 20]);
      expect(await find({ must: is("city", "Berlin") })).toEqual([]);
      expect(await find({ must: within("n", { gte: 4 }) })).toEqual([2, 3, 7]);
      expect(await find({ must: within("at", { gt: "2024-01-01" }) })).toEqual([20]);
      expect(await find({ must_not: is("city", "Busan"), must: within("n", { gt: 3 }) })).toEqual([
        2, 3, 7,
      ]);
      await client().overwritePayload(DOCS, {
        payload: { city: "Berlin" },
        points: [20],
        wait: true,
      });
      expect(await find({ must: is("city", "Berlin") })).toEqual([20]);
      await client().clearPayload(DOCS, { points: [20], wait: true });
      expect(await find({ must: is("city", "Berlin") })).toEqual([]);
    });

    it("go away without changing what is found", async () => {
      await indexAll();
      for (const field of Object.keys(INDEXES)) {
        await client().deletePayloadIndex(DOCS, field, { wait: true });
      }
      expect((await client().getCollection(DOCS)).payload_schema).toEqual({});
      for (const [, filter, expected] of CASES) expect(await find(filter)).toEqual(expected);
    });

    it("count the points that have a value of their type", async () => {
      await indexAll();
      const { payload_schema } = await client().getCollection(DOCS);
      const points = Object.entries(payload_schema).map(([field, index]) => [field, index?.points]);
      expect(Object.fromEntries(points)).toEqual({
        city: 4,
        n: 4,
        ok: 3,
        at: 3,
        ref: 3,
        x: 3,
        "parts[].k": 2,
        "parts[].v": 2,
      });
    });

    it("of integers see no floats in a range, those of floats see both", async () => {
      await client().setPayload(DOCS, { payload: { n: 2.5 }, points: [7], wait: true });
      const range = { must: within("n", { gt: 1, lt: 3 }) };
      expect(await find(range)).toEqual([2, 7]);
      await indexAll();
      expect(await find(range)).toEqual([2]);
      await client().createPayloadIndex(DOCS, {
        field_name: "n",
        field_schema: "float",
        wait: true,
      });
      expect(await find(range)).toEqual([2, 7]);
    });

    it("of one type see no other values when a match excludes some", async () => {
      const filter = { must: { key: "city", match: { except: ["Seoul"] } } };
      expect(await find(filter)).toEqual([2, 3, 4, 6]);
      await indexAll();
      expect(await find(filter)).toEqual([2, 3, 4]);
      expect(await find({ must: { key: "n", match: { except: [1] } } })).toEqual([2, 3, 4]);
      expect(await find({ must: { key: "n", match: { except: ["1"] } } })).toEqual([1, 2, 3, 4, 6]);
    });

    it("of UUIDs find them in every spelling", async () => {
      expect(await find({ must: is("ref", UUID) })).toEqual([1]);
      await indexAll();
      expect(await find({ must: is("ref", UUID) })).toEqual([1, 4]);
      expect(await find({ must: is("ref", UUID.replaceAll("-", "")) })).toEqual([1, 4]);
      expect(await find({ must: is("ref", "none") })).toEqual([6]);
      const any = { any: [OTHER_UUID.toUpperCase(), UUID] };
      expect(await find({ must: { key: "ref", match: any } })).toEqual([1, 2, 4]);
      expect(await find({ must: { key: "ref", match: { except: [UUID] } } })).toEqual([2]);
    });

    it("tell their options", async () => {
      await indexAll();
      const { payload_schema } = await client().getCollection(DOCS);
      expect(payload_schema["city"]).toMatchObject({ data_type: "keyword", params: INDEXES.city });
      expect(payload_schema["ok"]).toMatchObject({ data_type: "bool" });
    });
  });
}
