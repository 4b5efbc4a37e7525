import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, ids, refusal, useClient } from "./connection.ts";

// Near to [1, 0] by dot product: 3, 2.9, 2, 0. To each other: 1–2 8.7, 1–3 6, 1–4 0, 2–3 5.8, 2–4 0, 3–4 2.
const POINTS = [
  { id: 1, vector: { dot: [3, 0], cosine: [1, 0], line: [1] }, payload: { n: 1 } },
  { id: 2, vector: { dot: [2.9, 0], cosine: [0.8, 0.6], line: [1.1] }, payload: { n: 2 } },
  { id: 3, vector: { dot: [2, 2], cosine: [6, 8], line: [-2] }, payload: { n: 3 } },
  { id: 4, vector: { dot: [0, 1], cosine: [0, 5], line: [5] }, payload: { n: 4 } },
  { id: 5, vector: {}, payload: { n: 5 } },
];

export function describeMmr(connect: Connect): void {
  describe("maximal marginal relevance", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        vectors: {
          dot: { size: 2, distance: "Dot" },
          cosine: { size: 2, distance: "Cosine" },
          line: { size: 1, distance: "Euclid" },
        },
        sparse_vectors: { sparse: {} },
      });
      await fresh.upsert(DOCS, { points: POINTS });
    });

    async function find(mmr: object, options: object = {}): Promise<[unknown, number][]> {
      const query = { nearest: [1, 0], mmr };
      return hits(await client().query(DOCS, { query, using: "dot", ...options } as never));
    }
    const found = async (mmr: object, options?: object): Promise<unknown[]> =>
      (await find(mmr, options)).map(([id]) => id);

    it("takes the nearest, then by half of nearness and half of difference", async () => {
      // After 1: 2 is worth 1.45 - 4.35, 3 is worth 1 - 3, 4 is worth 0 - 0; then 3 before 2.
      expect(await find({ diversity: 0.5 })).toEqual([
        [1, 3],
        [4, 0],
        [3, 2],
        [2, 2.9],
      ]);
      expect(await found({})).toEqual([1, 4, 3, 2]);
    });

    it("without diversity is the order of a search", async () => {
      expect(await found({ diversity: 0 })).toEqual([1, 2, 3, 4]);
    });

    it("weighs difference as little as it is told", async () => {
      // After 1: 2 is worth 0.9 × 2.9 - 0.1 × 8.7 = 1.74, 3 is worth 1.2, 4 is worth 0.
      expect(await found({ diversity: 0.1 })).toEqual([1, 2, 3, 4]);
    });

    it("looks for difference alone after the first", async () => {
      expect(await found({ diversity: 1 })).toEqual([1, 4, 3, 2]);
    });

    it("chooses among as many as the limit of the request says", async () => {
      expect(await found({}, { limit: 2 })).toEqual([1, 2]);
    });

    it("chooses among more where there is a limit of candidates", async () => {
      expect(await found({ candidates_limit: 3 }, { limit: 2 })).toEqual([1, 3]);
      expect(await found({ candidates_limit: 4 }, { limit: 2 })).toEqual([1, 4]);
    });

    it("returns no more than there are candidates", async () => {
      expect(await found({ candidates_limit: 3 })).toEqual([1, 3, 2]);
      expect(await found({ candidates_limit: 1 })).toEqual([1]);
    });

    it("finds nothing among no candidates", async () => {
      expect(await found({ candidates_limit: 0 })).toEqual([]);
    });

    it("skips an offset of what is chosen", async () => {
      expect(await found({ candidates_limit: 4 }, { limit: 2, offset: 1 })).toEqual([4, 3]);
      expect(await found({}, { limit: 2, offset: 1 })).toEqual([2]);
    });

    it("chooses among those better than the threshold", async () => {
      expect(await found({}, { score_threshold: 2 })).toEqual([1, 2]);
      expect(await found({}, { score_threshold: 1.9 })).toEqual([1, 3, 2]);
    });

    it("chooses among those that pass the filter", async () => {
      const filter = { must_not: [{ has_id: [1, 4] }] };
      // 2, then 3
      expect(await found({}, { filter })).toEqual([2, 3]);
    });

    it("compares normalised vectors by cosine", async () => {
      // Near to [1, 0]: 1, 0.8, 0.6, 0. After 1: 2 is worth 0.4 - 0.4, 3 is 0.3 - 0.3, 4 is 0 - 0.
      // By a diversity of 0.6: 2 is worth 0.32 - 0.48, 3 is 0.24 - 0.36, 4 is 0.
      expect(
        await found({ diversity: 0.6, candidates_limit: 4 }, { using: "cosine", limit: 2 }),
      ).toEqual([1, 4]);
    });

    it("counts distances by their squares, below zero", async () => {
      // Near to 0: -1, -1.21, -4, -25. After 1: 2 is worth -0.605 + 0.005, 3 is -2 + 4.5, 4 is -12.5 + 8.
      const query = { nearest: [0], mmr: {} };
      const { points } = await client().query(DOCS, { query, using: "line" });
      expect(hits({ points })).toEqual([
        [1, 1],
        [3, 2],
        [2, 1.1],
        [4, 5],
      ]);
    });

    it("diversifies sparse vectors", async () => {
      // Near to the query: 3, 2, 1. After 1: 2 is worth 1 - 3, 3 is worth 0.5 - 0.
      const vectors = [
        { indices: [1, 2], values: [3, 0] },
        { indices: [1], values: [2] },
        { indices: [9], values: [1] },
      ];
      const points = vectors.map((sparse, i) => ({ id: 11 + i, vector: { sparse } }));
      await client().upsert(DOCS, { points });
      const query = { nearest: { indices: [1, 9], values: [1, 1] }, mmr: {} };
      expect(hits(await client().query(DOCS, { query, using: "sparse" }))).toEqual([
        [11, 3],
        [13, 1],
        [12, 2],
      ]);
    });

    it("starts from a point, and leaves that out", async () => {
      // Near to 1: 2 8.7, 3 6, 4 0. After 2: 3 is worth 3 - 2.9, 4 is worth 0.
      const query = { nearest: 1, mmr: {} };
      const { points } = await client().query(DOCS, { query, using: "dot" });
      expect(ids(points)).toEqual([2, 3, 4]);
    });

    it("rescores what prefetches have found, and chooses among the nearest of them", async () => {
      const prefetch = { query: [0, 1], using: "dot", limit: 2 };
      // By [0, 1]: 3 and 4; by [1, 0] they score 2 and 0.
      expect(await find({}, { prefetch })).toEqual([
        [3, 2],
        [4, 0],
      ]);
      expect(await found({ candidates_limit: 1 }, { prefetch })).toEqual([3]);
    });

    it("is a plain search in a prefetch of its own", async () => {
      const mmr = { nearest: [1, 0], mmr: { candidates_limit: 3 } };
      const prefetch = { query: mmr, using: "dot", limit: 2 };
      const { points } = await client().query(DOCS, {
        prefetch,
        query: { fusion: "rrf" },
      } as never);
      // All candidates, in the order of the search: 1/2, 1/3, 1/4
      expect(ids(points)).toEqual([1, 2, 3]);
    });

    it("diversifies the lists below it in a nested prefetch, scores as they were", async () => {
      const all = { query: [0, 1], using: "dot" };
      const nested = {
        prefetch: [all],
        query: { nearest: [1, 0], mmr: {} },
        using: "dot",
        limit: 2,
      };
      const { points } = await client().query(DOCS, {
        prefetch: [nested],
        query: { fusion: "rrf" },
      } as never);
      // 1, then 4
      expect(hits({ points })).toEqual([
        [1, 0.5],
        [4, 0.33333334],
      ]);
    });

    it("returns payloads, and vectors only where they are asked for", async () => {
      const query = { nearest: [1, 0], mmr: {} };
      const bare = await client().query(DOCS, { query, using: "dot", limit: 1 });
      expect(bare.points[0]).not.toHaveProperty("vector");
      const full = await client().query(DOCS, {
        query,
        using: "dot",
        limit: 1,
        with_payload: true,
        with_vector: ["line"],
      });
      expect(full.points).toMatchObject([{ id: 1, payload: { n: 1 }, vector: { line: [1] } }]);
    });

    const REFUSED: [name: string, mmr: object, status: number, error: RegExp][] = [
      [
        "a diversity above 1",
        { diversity: 1.5 },
        422,
        /^Validation error in JSON body: \[internal\.query\.mmr\.diversity: /,
      ],
      [
        "a diversity below 0",
        { diversity: -0.5 },
        422,
        /^Validation error in JSON body: \[internal\.query\.mmr\.diversity: /,
      ],
      [
        "too many candidates",
        { candidates_limit: 20_000 },
        422,
        /^Validation error in JSON body: \[internal\.query\.mmr\.candidates_limit: /,
      ],
      ["a diversity that is no number", { diversity: "much" }, 400, /^Format error in JSON body: /],
    ];

    it.each(REFUSED)("refuses %s", async (_name, mmr, status, error) => {
      expect(await refusal(find(mmr))).toEqual({
        status,
        error: expect.stringMatching(error),
      });
    });
  });
}
