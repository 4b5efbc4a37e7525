import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, OTHER, refusal, useClient } from "./connection.ts";
import { expectScores } from "./scores.ts";

const POINTS = [
  {
    id: 1,
    vector: { dense: [4, 0], other: [1, 0, 0], sparse: { indices: [1, 2], values: [2, 1] } },
  },
  { id: 2, vector: { dense: [3, 1], sparse: { indices: [2], values: [3] } } },
  { id: 3, vector: { dense: [0, 2], sparse: { indices: [3], values: [1] } } },
  { id: 4, vector: { dense: [-1, 1] } },
];
const ELSEWHERE = [
  {
    id: 1,
    vector: {
      dense: [0, 1],
      query: [1, 1],
      wide: [1, 2, 3],
      sparse: { indices: [2], values: [1] },
    },
  },
  { id: 9, vector: { dense: [1, 0], query: [0, 0.5] } },
];

export function describeExamples(connect: Connect): void {
  describe("points as examples", () => {
    const client = useClient(connect, async (fresh) => {
      const plane = { size: 2, distance: "Dot" } as const;
      const space = { size: 3, distance: "Dot" } as const;
      await fresh.createCollection(DOCS, {
        vectors: { dense: plane, other: space },
        sparse_vectors: { sparse: {} },
      });
      await fresh.createCollection(OTHER, {
        vectors: { dense: plane, query: plane, wide: space },
        sparse_vectors: { sparse: {} },
      });
      await fresh.upsert(DOCS, { points: POINTS });
      await fresh.upsert(OTHER, { points: ELSEWHERE });
    });

    async function find(query: unknown, options: object = {}): Promise<[unknown, number][]> {
      const request = { query: query as never, using: "dense", ...options };
      return hits(await client().query(DOCS, request));
    }

    describe("looked up in another collection", () => {
      const lookup_from = { collection: OTHER, vector: "query" };

      it("bring the vector named, and are left out of no answer", async () => {
        // By [1, 1]
        expectScores(await find(1, { lookup_from }), [
          [1, 4],
          [2, 4],
          [3, 2],
          [4, 0],
        ]);
      });

      it("bring the vector of the query's own name where none is named", async () => {
        // By [0, 1]
        const found = await find(1, { lookup_from: { collection: OTHER } });
        expectScores(found, [
          [3, 2],
          [2, 1],
          [4, 1],
          [1, 0],
        ]);
      });

      it("are looked up for nearest and for recommend", async () => {
        // 0.5 × [1, 1] + 0.5 × [0, 0.5] = [0.5, 0.75]
        const found = await find({ recommend: { positive: [1, 9] } }, { lookup_from });
        expectScores(found, [
          [2, 2.25],
          [1, 2],
          [3, 1.5],
          [4, 0.25],
        ]);
        expect(await find({ nearest: 9 }, { lookup_from, limit: 1 })).toEqual([[3, 1]]);
      });

      it("are looked up by each prefetch where it says so", async () => {
        const prefetch = [
          { query: 9, using: "dense", lookup_from, limit: 1 },
          { query: 1, using: "sparse", lookup_from: { collection: OTHER }, limit: 1 },
        ];
        // By [0, 0.5] 3 is the nearest, by the sparse one 2.
        const { points } = await client().query(DOCS, {
          prefetch,
          query: { fusion: "rrf" },
        } as never);
        expect(new Set(ids(points))).toEqual(new Set([2, 3]));
      });

      it("do nothing to a query that names no point", async () => {
        const found = await find([1, 0], { lookup_from, limit: 1 });
        expect(found).toEqual([[1, 4]]);
      });

      it("can be of the same collection, and are left out then", async () => {
        const found = await find(1, { lookup_from: { collection: DOCS } });
        expect(found.map(([id]) => id)).toEqual([2, 3, 4]);
      });

      const REFUSED: [
        name: string,
        query: unknown,
        lookup: object,
        status: number,
        error: RegExp,
      ][] = [
        [
          "a point that is not there",
          2,
          { collection: OTHER },
          404,
          /^Not found: No point with id 2 found$/,
        ],
        [
          "a collection that is not there",
          1,
          { collection: "nowhere" },
          404,
          /^Not found: Collection nowhere not found$/,
        ],
        [
          "a vector of another size",
          1,
          { collection: OTHER, vector: "wide" },
          400,
          /^Wrong input: Vector dimension error: expected dim: 2, got 3/,
        ],
        [
          "a vector of another kind",
          1,
          { collection: OTHER, vector: "sparse" },
          400,
          /^Wrong input: /,
        ],
        [
          "an unknown vector",
          1,
          { collection: OTHER, vector: "foo" },
          400,
          /^Wrong input: Not existing vector name error: foo$/,
        ],
        [
          "a place without a collection",
          1,
          { vector: "dense" },
          400,
          /^Format error in JSON body: missing field `collection`/,
        ],
      ];

      it.each(REFUSED)("refuse %s", async (_name, query, lookup, status, error) => {
        expect(await refusal(find(query, { lookup_from: lookup }))).toEqual({
          status,
          error: expect.stringMatching(error),
        });
      });
    });

    describe("recommended from", () => {
      const recommend = (examples: object): unknown => ({ recommend: examples });

      it("stand for their mean, and are left out", async () => {
        // [4, 0] and [3, 1]: [3.5, 0.5]
        expectScores(await find(recommend({ positive: [1, 2] })), [
          [3, 1],
          [4, -3],
        ]);
      });

      it("push away where they are negative", async () => {
        // 2 × [4, 0] - [0, 2] = [8, -2]
        expectScores(await find(recommend({ positive: [1], negative: [3] })), [
          [2, 22],
          [4, -10],
        ]);
        // 2 × [3.5, 0.5] - ([0, 2] + [-1, 1]) / 2 = [7.5, -0.5]: nothing but examples
        expect(await find(recommend({ positive: [1, 2], negative: [3, 4] }))).toEqual([]);
      });

      it("can be vectors, and both", async () => {
        // ([2, 2] + [0, 2]) / 2 = [1, 2]
        const found = await find(recommend({ positive: [[2, 2], 3], strategy: "average_vector" }));
        expectScores(found, [
          [2, 5],
          [1, 4],
          [4, 1],
        ]);
        // 2 × [1, 1] - [2, 0] = [0, 2]
        expectScores(
          await find(recommend({ positive: [[1, 1]], negative: [[2, 0]] }), { limit: 1 }),
          [[3, 4]],
        );
      });

      it("are passed over where they do not have the vector", async () => {
        const found = await find(recommend({ positive: [1, 2] }), { using: "other" });
        expect(found).toEqual([]);
        const { points } = await client().query(DOCS, {
          query: recommend({ positive: [2, [1, 0, 0]] }) as never,
          using: "other",
        });
        expect(hits({ points })).toEqual([[1, 1]]);
      });

      it("add up where they are sparse", async () => {
        // ({1: 2, 2: 1} + {2: 3}) / 2 = {1: 1, 2: 2}, twice that less {3: 1}
        const upsert = { id: 5, vector: { sparse: { indices: [1, 2, 3], values: [1, 1, 1] } } };
        await client().upsert(DOCS, { points: [upsert] });
        const using = "sparse";
        expectScores(await find(recommend({ positive: [1, 2] }), { using }), [[5, 3]]);
        const negative = [{ indices: [3], values: [1] }];
        expectScores(await find(recommend({ positive: [1, 2], negative }), { using }), [
          [5, 5],
          [3, -1],
        ]);
      });

      it("obey a filter and rescore prefetches", async () => {
        const filter = { must: [{ has_id: [1, 4] }] };
        expectScores(await find(recommend({ positive: [2] }), { filter }), [
          [1, 12],
          [4, -2],
        ]);
        const prefetch = { query: [0, 1], using: "dense", limit: 2 };
        expectScores(await find(recommend({ positive: [1] }), { prefetch }), [
          [2, 12],
          [3, 0],
        ]);
      });

      const REFUSED: [name: string, examples: object, status: number, error: RegExp][] = [
        [
          "no examples",
          {},
          422,
          /^Validation error in JSON body: \[.*At least one positive or negative vector\/id must be provided/,
        ],
        [
          "empty lists of examples",
          { positive: [], negative: [] },
          422,
          /^Validation error in JSON body: /,
        ],
        ["only negative examples", { negative: [1] }, 400, /Positive vectors should not be empty/],
        [
          "an example that is not there",
          { positive: [1, 77] },
          404,
          /^Not found: No point with id 77 found$/,
        ],
        [
          "a negative example that is not there",
          { positive: [1], negative: [77] },
          404,
          /^Not found: No point with id 77 found$/,
        ],
        ["an example of the wrong size", { positive: [[1, 2, 3]] }, 400, /^Wrong input: /],
        [
          "another strategy",
          { positive: [1], strategy: "best" },
          400,
          /^Format error in JSON body: /,
        ],
        ["an example that is no list", { positive: 1 }, 400, /^Format error in JSON body: /],
      ];

      it.each(REFUSED)("refuse %s", async (_name, examples, status, error) => {
        expect(await refusal(find(recommend(examples)))).toEqual({
          status,
          error: expect.stringMatching(error),
        });
      });
    });

    describe("anywhere in a request", () => {
      it("are left out of every list of it", async () => {
        const prefetch = [
          { query: 1, using: "dense" },
          { query: [1, 0], using: "dense" },
          { prefetch: [{ query: 3, using: "dense" }], query: { fusion: "rrf" } },
        ];
        const { points } = await client().query(DOCS, {
          prefetch,
          query: { fusion: "rrf" },
        } as never);
        expect(new Set(ids(points))).toEqual(new Set([2, 4]));
      });

      it("need the vector of the query", async () => {
        expect(await refusal(find(2, { using: "other" }))).toEqual({
          status: 404,
          error: 'Not found: Vector with name "other" for point not found',
        });
      });

      it("need to be there, in a prefetch too", async () => {
        const prefetch = { query: 77, using: "dense" };
        expect(await refusal(find({ fusion: "rrf" }, { prefetch, using: null }))).toEqual({
          status: 404,
          error: "Not found: No point with id 77 found",
        });
      });
    });
  });
}
