import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, useClient } from "./connection.ts";

const POINTS = [
  {
    id: 1,
    vector: { v: [1] },
    payload: { city: "Seoul", n: 1, ok: true, tags: ["a", "b"], at: "2024-01-01T00:00:00Z" },
  },
  {
    id: 2,
    vector: { v: [1] },
    payload: { city: "Berlin", n: 2.5, ok: false, tags: [], at: "2024-06-01" },
  },
  { id: 3, vector: {}, payload: { city: null, n: [3, 30], tags: ["c"], sub: { deep: { x: 1 } } } },
  {
    id: 4,
    vector: {},
    payload: {
      city: "New Seoul",
      parts: [
        { k: "a", v: 1 },
        { k: "b", v: 2 },
      ],
    },
  },
  {
    id: 5,
    vector: {},
    payload: { parts: [{ k: "a", v: 2 }], "a key": "q", at: "2024-01-01T09:00:00+09:00" },
  },
];

const is = (key: string, value: unknown): object => ({ key, match: { value } });

const text = (words: string): object => ({ must: [{ key: "city", match: { text: words } }] });

const CASES: [name: string, filter: object, expected: number[]][] = [
  ["match a string", { must: [is("city", "Seoul")] }, [1]],
  ["match an integer", { must: [is("n", 1)] }, [1]],
  ["match a bool", { must: [is("ok", false)] }, [2]],
  ["match no other type", { must: [is("n", "1")] }, []],
  ["match any element of an array", { must: [is("tags", "b")] }, [1]],
  ["match an integer in an array", { must: [is("n", 30)] }, [3]],
  ["match any of a list", { must: [{ key: "city", match: { any: ["Seoul", "Berlin"] } }] }, [1, 2]],
  ["match nothing of an empty list", { must: [{ key: "city", match: { any: [] } }] }, []],
  [
    "match all but a list, present values only",
    { must: [{ key: "city", match: { except: ["Seoul"] } }] },
    [2, 4],
  ],
  [
    "match a substring with its case",
    { must: [{ key: "city", match: { text: "Seoul" } }] },
    [1, 4],
  ],
  ["match no substring of another case", { must: [{ key: "city", match: { text: "seoul" } }] }, []],
  ["compare numbers strictly", { must: [{ key: "n", range: { gt: 1, lt: 3 } }] }, [2]],
  ["compare numbers inclusively", { must: [{ key: "n", range: { gte: 1, lte: 3 } }] }, [1, 2, 3]],
  ["compare datetimes", { must: [{ key: "at", range: { gt: "2024-01-01T00:00:00Z" } }] }, [2]],
  [
    "compare datetimes across zones",
    { must: [{ key: "at", range: { lte: "2024-01-01 00:00:00" } }] },
    [1, 5],
  ],
  ["find empty fields: missing, null, []", { must: [{ is_empty: { key: "tags" } }] }, [2, 4, 5]],
  ["find fields that are null, not missing", { must: [{ is_null: { key: "city" } }] }, [3]],
  ["find null by a flag of a field", { must: [{ key: "city", is_null: true }] }, [3]],
  ["find ids", { must: [{ has_id: [2, 4, 77] }] }, [2, 4]],
  ["find points that have a vector", { must: [{ has_vector: "v" }] }, [1, 2]],
  ["count values", { must: [{ key: "tags", values_count: { gte: 1 } }] }, [1, 3]],
  ["count a missing field as none", { must: [{ key: "city", values_count: { lt: 1 } }] }, [3, 5]],
  ["enter objects", { must: [is("sub.deep.x", 1)] }, [3]],
  ["enter arrays by []", { must: [is("parts[].v", 2)] }, [4, 5]],
  ["enter arrays by index", { must: [is("parts[0].v", 2)] }, [5]],
  ["not enter arrays otherwise", { must: [is("parts.v", 2)] }, []],
  ["read quoted keys", { must: [is('"a key"', "q")] }, [5]],
  ["test array elements apart", { must: [is("parts[].k", "a"), is("parts[].v", 2)] }, [4, 5]],
  [
    "test array elements together in nested",
    { must: [{ nested: { key: "parts", filter: { must: [is("k", "a"), is("v", 2)] } } }] },
    [5],
  ],
  ["need all of must", { must: [is("tags", "a"), is("ok", true)] }, [1]],
  ["need one of should", { should: [is("city", "Seoul"), is("n", 3)] }, [1, 3]],
  [
    "need none of must_not",
    { must_not: [is("city", "Seoul"), { is_null: { key: "city" } }] },
    [2, 4, 5],
  ],
  [
    "need some of min_should",
    { min_should: { conditions: [is("city", "Seoul"), is("ok", true), is("n", 2)], min_count: 2 } },
    [1],
  ],
  [
    "combine clauses",
    { must: [{ has_vector: "v" }], should: [is("n", 1), is("n", 3)], must_not: [is("ok", false)] },
    [1],
  ],
  [
    "nest filters",
    { must: [{ should: [is("n", 1), { must_not: [{ is_empty: { key: "parts" } }] }] }] },
    [1, 4, 5],
  ],
  ["take a single condition for a list", { must: is("city", "Berlin") }, [2]],
  ["let all through where empty", { must: [] }, [1, 2, 3, 4, 5]],
];

export function describeFilters(connect: Connect): void {
  describe("filters", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      await fresh.upsert(DOCS, { points: POINTS });
    });

    async function scroll(filter: object): Promise<unknown[]> {
      return ids((await client().scroll(DOCS, { filter })).points);
    }

    it.each(CASES)("%s", async (_name, filter, expected) => {
      expect(await scroll(filter)).toEqual(expected);
      expect(await client().count(DOCS, { filter })).toEqual({ count: expected.length });
    });

    it("mean the same with payload indexes, before and after changes", async () => {
      // Not an integer index of n: it would not see the 2.5.
      const indexes = { city: "keyword", n: "float", ok: "bool", tags: "keyword" } as const;
      for (const [field_name, field_schema] of Object.entries(indexes)) {
        await client().createPayloadIndex(DOCS, { field_name, field_schema, wait: true });
      }
      for (const [, filter, expected] of CASES) expect(await scroll(filter)).toEqual(expected);
      await client().setPayload(DOCS, { payload: { city: "Seoul" }, points: [5] });
      await client().delete(DOCS, { points: [1], wait: true });
      expect(await scroll({ must: [is("city", "Seoul")] })).toEqual([5]);
      expect(await scroll({ must: [is("tags", "a")] })).toEqual([]);
    });

    it("match words in any case where there is a text index", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "city",
        field_schema: "text",
        wait: true,
      });
      expect(await scroll(text("seoul"))).toEqual([1, 4]);
      expect(await scroll(text("seoul NEW"))).toEqual([4]);
      expect(await scroll(text("seo"))).toEqual([]);
    });
  });
}
