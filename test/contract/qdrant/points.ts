import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, refusal, useClient } from "./connection.ts";

const UUID = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

export function describePoints(connect: Connect): void {
  describe("points", () => {
    const client = useClient(connect, (fresh) =>
      fresh.createCollection(DOCS, {
        vectors: { dense: { size: 2, distance: "Dot" } },
        sparse_vectors: { sparse: {} },
      }),
    );

    async function putFive(): Promise<void> {
      const points = [3, 1, 5, 2, 4].map((id) => ({
        id,
        vector: {},
        payload: { odd: id % 2 === 1 },
      }));
      await client().upsert(DOCS, { points });
    }

    it("upserts a list and gives everything back", async () => {
      const vector = { dense: [0.5, -1], sparse: { indices: [3, 9], values: [1, 0.25] } };
      const payload = { text: "héllo 한국어", nested: { list: [1, null, "x"] } };
      const result = await client().upsert(DOCS, {
        points: [{ id: 1, vector, payload }],
        wait: true,
      });
      expect(result.status).toBe("completed");
      const options = { ids: [1], with_payload: true, with_vector: true };
      expect(await client().retrieve(DOCS, options)).toEqual([{ id: 1, payload, vector }]);
    });

    it("upserts a batch of columns", async () => {
      await client().upsert(DOCS, {
        batch: {
          ids: [1, 2],
          vectors: {
            dense: [
              [1, 2],
              [3, 4],
            ],
          },
          payloads: [{ n: 1 }, null],
        },
      });
      expect(await client().retrieve(DOCS, { ids: [1, 2], with_vector: true })).toEqual([
        { id: 1, payload: { n: 1 }, vector: { dense: [1, 2] } },
        { id: 2, payload: {}, vector: { dense: [3, 4] } },
      ]);
    });

    it("replaces vectors and payload of a point that exists", async () => {
      await client().upsert(DOCS, {
        points: [{ id: 1, vector: { dense: [1, 2] }, payload: { a: 1 } }],
      });
      const vector = { sparse: { indices: [1], values: [1] } };
      await client().upsert(DOCS, { points: [{ id: 1, vector, payload: { b: 2 } }] });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: true });
      expect(point).toEqual({ id: 1, payload: { b: 2 }, vector });
    });

    it("sorts the indices of a sparse vector", async () => {
      const vector = { sparse: { indices: [9, 3], values: [0.25, 1] } };
      await client().upsert(DOCS, { points: [{ id: 1, vector }] });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: ["sparse"] });
      expect(point?.vector).toEqual({ sparse: { indices: [3, 9], values: [1, 0.25] } });
    });

    it("says acknowledged unless it is asked to wait", async () => {
      await client().upsert(DOCS, { points: [{ id: 1, vector: {} }] });
      const waiting = { points: [1], wait: true };
      expect((await client().delete(DOCS, { points: [1] })).status).toBe("acknowledged");
      expect((await client().delete(DOCS, waiting)).status).toBe("completed");
    });

    it("changes nothing when one point of an upsert is refused", async () => {
      await client().upsert(DOCS, { points: [{ id: 1, vector: {}, payload: { kept: true } }] });
      const points = [
        { id: 1, vector: { dense: [1, 2] } },
        { id: 2, vector: { dense: [1, 2, 3] } },
      ];
      expect((await refusal(client().upsert(DOCS, { points }))).status).toBe(400);
      expect(await client().count(DOCS)).toEqual({ count: 1 });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: true });
      expect(point).toEqual({ id: 1, payload: { kept: true }, vector: {} });
    });

    it("retrieves in the order of the request, once each, without the missing", async () => {
      await putFive();
      const found = await client().retrieve(DOCS, { ids: [4, 99, 2, 4, 1], with_payload: false });
      expect(found).toEqual([{ id: 4 }, { id: 2 }, { id: 1 }]);
    });

    it("returns the vectors that are asked for, under either name of the option", async () => {
      const vector = { dense: [1, 2], sparse: { indices: [1], values: [1] } };
      await client().upsert(DOCS, { points: [{ id: 1, vector }] });
      const api = client().api();
      for (const option of ["with_vector", "with_vectors"]) {
        const body = { collection_name: DOCS, [option]: ["sparse"] };
        const { data: some } = await api.getPoints({ ...body, ids: [1] });
        expect(some.result?.[0]?.vector).toEqual({ sparse: vector.sparse });
        const { data: page } = await api.scrollPoints(body);
        expect(page.result?.points[0]?.vector).toEqual({ sparse: vector.sparse });
      }
    });

    it("gets one point, and refuses one that is missing with 404", async () => {
      await putFive();
      const { data } = await client().api().getPoint({ collection_name: DOCS, id: 3 });
      expect(data.result).toMatchObject({ id: 3, payload: { odd: true } });
      expect(await refusal(client().api().getPoint({ collection_name: DOCS, id: 9 }))).toEqual({
        status: 404,
        error: "Not found: Point with id 9 does not exists!",
      });
    });

    it("takes UUIDs in any spelling and writes them hyphenated in lower case", async () => {
      const spellings = [UUID.toUpperCase(), UUID.replaceAll("-", ""), `urn:uuid:${UUID}`];
      for (const id of spellings) await client().upsert(DOCS, { points: [{ id, vector: {} }] });
      expect(ids((await client().scroll(DOCS, {})).points)).toEqual([UUID]);
    });

    it("keeps ids of 64 bits exactly", async () => {
      const largest = 2n ** 64n - 1n;
      const points = [{ id: largest as never, vector: {} }];
      await client().upsert(DOCS, { points });
      const { points: found } = await client().scroll(DOCS, {});
      expect(ids(found)).toEqual([largest]);
    });

    it("scrolls by id, numbers before UUIDs", async () => {
      await putFive();
      await client().upsert(DOCS, { points: [{ id: UUID, vector: {} }] });
      const { points, next_page_offset: next } = await client().scroll(DOCS, {});
      expect(ids(points)).toEqual([1, 2, 3, 4, 5, UUID]);
      expect(next).toBeNull();
    });

    it("scrolls in pages, the offset inclusive", async () => {
      await putFive();
      const first = await client().scroll(DOCS, { limit: 2 });
      expect([ids(first.points), first.next_page_offset]).toEqual([[1, 2], 3]);
      const second = await client().scroll(DOCS, { limit: 2, offset: 3 });
      expect([ids(second.points), second.next_page_offset]).toEqual([[3, 4], 5]);
      const last = await client().scroll(DOCS, { limit: 2, offset: 5 });
      expect([ids(last.points), last.next_page_offset]).toEqual([[5], null]);
    });

    it("scrolls what a filter lets through", async () => {
      await putFive();
      const filter = { must: [{ key: "odd", match: { value: true } }] };
      const page = await client().scroll(DOCS, { filter, limit: 2 });
      expect([ids(page.points), page.next_page_offset]).toEqual([[1, 3], 5]);
    });

    it("scrolls ten points where no limit is given", async () => {
      const points = Array.from({ length: 12 }, (_, id) => ({ id, vector: {} }));
      await client().upsert(DOCS, { points });
      const page = await client().scroll(DOCS);
      expect([page.points.length, page.next_page_offset]).toEqual([10, 10]);
    });

    it("counts all points and those of a filter", async () => {
      await putFive();
      const filter = { must_not: [{ key: "odd", match: { value: true } }] };
      expect(await client().count(DOCS)).toEqual({ count: 5 });
      expect(await client().count(DOCS, { filter, exact: true })).toEqual({ count: 2 });
    });

    it("deletes by id, unknown ids included", async () => {
      await putFive();
      await client().delete(DOCS, { points: [2, 99], wait: true });
      expect(ids((await client().scroll(DOCS, {})).points)).toEqual([1, 3, 4, 5]);
    });

    it("deletes by filter", async () => {
      await putFive();
      const filter = { must: [{ key: "odd", match: { value: true } }] };
      await client().delete(DOCS, { filter, wait: true });
      expect(ids((await client().scroll(DOCS, {})).points)).toEqual([2, 4]);
    });

    it("finds nothing of a deleted point when its place is used again", async () => {
      const old = { dense: [5, 5], sparse: { indices: [1, 2], values: [1, 1] } };
      await client().upsert(DOCS, { points: [{ id: 1, vector: old }] });
      await client().delete(DOCS, { points: [1], wait: true });
      const vector = { sparse: { indices: [2], values: [3] } };
      await client().upsert(DOCS, { points: [{ id: 2, vector }] });
      const query = { indices: [1, 2], values: [1, 1] };
      const sparse = await client().query(DOCS, { query, using: "sparse" });
      expect(sparse.points.map(({ id, score }) => [id, score])).toEqual([[2, 3]]);
      expect((await client().query(DOCS, { query: [1, 1], using: "dense" })).points).toEqual([]);
    });
  });
}
