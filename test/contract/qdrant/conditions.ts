import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, useClient } from "./connection.ts";

type Case = [name: string, filter: object, expected: number[]];

const is = (key: string, value: unknown): object => ({ key, match: { value } });
const must = (...conditions: object[]): object => ({ must: conditions });
const nested = (key: string, filter: object): object => ({ nested: { key, filter } });

/** The payloads of the points 1, 2, … and what filters find among them. */
const GROUPS: [name: string, payloads: object[], cases: Case[]][] = [
  [
    "values of all types",
    [
      { a: 1 },
      { a: 2.5 },
      { a: [1, 2.5] },
      { a: null },
      { a: [] },
      {},
      { a: "x" },
      { a: [null, 3] },
      { a: { b: 1 } },
      { a: [[7, 8], "xy"] },
      { a: true },
      { a: -3 },
    ],
    [
      ["integers equal, also in arrays", must(is("a", 1)), [1, 3]],
      ["no elements of arrays in arrays", must(is("a", 7)), []],
      ["any of some integers", must({ key: "a", match: { any: [3, -3] } }), [8, 12]],
      ["any of some strings", must({ key: "a", match: { any: ["x", "y"] } }), [7]],
      [
        "all but some integers, also of other types",
        must({ key: "a", match: { except: [1] } }),
        [2, 3, 7, 8, 9, 10, 11, 12],
      ],
      [
        "all but none: what is there",
        must({ key: "a", match: { except: [] } }),
        [1, 2, 3, 7, 8, 9, 10, 11, 12],
      ],
      ["a prefix", must({ key: "a", match: { prefix: "x" } }), [7, 10]],
      ["an empty prefix: strings", must({ key: "a", match: { prefix: "" } }), [7, 10]],
      ["no prefix of another case", must({ key: "a", match: { prefix: "X" } }), []],
      ["a range of floats", must({ key: "a", range: { gt: 1, lt: 3 } }), [2, 3]],
      ["a range with an end only", must({ key: "a", range: { lte: 1 } }), [1, 3, 12]],
      [
        "a range with null for no bound",
        must({ key: "a", range: { gte: 2.5, lt: null } }),
        [2, 3, 8],
      ],
      ["numbers, by a range without bounds", must({ key: "a", range: {} }), [1, 2, 3, 8, 12]],
      ["nothing by a range turned round", must({ key: "a", range: { gt: 3, lt: 1 } }), []],
      ["no values", must({ key: "a", values_count: { lt: 1 } }), [4, 5, 6]],
      ["two values or more", must({ key: "a", values_count: { gte: 2 } }), [3, 8, 10]],
      [
        "exactly one value",
        must({ key: "a", values_count: { gt: 0, lte: 1 } }),
        [1, 2, 7, 9, 11, 12],
      ],
      ["emptiness by a flag", must({ key: "a", is_empty: true }), [4, 5, 6]],
      [
        "no emptiness by a flag",
        must({ key: "a", is_empty: false }),
        [1, 2, 3, 7, 8, 9, 10, 11, 12],
      ],
      ["null by a flag, also in an array", must({ key: "a", is_null: true }), [4, 8]],
      [
        "no null by a flag, also where nothing is",
        must({ key: "a", is_null: false }),
        [1, 2, 3, 5, 6, 7, 9, 10, 11, 12],
      ],
      ["emptiness by a condition", must({ is_empty: { key: "a" } }), [4, 5, 6]],
      ["null by a condition", must({ is_null: { key: "a" } }), [4, 8]],
      [
        "either of two tests of one condition",
        must({ key: "a", match: { value: "x" }, range: { gt: 2.5 } }),
        [7, 8],
      ],
      ["either of two types", { should: [is("a", true), is("a", "x")] }, [7, 11]],
      ["all, where clauses are empty", { must: [], should: [], must_not: [] }, all(12)],
      ["all, by an empty condition", must({}), all(12)],
      ["none, by the opposite of an empty condition", { must_not: [{}] }, []],
      [
        "two of three",
        {
          min_should: {
            conditions: [
              is("a", 1),
              { key: "a", range: { gt: 2 } },
              { key: "a", values_count: { gt: 1 } },
            ],
            min_count: 2,
          },
        },
        [3, 8],
      ],
      ["one of none: nothing", { min_should: { conditions: [], min_count: 1 } }, []],
      ["three of two: nothing", { min_should: { conditions: [{}, {}], min_count: 3 } }, []],
      [
        "alternatives within all within none of",
        { must_not: [must({ should: [is("a", 1), is("a", "x")] }), { has_id: [2, 4] }] },
        [5, 6, 8, 9, 10, 11, 12],
      ],
    ],
  ],
  [
    "objects and arrays",
    [
      {
        p: [
          { k: "a", v: 1 },
          { k: "b", v: 2 },
        ],
      },
      { p: { k: "a", v: 1 } },
      { p: [] },
      { p: [{ k: "a", q: [{ z: 1 }, { z: 2 }] }] },
      { p: ["a", { k: "b" }] },
      {},
      { "p.k": "a", "a key": { "b.c": 1 }, 한글: { "x-y_z": 2 } },
      { p: [[{ k: "a" }], { k: ["a", "c"] }] },
    ],
    [
      ["elements as a whole", must(nested("p", must(is("k", "b"), is("v", 2)))), [1]],
      [
        "no element that passes only in parts",
        must(nested("p", must(is("k", "a"), is("v", 2)))),
        [],
      ],
      ["the same with [] in the key", must(nested("p[]", must(is("k", "a")))), [1, 4, 8]],
      [
        "one of several in an element",
        must(nested("p", { should: [is("k", "c"), is("v", 2)] })),
        [1, 8],
      ],
      [
        "an element which is something else",
        must(nested("p", { must_not: [is("k", "a")] })),
        [1, 5],
      ],
      ["no element", { must_not: [nested("p", must(is("k", "a")))] }, [2, 3, 5, 6, 7]],
      [
        "either of two elements",
        { should: [nested("p", must(is("v", 2))), nested("p", must(is("k", "c")))] },
        [1, 8],
      ],
      ["elements of elements", must(nested("p", must(nested("q", must(is("z", 2)))))), [4]],
      ["elements below any element", must(nested("p[].q", must(is("z", 2)))), [4]],
      ["elements below one element", must(nested("p[0].q", must(is("z", 1)))), [4]],
      ["no single object", must(nested("p[0]", must(is("k", "a")))), [8]],
      ["what elements lack", must(nested("p", must({ is_empty: { key: "v" } }))), [4, 5, 8]],
      [
        "two of two in an element",
        must(nested("p", { min_should: { conditions: [is("k", "a"), is("v", 1)], min_count: 2 } })),
        [1],
      ],
      ["any object among the elements", must(nested("p", {})), [1, 4, 5, 8]],
      ["no ids in elements", must(nested("p", must({ has_id: [1] }))), []],
      [
        "elements that have no id",
        must(nested("p", { must_not: [{ has_id: [1] }] })),
        [1, 4, 5, 8],
      ],
      ["no vectors in elements", must(nested("p", must({ has_vector: "v" }))), []],
      [
        "a range in an element",
        must(nested("p", must(is("k", "a"), { key: "v", range: { lt: 2 } }))),
        [1],
      ],
      ["fields of objects, not of arrays", must(is("p.k", "a")), [2]],
      ["fields of all elements", must(is("p[].k", "a")), [1, 4, 8]],
      ["fields of one element", must(is("p[1].k", "c")), [8]],
      ["fields of no element", must(is("p[7].k", "a")), []],
      ["an element itself", must(is("p[0]", "a")), [5]],
      ["elements themselves", must(is("p[]", "a")), [5]],
      ["a quoted name with a dot", must(is('"p.k"', "a")), [7]],
      ["quoted names", must(is('"a key"."b.c"', 1)), [7]],
      ["names in any script", must(is("한글.x-y_z", 2)), [7]],
      ["counts at several places", must({ key: "p[].q", values_count: { gte: 2 } }), [4]],
    ],
  ],
  [
    "datetimes",
    [
      "2024-01-01T00:00:00Z",
      "2024-01-01t09:00:00+09:00",
      "2024-01-01 00:00:00",
      "2024-01-01",
      "2024-01-01 00:00",
      "2024-01-01T00:00",
      "2024-01-01T02:30:00+0230",
      "2023-12-31T19:00:00-05",
      "2024-1-1",
      "2024-01-01T00:00:00.000001Z",
      "2024-01-01T00:00:00 Z",
      "2024-01-01T24:00:00Z",
      "2024-01-01T00:60:00Z",
      "2024-01-01T00:00:00+24:00",
      "2024-01-01T00:00Z",
      "2023-02-30",
      "2023-13-01",
      "20240101",
      "0050-01-01",
      1_704_067_200,
      ["2022-01-01", "2025-01-01"],
    ].map((d) => ({ d })),
    [
      [
        "one moment in many spellings",
        must({ key: "d", range: { gte: "2024-01-01T00:00:00Z", lte: "2024-01-01T00:00:00Z" } }),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 11],
      ],
      [
        "a microsecond later",
        must({ key: "d", range: { gt: "2024-01-01", lt: "2024-01-02" } }),
        [10],
      ],
      [
        "no number as a moment, and nothing that is no date",
        must({ key: "d", range: { gte: "0001-01-01" } }),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 19, 21],
      ],
      ["a year of two digits as it is", must({ key: "d", range: { lt: "1000-01-01" } }), [19]],
      ["any of an array", must({ key: "d", range: { gt: "2024-06-01" } }), [21]],
      [
        "no array between whose elements the range lies",
        must({ key: "d", range: { gt: "2022-06-01", lt: "2023-01-01" } }),
        [],
      ],
      ["numbers by a range of numbers", must({ key: "d", range: { gt: 0 } }), [20]],
    ],
  ],
];

function all(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

export function describeConditions(connect: Connect): void {
  describe.each(GROUPS)("conditions on %s", (_name, payloads, cases) => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      const points = payloads.map((payload, i) => ({ id: i + 1, vector: { v: [1] }, payload }));
      await fresh.upsert(DOCS, { points: points as never });
    });

    it.each(cases)("find %s", async (_case, filter, expected) => {
      const { points } = await client().scroll(DOCS, { filter, limit: 100 });
      expect(ids(points)).toEqual(expected);
      expect(await client().count(DOCS, { filter })).toEqual({ count: expected.length });
    });
  });
}
