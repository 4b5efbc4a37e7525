import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, refusal, useClient } from "./connection.ts";
import { expectScores } from "./scores.ts";

// In tenant a, 1 occurs in 3 of 3 documents, 2 in 1, 3 in none; in tenant b, 1 in 1 of 2, 2 in 1, 3 in 2.
const POINTS = [
  { id: 1, tenant: "a", indices: [1, 2] },
  { id: 2, tenant: "a", indices: [1] },
  { id: 3, tenant: "a", indices: [1] },
  { id: 4, tenant: "b", indices: [1, 3] },
  { id: 5, tenant: "b", indices: [2, 3] },
];

/** The weight of an index that is in so many of all documents. */
function idf(all: number, containing: number): number {
  return Math.log((all - containing + 0.5) / (containing + 0.5) + 1);
}

export function describeIdfCorpus(connect: Connect): void {
  describe("the corpus of document frequencies", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        vectors: { dense: { size: 1, distance: "Dot" } },
        sparse_vectors: { words: { modifier: "idf" }, plain: {} },
      });
      const points = POINTS.map(({ id, tenant, indices }) => {
        const sparse = { indices, values: indices.map(() => 1) };
        return { id, vector: { words: sparse, plain: sparse, dense: [1] }, payload: { tenant } };
      });
      // Of tenant a, too, but no document: it has no such vector.
      const bare = { id: 6, vector: { dense: [1] }, payload: { tenant: "a" } };
      await fresh.upsert(DOCS, { points: [...points, bare] as never });
    });
    const words = { query: { indices: [1, 2, 3], values: [1, 1, 2] }, using: "words" };
    const of = (tenant: string): object => ({
      must: [{ key: "tenant", match: { value: tenant } }],
    });

    async function find(idfParameter: unknown, options: object = {}): Promise<[unknown, number][]> {
      const params = { idf: idfParameter } as never;
      return hits(await client().query(DOCS, { ...words, params, ...options }));
    }

    /** What the points score where these are the weights of 1, 2 and 3. */
    function scores(one: number, two: number, three: number): [number, number][] {
      const all: [number, number][] = [
        [1, one + two],
        [2, one],
        [3, one],
        [4, one + 2 * three],
        [5, two + 2 * three],
      ];
      return all.toSorted(([, a], [, b]) => b - a);
    }

    it("is the points of a filter", async () => {
      expectScores(await find({ corpus: of("a") }), scores(idf(3, 3), idf(3, 1), idf(3, 0)));
      expectScores(await find({ corpus: of("b") }), scores(idf(2, 1), idf(2, 1), idf(2, 2)));
    });

    it("is all points with the vector where it is global, as it is by default", async () => {
      const expected = scores(idf(5, 4), idf(5, 2), idf(5, 2));
      expectScores(await find("global"), expected);
      expectScores(await find(null), expected);
      expectScores(await find({ corpus: {} }), expected);
    });

    it("can be empty", async () => {
      expectScores(await find({ corpus: of("nobody") }), scores(idf(0, 0), idf(0, 0), idf(0, 0)));
    });

    it("is not narrowed by the filter of the query", async () => {
      const found = await find({ corpus: of("b") }, { filter: of("a") });
      expectScores(found, [
        [1, idf(2, 1) + idf(2, 1)],
        [2, idf(2, 1)],
        [3, idf(2, 1)],
      ]);
    });

    it("takes any filter, also with a payload index", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "tenant",
        field_schema: "keyword",
        wait: true,
      });
      expectScores(await find({ corpus: of("a") }), scores(idf(3, 3), idf(3, 1), idf(3, 0)));
      const corpus = { must_not: [{ has_id: [1, 2, 3] }] };
      expectScores(await find({ corpus }), scores(idf(2, 1), idf(2, 1), idf(2, 2)));
    });

    it("follows when points change", async () => {
      await client().delete(DOCS, { points: [2, 3], wait: true });
      const expected = scores(idf(1, 1), idf(1, 1), idf(1, 0)).filter(
        ([id]) => ![2, 3].includes(id),
      );
      expectScores(await find({ corpus: of("a") }), expected);
    });

    it("is of each prefetch its own", async () => {
      const params = { idf: { corpus: of("a") } } as never;
      const prefetch = { ...words, params, limit: 1 };
      const formula = { formula: "$score" };
      expectScores(hits(await client().query(DOCS, { prefetch, query: formula })), [
        [5, idf(3, 1) + 2 * idf(3, 0)],
      ]);
    });

    it.each([["dense"], ["plain"]])("is refused for a vector without idf: %s", async (using) => {
      const query = using === "dense" ? [1] : words.query;
      const refused = await refusal(find({ corpus: of("a") }, { query, using }));
      expect(refused.status).toBe(400);
      expect(refused.error).toMatch(
        /search param `idf` requires a sparse vector with the `idf` modifier/,
      );
      expect((await refusal(find("global", { query, using }))).status).toBe(400);
    });

    it.each([
      ["another scope", "local"],
      ["no corpus", {}],
    ])("refuses %s", async (_name, parameter) => {
      const { status, error } = await refusal(find(parameter));
      expect(status).toBe(400);
      expect(error).toMatch(/^Format error in JSON body: /);
    });
  });
}
