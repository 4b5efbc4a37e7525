import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, refusal, useClient } from "./connection.ts";

export function describeQueryRules(connect: Connect): void {
  describe("queries and prefetches", () => {
    const client = useClient(connect, async (fresh) => {
      const parameters = { size: 1, distance: "Dot" } as const;
      await fresh.createCollection(DOCS, {
        vectors: { a: parameters, b: parameters },
        sparse_vectors: { sparse: {} },
      });
      const points = [1, 2, 3, 4, 5].map((id) => ({
        id,
        vector: { a: [id / 10], b: [-id] },
        payload: { n: id },
      }));
      await fresh.upsert(DOCS, { points });
    });
    const byA = { query: [1], using: "a" };
    const byB = { query: [1], using: "b" };
    const query = (body: object): Promise<{ points: { id: string | number; score: number }[] }> =>
      client().query(DOCS, body) as never;
    const found = async (body: object): Promise<unknown[]> => ids((await query(body)).points);

    it("compare scores and thresholds as f32", async () => {
      // 0.3 as f32 is more than 0.3 as a double.
      expect(await found({ ...byA, score_threshold: 0.3 })).toEqual([5, 4]);
      const fused = { prefetch: [byA], query: { fusion: "rrf" } };
      // 1/3 as f32 is more than 0.333333333, and is what that is as f32.
      expect(await found({ ...fused, score_threshold: 0.333333333 })).toEqual([5, 4]);
    });

    it("take an object with `nearest`, and a single prefetch without a list", async () => {
      expect(await found({ query: { nearest: [1] }, using: "a", limit: 1 })).toEqual([5]);
      expect(await found({ prefetch: { ...byA, limit: 2 }, ...byB, limit: 1 })).toEqual([4]);
    });

    it("treat null as absent", async () => {
      const nothing = { filter: null, params: null, score_threshold: null, lookup_from: null };
      expect(
        await found({ ...byA, ...nothing, prefetch: null, limit: null, offset: null }),
      ).toEqual([5, 4, 3, 2, 1]);
    });

    it("take limits beyond what there is, up to 64 bits", async () => {
      expect(await found({ ...byA, limit: 2 ** 53 })).toHaveLength(5);
      expect(await found({ ...byA, limit: 18_446_744_073_709_551_615n })).toHaveLength(5);
      expect(await found({ ...byA, offset: 10 })).toEqual([]);
    });

    it("apply the threshold of a rescoring strictly", async () => {
      const rescored = { prefetch: byA, ...byB, score_threshold: -3 };
      expect(hits((await query(rescored)) as never)).toEqual([
        [1, -1],
        [2, -2],
      ]);
    });

    it("list by id in a prefetch without a query", async () => {
      const filter = { must_not: [{ has_id: [2] }] };
      // 1/2, 1/3
      const fused = { prefetch: [{ filter, limit: 2 }], query: { fusion: "rrf" } };
      expect(hits((await query(fused)) as never)).toEqual([
        [1, 0.5],
        [3, 0.33333334],
      ]);
    });

    it("give all that a prefetch lists the same share by dbsf", async () => {
      const fused = { prefetch: [{ limit: 2 }], query: { fusion: "dbsf" } };
      // A tie: a server leaves the order open.
      const found = new Map(hits((await query(fused)) as never));
      expect(found).toEqual(new Map([1, 2].map((id) => [id, 0.5])));
    });

    it("apply filters of outer prefetches to those inside", async () => {
      const outer = {
        prefetch: [byA, byB],
        query: { fusion: "rrf" },
        filter: { must_not: [{ has_id: [5] }] },
      };
      const filter = { must_not: [{ has_id: [1] }] };
      const request = { prefetch: [outer, byA], query: { fusion: "rrf" }, filter };
      // Inside, 4 and 2 lead one list each, so 2, 3 and 4 tie or nearly; beside it, 5 leads.
      expect(new Set(await found(request))).toEqual(new Set([2, 3, 4, 5]));
      const alone = { prefetch: [outer], query: { fusion: "rrf" }, filter };
      expect(new Set(await found(alone))).toEqual(new Set([2, 3, 4]));
    });

    it("need one of both `should`, of the request and of the prefetch", async () => {
      // So does the server: filters are joined clause by clause.
      const is = (n: number): object => ({ key: "n", match: { value: n } });
      const outer = { should: [is(1)], must_not: [is(4)] };
      const inner = { should: [is(2), is(4)] };
      const request = { prefetch: [{ ...byA, filter: inner }], query: { fusion: "rrf" } };
      expect(await found({ ...request, filter: outer })).toEqual([2, 1]);
    });

    it("are joined so too where a point is left out because the request names it", async () => {
      const is = (n: number): object => ({ key: "n", match: { value: n } });
      const prefetch = [{ ...byA, filter: { should: [is(2), is(4)] } }];
      const query = { fusion: "rrf" };
      const named = { ...byA, query: 5, filter: { should: [is(3)] } };
      const request = { prefetch: [...prefetch, named], query, filter: { should: [is(1)] } };
      expect(new Set(await found(request))).toEqual(new Set([1, 2, 3, 4]));
    });

    it("need as many as either `min_should` says of the conditions of both", async () => {
      const least = (min_count: number, ...lists: number[][]): object => ({
        min_should: { min_count, conditions: lists.map((has_id) => ({ has_id })) },
      });
      const prefetch = [{ ...byA, filter: least(1, [1, 2], [3]) }];
      const request = { prefetch, query: { fusion: "rrf" }, filter: least(2, [2, 3], [3, 4], [5]) };
      expect(await found(request)).toEqual([3, 2]);
    });

    it("nest 64 levels of prefetches, and no more", async () => {
      const nest = (levels: number): object =>
        Array.from({ length: levels - 1 }).reduce<object>(
          (inner) => ({ prefetch: inner, query: { fusion: "rrf" } }),
          byA,
        );
      const fused = { query: { fusion: "rrf" }, limit: 1 };
      expect(await found({ prefetch: nest(64), ...fused })).toEqual([5]);
      const { status, error } = await refusal(query({ prefetch: nest(65), ...fused }));
      expect(status).toBe(400);
      expect(error).toMatch(/prefetches depth 65 exceeds max depth 64/);
    });

    it("are answered in order in a batch", async () => {
      const searches = [
        byA,
        { ...byB, limit: 1 },
        { limit: 2 },
        { ...byA, filter: { must: [{ has_id: [9] }] } },
      ];
      const results = await client().queryBatch(DOCS, { searches } as never);
      expect(results.map(({ points }) => ids(points))).toEqual([[5, 4, 3, 2, 1], [1], [1, 2], []]);
      expect(await client().queryBatch(DOCS, { searches: [] })).toEqual([]);
    });

    it("are refused together in a batch", async () => {
      const searches = [byA, { query: [1, 2], using: "a" }];
      expect(await refusal(client().queryBatch(DOCS, { searches } as never))).toEqual({
        status: 400,
        error: "Wrong input: Vector dimension error: expected dim: 1, got 2",
      });
    });

    const BAD = /^Bad request: /;
    const WRONG = /^Wrong input: /;
    const MALFORMED = /^Format error in JSON body: /;
    const REFUSED: [name: string, body: object, status: number, error: RegExp | string][] = [
      [
        "prefetches without a query",
        { prefetch: [byA] },
        400,
        "Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
      ],
      [
        "nested prefetches without a query",
        { prefetch: [{ prefetch: [byA] }], query: { fusion: "rrf" } },
        400,
        "Bad request: A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
      ],
      [
        "a threshold without a query",
        { score_threshold: 1 },
        400,
        "Bad request: A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
      ],
      [
        "a threshold in a prefetch without a query",
        { prefetch: [{ score_threshold: 1 }], query: { fusion: "rrf" } },
        400,
        BAD,
      ],
      [
        "a fusion with a vector name",
        { prefetch: [byA], query: { fusion: "rrf" }, using: "a" },
        400,
        "Bad request: Fusion queries cannot be combined with the 'using' field.",
      ],
      [
        "a fusion without prefetches",
        { query: { fusion: "dbsf" } },
        400,
        /^Wrong input: .*cannot apply Fusion without prefetches$/,
      ],
      [
        "a fusion without prefetches in a prefetch",
        { prefetch: [{ query: { fusion: "rrf" } }], query: { fusion: "rrf" } },
        400,
        WRONG,
      ],
      [
        "weights that do not match the prefetches",
        { prefetch: [byA, byB], query: { rrf: { weights: [1] } } },
        400,
        WRONG,
      ],
      ["an unknown fusion", { prefetch: [byA], query: { fusion: "best" } }, 400, MALFORMED],
      [
        "a k of 0",
        { prefetch: [byA], query: { rrf: { k: 0 } } },
        422,
        /^Validation error in JSON body: \[internal\.query\.rrf\.k: value 0 invalid, must be 1 or larger\]$/,
      ],
      ["a k that is no integer", { prefetch: [byA], query: { rrf: { k: 1.5 } } }, 400, MALFORMED],
      [
        "a limit of 0 in a prefetch",
        { prefetch: [{ ...byA, limit: 0 }], query: { fusion: "rrf" } },
        422,
        /^Validation error in JSON body: \[internal\.prefetch\[0\]\.limit: value 0 invalid/,
      ],
      ["a negative limit", { ...byA, limit: -1 }, 400, MALFORMED],
      ["a limit that is no number", { ...byA, limit: "all" }, 400, MALFORMED],
      ["a negative offset", { ...byA, offset: -1 }, 400, MALFORMED],
      ["a threshold that is no number", { ...byA, score_threshold: "high" }, 400, MALFORMED],
      ["a prefetch that is none", { prefetch: [5], query: { fusion: "rrf" } }, 400, MALFORMED],
      ["a query that is a bool", { query: true }, 400, MALFORMED],
      ["a query that is a text but no id", { query: "nearest" }, 400, MALFORMED],
      ["a vector of texts", { query: ["a"], using: "a" }, 400, MALFORMED],
      ["a dense vector for a sparse name", { query: [1], using: "sparse" }, 400, WRONG],
      ["a vector name that is no text", { query: [1], using: 5 }, 400, MALFORMED],
      ["parameters that are none", { ...byA, params: 5 }, 400, MALFORMED],
    ];

    it.each(REFUSED)("refuse %s", async (_name, body, status, error) => {
      expect(await refusal(query(body))).toEqual({
        status,
        error: typeof error === "string" ? error : expect.stringMatching(error),
      });
    });

    it("say where in a batch a limit is 0", async () => {
      const searches = [byA, { ...byA, limit: 0 }];
      expect(await refusal(client().queryBatch(DOCS, { searches } as never))).toEqual({
        status: 422,
        error: expect.stringMatching(
          /^Validation error in JSON body: \[searches\[1\]\.internal\.limit: /,
        ),
      });
    });

    it("say that a limit is 0 in a scroll", async () => {
      expect(await refusal(client().scroll(DOCS, { limit: 0 }))).toEqual({
        status: 422,
        error: expect.stringMatching(/limit: value 0 invalid, must be 1 or larger\]$/),
      });
    });
  });
}
