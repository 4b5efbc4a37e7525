import { describe, expect, it } from "vitest";
import { type Connect, DOCS, OTHER, refusal, useClient } from "./connection.ts";

const UUID = "11111111-2222-4333-8444-555555555555";

// The score by [1] is the id.
const POINTS: { id: number; payload: object }[] = [
  { id: 1, payload: { doc: "a", n: 1, tags: ["x", "y"] } },
  { id: 2, payload: { doc: "b", n: 2, tags: ["y", "y"] } },
  { id: 3, payload: { doc: "a", n: 1, tags: "x", at: { page: 7 } } },
  { id: 4, payload: { doc: "a", n: -3, at: { page: 8 } } },
  { id: 5, payload: { doc: "a", n: 1 } },
  { id: 6, payload: { doc: "c", n: 2, tags: [] } },
  { id: 7, payload: { n: 1.5, tags: null } },
  { id: 8, payload: { doc: UUID, n: true, tags: ["x", 2.5] } },
];

type Groups = [id: unknown, hits: unknown[]][];

export function describeGroups(connect: Connect): void {
  describe("groups", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        vectors: { dot: { size: 1, distance: "Dot" }, line: { size: 1, distance: "Euclid" } },
      });
      const points = POINTS.map(({ id, payload }) => ({
        id,
        payload,
        vector: { dot: [id], line: [id] },
      }));
      await fresh.upsert(DOCS, { points } as never);
    });
    const byDot = { query: [1], using: "dot" };

    async function group(group_by: string, options: object = {}): Promise<Groups> {
      const request = { ...byDot, group_by, ...options } as never;
      const { groups } = await client().queryGroups(DOCS, request);
      return groups.map(({ id, hits }) => [id, hits.map((hit) => hit.id)]);
    }

    it("hold three hits each, the best first, and come in the order of their best", async () => {
      expect(await group("doc")).toEqual([
        [UUID, [8]],
        ["c", [6]],
        ["a", [5, 4, 3]],
        ["b", [2]],
      ]);
    });

    it("hold as many hits as they are told to", async () => {
      expect(await group("doc", { group_size: 1 })).toEqual([
        [UUID, [8]],
        ["c", [6]],
        ["a", [5]],
        ["b", [2]],
      ]);
      expect((await group("doc", { group_size: 9 }))[2]).toEqual(["a", [5, 4, 3, 1]]);
    });

    it("are as many as they are told to", async () => {
      expect(await group("doc", { limit: 2, group_size: 2 })).toEqual([
        [UUID, [8]],
        ["c", [6]],
      ]);
    });

    it("are ten by default", async () => {
      const points = Array.from({ length: 15 }, (_, i) => ({
        id: 100 + i,
        vector: { dot: [100 + i] },
        payload: { many: i },
      }));
      await client().upsert(DOCS, { points });
      const groups = await group("many");
      expect(groups.map(([id]) => id)).toEqual([14, 13, 12, 11, 10, 9, 8, 7, 6, 5]);
    });

    it("go by integers, other than by fractions and bools", async () => {
      expect(await group("n")).toEqual([
        [2, [6, 2]],
        [1, [5, 3, 1]],
        [-3, [4]],
      ]);
    });

    it("go by each element of an array, once; a point with any other value among them is in none", async () => {
      expect(await group("tags")).toEqual([
        ["x", [3, 1]],
        ["y", [2, 1]],
      ]);
      expect(await group("tags[]")).toEqual([
        ["y", [2, 1]],
        ["x", [1]],
      ]);
    });

    it("go by a nested field", async () => {
      expect(await group("at.page")).toEqual([
        [8, [4]],
        [7, [3]],
      ]);
    });

    it("are none where no point has the field", async () => {
      expect(await group("unheard-of")).toEqual([]);
    });

    it("are filled past hits of groups that are full already", async () => {
      const points = Array.from({ length: 40 }, (_, i) => ({
        id: 100 + i,
        vector: { dot: [100 + i] },
        payload: { doc: "large" },
      }));
      await client().upsert(DOCS, { points });
      expect(await group("doc", { limit: 3, group_size: 2 })).toEqual([
        ["large", [139, 138]],
        [UUID, [8]],
        ["c", [6]],
      ]);
    });

    it("come nearest first by a distance", async () => {
      const found = await group("doc", { query: [0], using: "line", group_size: 2 });
      expect(found).toEqual([
        ["a", [1, 3]],
        ["b", [2]],
        ["c", [6]],
        [UUID, [8]],
      ]);
    });

    it("come by id without a query", async () => {
      const found = await group("doc", { query: null, using: null, group_size: 2 });
      expect(found).toEqual([
        ["a", [1, 3]],
        ["b", [2]],
        ["c", [6]],
        [UUID, [8]],
      ]);
    });

    it("come in the order of a field", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "n",
        field_schema: "integer",
        wait: true,
      });
      const order_by = { key: "n", direction: "desc" };
      const found = await group("doc", { query: { order_by }, using: null, group_size: 2 });
      expect(found.at(-1)?.[0]).toBe("a");
      expect(found.map(([id]) => id).toSorted()).toEqual(["a", "b", "c"]);
    });

    it("obey the filter and the threshold", async () => {
      const filter = { must_not: [{ has_id: [5, 8] }] };
      expect(await group("doc", { filter, score_threshold: 2 })).toEqual([
        ["c", [6]],
        ["a", [4, 3]],
      ]);
    });

    it("fuse prefetches, which find as many times more as a group is large", async () => {
      const prefetch = [{ ...byDot, limit: 2 }];
      // The two, times three: 8, 7, 6, 5, 4, 3; but 7 has no such field.
      const found = await group("doc", { prefetch, query: { fusion: "rrf" }, using: null });
      expect(found.map(([id]) => id)).toEqual([UUID, "c", "a", "b"]);
    });

    it("leave out a point that is the example", async () => {
      expect((await group("doc", { query: 5 }))[2]).toEqual(["a", [4, 3, 1]]);
    });

    it("choose among few by MMR, as many as the groups wanted", async () => {
      const query = { nearest: [1], mmr: { diversity: 0 } };
      expect(await group("doc", { query, limit: 2, group_size: 1 })).toEqual([
        [UUID, [8]],
        ["c", [6]],
      ]);
    });

    it("have scores, and payloads and vectors where they are asked for", async () => {
      const bare = await client().queryGroups(DOCS, { ...byDot, group_by: "doc", limit: 1 });
      expect(bare.groups).toEqual([
        { id: UUID, hits: [{ id: 8, score: 8, version: expect.any(Number) }] },
      ]);
      const full = await client().queryGroups(DOCS, {
        ...byDot,
        group_by: "doc",
        limit: 1,
        with_payload: ["n"],
        with_vector: ["line"],
      });
      expect(full.groups[0]?.hits).toMatchObject([
        { id: 8, payload: { n: true }, vector: { line: [8] } },
      ]);
    });

    describe("with a look-up", () => {
      async function lookUp(group_by: string, with_lookup: unknown): Promise<[unknown, unknown][]> {
        await client().createCollection(OTHER, { vectors: { size: 1, distance: "Dot" } });
        const points = [
          { id: 1, vector: [1], payload: { title: "one", year: 2001 } },
          { id: UUID, vector: [2], payload: { title: "a UUID", year: 2002 } },
        ];
        await client().upsert(OTHER, { points });
        const request = { ...byDot, group_by, with_lookup } as never;
        const { groups } = await client().queryGroups(DOCS, request);
        return groups.map(({ id, lookup }) => [id, lookup]);
      }

      it("carry the point whose id theirs is, with its payload", async () => {
        expect(await lookUp("n", OTHER)).toEqual([
          [2, undefined],
          [1, { id: 1, payload: { title: "one", year: 2001 } }],
          [-3, undefined],
        ]);
      });

      it("find UUIDs, and nothing for another text", async () => {
        const found = await lookUp("doc", { collection: OTHER });
        expect(found[0]).toEqual([UUID, { id: UUID, payload: { title: "a UUID", year: 2002 } }]);
        expect(found.slice(1).every(([, lookup]) => lookup === undefined)).toBe(true);
      });

      it("select the payload and vectors of that point", async () => {
        const parts = { collection: OTHER, with_payload: ["title"], with_vectors: true };
        expect((await lookUp("n", parts))[1]).toEqual([
          1,
          { id: 1, payload: { title: "one" }, vector: [1] },
        ]);
      });

      it("leave its payload out", async () => {
        const found = await lookUp("n", { collection: OTHER, with_payload: false });
        expect(found[1]?.[1]).toEqual({ id: 1 });
      });

      it("refuse a collection that is not there", async () => {
        expect(await refusal(lookUp("n", "nowhere"))).toEqual({
          status: 404,
          error: "Not found: Collection nowhere not found",
        });
      });
    });

    const LIMIT = "search_group_request\\.group_request\\.";
    const REFUSED: [name: string, options: object, status: number, error: RegExp][] = [
      [
        "a limit of 0",
        { limit: 0 },
        422,
        new RegExp(`^Validation error in JSON body: \\[${LIMIT}limit: value 0 invalid`),
      ],
      [
        "a size of 0",
        { group_size: 0 },
        422,
        new RegExp(`^Validation error in JSON body: \\[${LIMIT}group_size: value 0 invalid`),
      ],
      [
        "no field",
        { group_by: undefined },
        400,
        /^Format error in JSON body: missing field `group_by`/,
      ],
      ["a field that is no path", { group_by: "a..b" }, 400, /^Format error in JSON body: /],
      ["a query of the wrong size", { query: [1, 2] }, 400, /^Wrong input: Vector dimension error/],
      [
        "a fusion without prefetches",
        { query: { fusion: "rrf" }, using: null },
        400,
        /cannot apply Fusion without prefetches/,
      ],
    ];

    it.each(REFUSED)("refuse %s", async (_name, options, status, error) => {
      expect(await refusal(group("doc", options))).toEqual({
        status,
        error: expect.stringMatching(error),
      });
    });
  });
}
