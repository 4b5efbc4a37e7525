import { describe, expect, it } from "vitest";
import { type Connect, DOCS, refusal, useClient } from "./connection.ts";

const UUID = "a64a8051-3ee7-4881-8bc6-691d25c70d54";

const PAYLOADS = [
  { kind: "b", n: 3, ok: true, ref: UUID },
  { kind: ["a", "b", "a"], n: [3, 3, 4], ok: [true, false], ref: UUID.toUpperCase() },
  { kind: "c", n: 2.5, ok: false, ref: "none" },
  { kind: 5, n: "x" },
  { kind: "b", n: -1, ok: "true", parts: [{ k: "x" }, { k: "y" }, { k: "x" }] },
  {},
  { kind: [["z"]], n: 4 },
];

const INDEXES = { kind: "keyword", n: "integer", ok: "bool", ref: "uuid", "parts[].k": "keyword" };

const CASES: [name: string, request: object, expected: [value: unknown, count: number][]][] = [
  [
    "a value of an array once a point",
    { key: "kind" },
    [
      ["b", 3],
      ["a", 1],
      ["c", 1],
    ],
  ],
  [
    "integers, smaller ones first where counts are equal",
    { key: "n" },
    [
      [3, 2],
      [4, 2],
      [-1, 1],
    ],
  ],
  [
    "bools, false first where counts are equal",
    { key: "ok" },
    [
      [false, 2],
      [true, 2],
    ],
  ],
  ["UUIDs in one spelling", { key: "ref" }, [[UUID, 2]]],
  [
    "values below arrays",
    { key: "parts[].k" },
    [
      ["x", 1],
      ["y", 1],
    ],
  ],
  [
    "no more than the limit",
    { key: "kind", limit: 2 },
    [
      ["b", 3],
      ["a", 1],
    ],
  ],
  ["exactly, if asked for", { key: "kind", limit: 1, exact: true }, [["b", 3]]],
  [
    "only points which pass a filter",
    { key: "kind", filter: { must: { key: "ok", match: { value: true } } } },
    [
      ["b", 2],
      ["a", 1],
    ],
  ],
  [
    "points which pass a filter that no index answers",
    { key: "n", filter: { must: { is_empty: { key: "parts" } }, must_not: { has_id: [1] } } },
    [
      [4, 2],
      [3, 1],
    ],
  ],
  ["nothing where no point passes", { key: "kind", filter: { must: { has_id: [99] } } }, []],
];

export function describeFacets(connect: Connect): void {
  describe("facets", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { v: { size: 1, distance: "Dot" } } });
      const points = PAYLOADS.map((payload, i) => ({ id: i + 1, vector: {}, payload }));
      await fresh.upsert(DOCS, { points });
      for (const [field_name, field_schema] of Object.entries(INDEXES)) {
        await fresh.createPayloadIndex(DOCS, { field_name, field_schema, wait: true } as never);
      }
    });

    const facet = async (request: object): Promise<unknown[]> => {
      const { hits } = await client().facet(DOCS, request as never);
      return hits.map(({ value, count }) => [value, count]);
    };

    it.each(CASES)("count %s", async (_name, request, expected) => {
      expect(await facet(request)).toEqual(expected);
    });

    it("follow what is written and deleted", async () => {
      await client().setPayload(DOCS, { payload: { kind: "d" }, points: [1, 2], wait: true });
      await client().delete(DOCS, { points: [3], wait: true });
      // A server may go on naming values which no point has any more, with a count of 0.
      const hits = (await facet({ key: "kind" })) as [string, number][];
      const expected = [
        ["d", 2],
        ["b", 1],
      ];
      expect(hits.filter(([, count]) => count > 0)).toEqual(expected);
    });

    it("count ten values unless a limit is given", async () => {
      const points = Array.from({ length: 12 }, (_, i) => ({
        id: 100 + i,
        vector: {},
        payload: { kind: `k${String(i).padStart(2, "0")}` },
      }));
      await client().upsert(DOCS, { points });
      const values = (await facet({ key: "kind" })).map((hit) => (hit as [string, number])[0]);
      const rest = ["k00", "k01", "k02", "k03", "k04", "k05", "k06"];
      expect(values).toEqual(["b", "a", "c", ...rest]);
      expect(await facet({ key: "kind", limit: 20 })).toHaveLength(15);
    });

    it.each(["kin", "v", "parts"])("refuse %s, which has no index", async (key) => {
      const { status, error } = await refusal(facet({ key }));
      expect(status).toBe(400);
      expect(error).toContain(`Wrong input: No appropriate index for faceting: \`${key}\`.`);
    });

    it.each(["float", "text", "datetime", "geo", { type: "integer", lookup: false, range: true }])(
      "refuse a field with an index of type %j",
      async (schema) => {
        const index = { field_name: "n", field_schema: schema, wait: true } as never;
        await client().createPayloadIndex(DOCS, index);
        const { status, error } = await refusal(facet({ key: "n" }));
        expect(status).toBe(400);
        expect(error).toContain("No appropriate index for faceting: `n`.");
      },
    );

    it("refuse a limit of 0, a missing key and a collection that does not exist", async () => {
      expect(await refusal(facet({ key: "kind", limit: 0 }))).toEqual({
        status: 422,
        error: "Validation error in JSON body: [limit: value 0 invalid, must be 1 or larger]",
      });
      const { status, error } = await refusal(facet({}));
      expect(status).toBe(400);
      expect(error).toMatch(/^Format error in JSON body: missing field `key`/);
      expect((await refusal(client().facet("contract-suite-none", { key: "a" }))).status).toBe(404);
    });
  });
}
