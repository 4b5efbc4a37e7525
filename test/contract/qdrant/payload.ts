import { describe, expect, it } from "vitest";
import { type Connect, DOCS, refusal, useClient } from "./connection.ts";

const PAYLOAD = {
  title: "One",
  author: { name: "Ada", mail: "ada@example.org" },
  parts: [
    { name: "a", size: 1 },
    { name: "b", size: 2 },
  ],
};

export function describePayload(connect: Connect): void {
  const prepare = { vectors: { size: 1, distance: "Dot" } } as const;

  describe("payload selectors", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, prepare);
      await fresh.upsert(DOCS, { points: [{ id: 1, vector: [1], payload: PAYLOAD }] });
    });

    it.each([
      ["all of it", true, PAYLOAD],
      ["nothing", false, undefined],
      ["a list of fields", ["title"], { title: "One" }],
      ["an included path", { include: ["author.name"] }, { author: { name: "Ada" } }],
      [
        "a path into an array",
        { include: ["parts[].name"] },
        { parts: [{ name: "a" }, { name: "b" }] },
      ],
      ["no unknown field", { include: ["nothing"] }, {}],
      ["all but a field", { exclude: ["parts", "author"] }, { title: "One" }],
      [
        "all but a path",
        { exclude: ["author.mail", "parts"] },
        { title: "One", author: { name: "Ada" } },
      ],
    ])("returns %s", async (_name, selector, expected) => {
      const [record] = await client().retrieve(DOCS, { ids: [1], with_payload: selector });
      expect(record?.payload).toEqual(expected);
      const { points } = await client().query(DOCS, { query: [1], with_payload: selector });
      expect(points[0]?.payload).toEqual(expected);
    });

    it("leaves the payload out of a query unless asked, and in a scroll and a retrieve", async () => {
      expect((await client().query(DOCS, { query: [1] })).points[0]).not.toHaveProperty("payload");
      expect((await client().scroll(DOCS)).points[0]?.payload).toEqual(PAYLOAD);
      expect((await client().retrieve(DOCS, { ids: [1] }))[0]?.payload).toEqual(PAYLOAD);
    });

    it("returns vectors only where they are asked for", async () => {
      expect((await client().query(DOCS, { query: [1] })).points[0]).not.toHaveProperty("vector");
      const { points } = await client().query(DOCS, { query: [1], with_vector: true });
      expect(points[0]?.vector).toEqual([1]);
    });
  });

  describe("payload edits", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, prepare);
      const points = [1, 2].map((id) => ({ id, vector: [1], payload: { a: 1, b: { c: 2 } } }));
      await fresh.upsert(DOCS, { points });
    });

    async function payloads(): Promise<unknown[]> {
      return (await client().scroll(DOCS)).points.map(({ payload }) => payload);
    }

    it("sets top-level keys, keeps the others and removes those set to null", async () => {
      await client().setPayload(DOCS, { payload: { a: null, d: 4, e: null }, points: [1] });
      expect(await payloads()).toEqual([
        { b: { c: 2 }, d: 4 },
        { a: 1, b: { c: 2 } },
      ]);
    });

    it("sets keys below a path", async () => {
      await client().setPayload(DOCS, { payload: { e: 5 }, key: "b", points: [1] });
      expect((await payloads())[0]).toEqual({ a: 1, b: { c: 2, e: 5 } });
    });

    // Compared with Qdrant's core on random payloads and paths; these are the kinds of cases.
    it.each([
      ["a path that is not there", {}, "x.y", { n: 1 }, { x: { y: { n: 1 } } }],
      ["what is no object", { x: 5 }, "x", { n: 1 }, { x: { n: 1 } }],
      ["a key to remove", { x: { n: 1, m: 2 } }, "x", { n: null }, { x: { m: 2 } }],
      ["one element", { x: [{ n: 0 }, { n: 0 }] }, "x[1]", { n: 1 }, { x: [{ n: 0 }, { n: 1 }] }],
      ["every element", { x: [{}, 5] }, "x[]", { n: 1 }, { x: [{ n: 1 }, { n: 1 }] }],
      ["an element too far", { x: [{}] }, "x[3]", { n: 1 }, { x: [{}] }],
      ["what is no list", { x: { y: 1 } }, "x[]", { n: 1 }, { x: [] }],
      ["a quoted name", { "a.b": { c: 1 } }, '"a.b"', { n: 1 }, { "a.b": { c: 1, n: 1 } }],
      ["an object inside", { x: { y: { z: 1 } } }, "x", { y: { n: 1 } }, { x: { y: { n: 1 } } }],
    ])("sets below %s", async (_name, before, key, payload, after) => {
      await client().overwritePayload(DOCS, { payload: before, points: [1] });
      await client().setPayload(DOCS, { payload, key, points: [1] });
      expect((await payloads())[0]).toEqual(after);
    });

    it.each([
      ["a path", { x: { y: 1, z: 2 } }, ["x.y"], { x: { z: 2 } }],
      [
        "a path in every element",
        { x: [{ y: 1, z: 2 }, { y: 3 }] },
        ["x[].y"],
        { x: [{ z: 2 }, {}] },
      ],
      ["a path in one element", { x: [{ y: 1 }, { y: 3 }] }, ["x[0].y"], { x: [{}, { y: 3 }] }],
      ["all elements", { x: [1, 2] }, ["x[]"], { x: [] }],
      ["no single element", { x: [1, 2] }, ["x[0]"], { x: [1, 2] }],
      ["nothing where there is nothing", { x: 1 }, ["y", "x.y", "x[]"], { x: 1 }],
      ["several keys", { x: 1, y: 2, z: 3 }, ["x", "z"], { y: 2 }],
    ])("deletes %s", async (_name, before, keys, after) => {
      await client().overwritePayload(DOCS, { payload: before, points: [1] });
      await client().deletePayload(DOCS, { keys, points: [1] });
      expect((await payloads())[0]).toEqual(after);
    });

    it("edits the points of a filter, whichever operation it is", async () => {
      const filter = { must: [{ has_id: [2] }] };
      await client().setPayload(DOCS, { payload: { d: 1 }, filter });
      expect(await payloads()).toEqual([
        { a: 1, b: { c: 2 } },
        { a: 1, b: { c: 2 }, d: 1 },
      ]);
      await client().overwritePayload(DOCS, { payload: { e: 1 }, filter });
      expect((await payloads())[1]).toEqual({ e: 1 });
      await client().clearPayload(DOCS, { filter });
      expect((await payloads())[1]).toEqual({});
    });

    it("edits no point where a filter finds none, and is content", async () => {
      const filter = { must: [{ has_id: [99] }] };
      await client().setPayload(DOCS, { payload: { d: 1 }, filter });
      await client().clearPayload(DOCS, { filter });
      expect(await payloads()).toEqual([1, 2].map(() => ({ a: 1, b: { c: 2 } })));
    });

    it("overwrites the whole payload", async () => {
      await client().overwritePayload(DOCS, { payload: { z: 0 }, points: [2] });
      expect(await payloads()).toEqual([{ a: 1, b: { c: 2 } }, { z: 0 }]);
    });

    it("deletes keys and paths of the points of a filter", async () => {
      const filter = { must: [{ has_id: [2] }] };
      await client().deletePayload(DOCS, { keys: ["a", "b.c"], filter });
      expect(await payloads()).toEqual([{ a: 1, b: { c: 2 } }, { b: {} }]);
    });

    it("clears it", async () => {
      await client().clearPayload(DOCS, { points: [1] });
      expect(await payloads()).toEqual([{}, { a: 1, b: { c: 2 } }]);
    });

    it("keeps the vectors, and a payload index follows", async () => {
      await client().createPayloadIndex(DOCS, {
        field_name: "a",
        field_schema: "integer",
        wait: true,
      });
      await client().setPayload(DOCS, { payload: { a: 7 }, points: [1] });
      const filter = { must: [{ key: "a", match: { value: 7 } }] };
      const { points } = await client().query(DOCS, { query: [2], filter });
      expect(points).toMatchObject([{ id: 1, score: 2 }]);
    });

    it("refuses a point that does not exist with 404 and edits none", async () => {
      const edit = client().setPayload(DOCS, { payload: { a: 9 }, points: [1, 7] });
      expect(await refusal(edit)).toEqual({
        status: 404,
        error: "Not found: No point with id 7 found",
      });
      expect((await payloads())[0]).toEqual({ a: 1, b: { c: 2 } });
    });
  });
}
