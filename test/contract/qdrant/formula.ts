import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, refusal, useClient } from "./connection.ts";
import { expectScores } from "./scores.ts";

// By "a" they score 4, 3 and 2; by "b" 2, nothing and 1.
const POINTS = [
  {
    id: 1,
    vector: { a: [4], b: [2] },
    payload: {
      price: 10,
      stars: 4,
      color: "red",
      place: { lat: 0, lon: 0 },
      at: "2024-01-01T00:00:00Z",
      list: [7],
      pair: [1, 2],
      word: "ten",
      nothing: null,
    },
  },
  {
    id: 2,
    vector: { a: [3] },
    payload: {
      price: 2.5,
      stars: 0,
      color: "blue",
      place: { lat: 0, lon: 1 },
      at: "2024-01-03T02:00:00+02:00",
    },
  },
  {
    id: 3,
    vector: { a: [2], b: [1] },
    payload: {
      price: -4,
      stars: 1,
      color: "red",
      place: { lat: 90, lon: 0 },
      at: "2024-01-02",
      bonus: 100,
    },
  },
];

const red = { key: "color", match: { value: "red" } };
/** Days since the first of January, 2024. */
const age = { x: { datetime_key: "at" }, target: { datetime: "2024-01-01T00:00:00Z" } };
const DAY = 86_400;

type Case = [name: string, formula: unknown, expected: [number, number, number]];

const VALUES: Case[] = [
  ["a constant", 0.5, [0.5, 0.5, 0.5]],
  ["the score", "$score", [4, 3, 2]],
  ["the score of a prefetch, 0 where that has not found the point", "$score[1]", [2, 0, 1]],
  ["the score of a prefetch there is not", "$score[2]", [0, 0, 0]],
  ["a field of the payload", "price", [10, 2.5, -4]],
  ["a nested field", "place.lat", [0, 0, 90]],
  ["a condition on a field", red, [1, 0, 1]],
  ["a condition on ids", { has_id: [2] }, [0, 1, 0]],
  ["a filter", { must_not: [red] }, [0, 1, 0]],
  ["a time, in seconds", { datetime: "1970-01-01T00:01:30.5Z" }, [90.5, 90.5, 90.5]],
  [
    "the great-circle distance in metres",
    { geo_distance: { origin: { lat: 0, lon: 0 }, to: "place" } },
    [0, 111_195.08, 10_007_557.2],
  ],
];

const OPERATORS: Case[] = [
  ["sum", { sum: ["$score", "price", 1] }, [15, 6.5, -1]],
  ["a sum of nothing", { sum: [] }, [0, 0, 0]],
  ["mult", { mult: ["$score", "stars", 0.5] }, [8, 0, 1]],
  ["a product of nothing", { mult: [] }, [1, 1, 1]],
  ["a product with 0, whatever comes after", { mult: [0, "unheard-of"] }, [0, 0, 0]],
  ["neg", { neg: "price" }, [-10, -2.5, 4]],
  ["abs", { abs: "price" }, [10, 2.5, 4]],
  ["div", { div: { left: "price", right: "$score" } }, [2.5, 0.833333, -2]],
  [
    "div by zero with a default",
    { div: { left: "$score", right: "stars", by_zero_default: 9 } },
    [1, 9, 2],
  ],
  ["0 divided by 0", { div: { left: 0, right: 0 } }, [0, 0, 0]],
  ["sqrt", { sqrt: "$score" }, [2, 3 ** 0.5, 2 ** 0.5]],
  ["pow", { pow: { base: "price", exponent: 2 } }, [100, 6.25, 16]],
  ["exp", { exp: "stars" }, [Math.E ** 4, 1, Math.E]],
  ["ln", { ln: "$score" }, [2 * Math.LN2, 1.0986123, Math.LN2]],
  ["log10", { log10: { mult: ["$score", 100] } }, [2.60206, 2.4771213, 2.30103]],
  [
    "operators in operators",
    { mult: [{ sum: [{ neg: 1 }, "$score"] }, { sum: [1, red] }] },
    [6, 2, 2],
  ],
];

const DECAYS: Case[] = [
  [
    "linearly, half at one scale, never below 0",
    { lin_decay: { ...age, scale: DAY } },
    [1, 0, 0.5],
  ],
  ["exponentially, half at each scale", { exp_decay: { ...age, scale: DAY } }, [1, 0.25, 0.5]],
  // 0.5 to the power of the squared distance in scales
  ["as a bell", { gauss_decay: { ...age, scale: DAY } }, [1, 0.0625, 0.5]],
  // 1 - |x| × (1 - 0.75) / 2
  [
    "linearly to another midpoint, from a target of 0",
    { lin_decay: { x: "$score", scale: 2, midpoint: 0.75 } },
    [0.5, 0.625, 0.75],
  ],
  // 0.1 to the power of |x - 4| / 4
  [
    "exponentially to another midpoint",
    { exp_decay: { x: "$score", target: 4, scale: 4, midpoint: 0.1 } },
    [1, 0.5623413, 0.3162278],
  ],
  // 0.1 to the power of (|x - 4| / 4)²
  [
    "as a bell to another midpoint",
    { gauss_decay: { x: "$score", target: 4, scale: 4, midpoint: 0.1 } },
    [1, 0.8659643, 0.5623413],
  ],
  [
    "by a scale of 1 by default, on either side",
    { exp_decay: { x: "$score", target: 3 } },
    [0.5, 1, 0.5],
  ],
];

export function describeFormula(connect: Connect): void {
  describe("formula queries", () => {
    const client = useClient(connect, async (fresh) => {
      const parameters = { size: 1, distance: "Dot" } as const;
      await fresh.createCollection(DOCS, { vectors: { a: parameters, b: parameters } });
      await fresh.upsert(DOCS, { points: POINTS });
    });
    const byA = { query: [1], using: "a" };
    const byB = { query: [1], using: "b" };

    async function score(
      formula: unknown,
      defaults: object = {},
      options: object = {},
    ): Promise<[unknown, number][]> {
      const query = { formula, defaults } as never;
      return hits(await client().query(DOCS, { prefetch: [byA, byB], query, ...options }));
    }

    async function expectValues(
      formula: unknown,
      expected: number[],
      defaults = {},
    ): Promise<void> {
      expectScores(
        await score(formula, defaults),
        expected.map((value, i) => [i + 1, value] as const),
      );
    }

    it.each(VALUES)("take %s", (_name, formula, expected) => expectValues(formula, expected));

    it.each(OPERATORS)("compute %s", (_name, formula, expected) => expectValues(formula, expected));

    it.each(DECAYS)("decay %s", (_name, formula, expected) => expectValues(formula, expected));

    it("read a time from the payload in any zone", async () => {
      const since = { sum: [{ datetime_key: "at" }, { neg: { datetime: "2024-01-01" } }] };
      await expectValues(since, [0, 2 * DAY, DAY]);
    });

    it("take the default where the payload has no value", async () => {
      await expectValues({ sum: ["bonus", 1] }, [6, 6, 101], { bonus: 5 });
    });

    it("take the default where a prefetch gives no score", async () => {
      await expectValues("$score[1]", [2, 7, 1], { "$score[1]": 7 });
      await expectValues("$score[9]", [3, 3, 3], { "$score[9]": 3 });
    });

    it("take defaults for places and times", async () => {
      const origin = { lat: 0, lon: 0 };
      const far = { geo_distance: { origin, to: "unheard-of" } };
      await expectValues(far, [111_195.08, 111_195.08, 111_195.08], {
        "unheard-of": { lat: 1, lon: 0 },
      });
      const then = { datetime_key: "unheard-of" };
      await expectValues(then, [60, 60, 60], { "unheard-of": "1970-01-01T00:01:00Z" });
    });

    it("take a list of one as its element", () => expectValues("list", [7, 0, 0], { list: 0 }));

    it("leave out values of another type where the field has a range index", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "word",
        field_schema: "float",
        wait: true,
      });
      await expectValues("word", [8, 8, 8], { word: 8 });
    });

    it("read indexed fields", async () => {
      for (const [field_name, field_schema] of [
        ["price", "float"],
        ["stars", "integer"],
        ["at", "datetime"],
        ["color", "keyword"],
      ] as const) {
        await client().createPayloadIndex(DOCS, { field_name, field_schema, wait: true });
      }
      await expectValues({ sum: ["price", "stars", red] }, [15, 2.5, -2]);
      await expectValues({ exp_decay: { ...age, scale: DAY } }, [1, 0.25, 0.5]);
    });

    it("score all that any prefetch has found, and nothing else", async () => {
      const prefetch = [
        { ...byA, limit: 1 },
        { ...byB, filter: { must: [{ has_id: [3] }] } },
      ];
      expectScores(await score({ sum: ["$score", "$score[1]"] }, {}, { prefetch }), [
        [1, 4],
        [3, 1],
      ]);
    });

    it("score 1 what a prefetch without a query has found", async () => {
      expectScores(await score("$score", {}, { prefetch: { limit: 2 } }), [
        [1, 1],
        [2, 1],
      ]);
    });

    it("order by the new score, however the old ones were ordered", async () => {
      const found = await client().query(DOCS, {
        prefetch: byA,
        query: { formula: { neg: "$score" } },
        limit: 2,
        offset: 1,
        with_payload: ["color"],
      });
      expect(found.points).toMatchObject([
        { id: 2, score: -3, payload: { color: "blue" } },
        { id: 1, score: -4, payload: { color: "red" } },
      ]);
    });

    it("keep a point at the threshold", async () => {
      expect((await score("$score", {}, { score_threshold: 3 })).map(([id]) => id)).toEqual([1, 2]);
    });

    it("obey the filter of the request", async () => {
      const found = await score("$score", {}, { filter: { must: [red] } });
      expectScores(found, [
        [1, 4],
        [3, 2],
      ]);
    });

    it("can be a prefetch themselves", async () => {
      const inner = { prefetch: byA, query: { formula: { neg: "$score" } }, limit: 2 };
      const { points } = await client().query(DOCS, {
        prefetch: [inner as never],
        query: { formula: { sum: ["$score", 10] } },
      });
      expect(points.map(({ id, score }) => [id, score])).toEqual([
        [3, 8],
        [2, 7],
      ]);
    });

    it("print what f32 makes of the result", async () => {
      const { points } = await client().query(DOCS, {
        prefetch: { ...byA, limit: 1 },
        query: { formula: { div: { left: 1, right: 3 } } },
      });
      expect(points[0]?.score).toBe(0.33333334);
    });

    const MISSING =
      /^Wrong input: Expected number value for .* in the payload and\/or in the formula defaults/;
    const NOT_FINITE = /^Wrong input: The expression .* produced a non-finite number$/;
    const MALFORMED = /^Format error in JSON body: /;
    const REFUSED: [name: string, formula: unknown, error: RegExp][] = [
      ["a field without a value or a default", "unheard-of", MISSING],
      ["a field with several values", "pair", MISSING],
      ["a text as a number", "word", MISSING],
      ["null as a number", "nothing", MISSING],
      [
        "a number as a time",
        { datetime_key: "price" },
        /^Wrong input: Expected datetime value for price/,
      ],
      [
        "a number as a place",
        { geo_distance: { origin: { lat: 0, lon: 0 }, to: "price" } },
        /^Wrong input: Expected geo point value for price/,
      ],
      ["a division by zero", { div: { left: 1, right: "stars" } }, NOT_FINITE],
      ["the root of a negative number", { sqrt: "price" }, NOT_FINITE],
      ["a root by power", { pow: { base: "price", exponent: 0.5 } }, NOT_FINITE],
      ["the logarithm of zero", { ln: "stars" }, NOT_FINITE],
      ["the decimal logarithm of zero", { log10: "stars" }, NOT_FINITE],
      ["an exponential too large", { exp: { mult: ["price", 100] } }, NOT_FINITE],
      ["a score beyond f32", { mult: [1e30, 1e30] }, NOT_FINITE],
      ["an unknown reserved word", "$rank", /^Wrong input: .*Invalid reserved word: \$rank/],
      ["a field of the score", "$score.x", /^Wrong input: .*Invalid reserved variable: \$score\.x/],
      ["a name that is no path", "a..b", /^Wrong input: .*Invalid payload variable/],
      [
        "a scale of 0",
        { exp_decay: { x: 1, scale: 0 } },
        /^Wrong input: .*scale should be non-zero positive/,
      ],
      [
        "a midpoint of 1",
        { exp_decay: { x: 1, midpoint: 1 } },
        /^Wrong input: .*midpoint should be in the range/,
      ],
      [
        "a midpoint above 1",
        { lin_decay: { x: 1, midpoint: 1.5 } },
        /^Wrong input: .*midpoint should be in the range/,
      ],
      [
        "a time that is none",
        { datetime: "yesterday" },
        /^Wrong input: .*failed to parse date-time yesterday/,
      ],
      [
        "an origin off the globe",
        { geo_distance: { origin: { lat: 91, lon: 0 }, to: "place" } },
        MALFORMED,
      ],
      ["a bool", true, MALFORMED],
      ["operands that are no list", { sum: "$score" }, MALFORMED],
      ["an operand that is missing", { div: { left: 1 } }, MALFORMED],
      ["a condition that is none", { tanh: "$score" }, MALFORMED],
    ];

    it.each(REFUSED)("refuse %s", async (_name, formula, error) => {
      expect(await refusal(score(formula))).toMatchObject({
        status: 400,
        error: expect.stringMatching(error),
      });
    });

    it("refuse a default with an invalid name", async () => {
      const { status, error } = await refusal(score("$score", { $rank: 1 }));
      expect(status).toBe(400);
      expect(error).toMatch(/Invalid reserved word: \$rank/);
    });

    it("refuse to stand without prefetches", async () => {
      const { status, error } = await refusal(client().query(DOCS, { query: { formula: 1 } }));
      expect(status).toBe(400);
      expect(error).toMatch(/cannot apply Formula without prefetches/);
    });

    it("compute nothing for no points", async () => {
      const nobody = { filter: { must: [{ has_id: [99] }] } };
      const query = { prefetch: nobody, query: { formula: "unheard-of" } };
      expect(ids((await client().query(DOCS, query)).points)).toEqual([]);
    });
  });
}
