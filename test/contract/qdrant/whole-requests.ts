import type { Schemas } from "@qdrant/js-client-rest";
import { describe, expect, it } from "vitest";
import { type Connect, DOCS, ids, PREFIX, refusal, useClient } from "./connection.ts";

/** Where a server has done a part before it finds what is wrong, or stores what cannot be given back. */
export function describeWholeRequests(connect: Connect): void {
  describe("whole requests", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: { a: { size: 1, distance: "Cosine" } } });
      await fresh.createPayloadIndex(DOCS, {
        field_name: "n",
        field_schema: "integer",
        wait: true,
      });
      const points = [1, 2].map((id) => ({ id, vector: { a: [1] }, payload: { n: id } }));
      await fresh.upsert(DOCS, { points });
    });

    async function state(): Promise<unknown> {
      const withN = async (n: number): Promise<unknown> =>
        ids(
          (await client().scroll(DOCS, { filter: { must: [{ key: "n", match: { value: n } }] } }))
            .points,
        );
      const found = await client().query(DOCS, { query: [1], using: "a", with_vector: true });
      const versions = found.points.map(({ id, version, vector }) => [id, version, vector]);
      const { points } = await client().scroll(DOCS, { with_vector: true });
      return { points, versions, n: [await withN(1), await withN(2), await withN(9)] };
    }

    const write: Schemas["UpdateOperation"][] = [
      { upsert: { points: [{ id: 3, vector: { a: [1] }, payload: { n: 9 } }] } },
      { upsert: { points: [{ id: 1, vector: {}, payload: { n: 9 } }] } },
      { delete: { points: [2] } },
      { upsert: { points: [{ id: 2, vector: { a: [-1] }, payload: { n: 9 } }] } },
      { set_payload: { payload: { n: 9 }, filter: {} } },
      { delete_vectors: { points: [3], vector: ["a"] } },
      { clear_payload: { points: [3] } },
    ];

    it.each<[string, Schemas["UpdateOperation"], number]>([
      ["a missing point", { set_payload: { payload: {}, points: [8] } }, 404],
      ["a wrong vector", { upsert: { points: [{ id: 4, vector: { a: [1, 2] } }] } }, 400],
      ["a missing vector name", { delete_vectors: { points: [1], vector: ["b"] } }, 400],
      ["a feature that is missing", { delete: { filter: {}, shard_key: "x" } }, 501],
    ])("undoes a batch which ends in %s", async (_name, last, status) => {
      const before = await state();
      const refused = await refusal(client().batchUpdate(DOCS, { operations: [...write, last] }));
      expect(refused.status).toBe(status);
      expect(await state()).toEqual(before);
    });

    it("gives the next write the number that the undone batch would have had", async () => {
      const last = { clear_payload: { points: [8] } };
      await refusal(client().batchUpdate(DOCS, { operations: [...write, last] }));
      // The index was operation 0 and the points came with 1.
      const { operation_id: operation } = await client().clearPayload(DOCS, { points: [1] });
      expect(operation).toBe(2);
    });

    it("edits no point where one of them is missing", async () => {
      const before = await state();
      const edit = { payload: { n: 9 }, points: [1, 2, 8] };
      expect((await refusal(client().setPayload(DOCS, edit))).status).toBe(404);
      const update = { points: [1, 8].map((id) => ({ id, vector: { a: [-1] } })) };
      expect((await refusal(client().updateVectors(DOCS, update))).status).toBe(404);
      expect(await state()).toEqual(before);
    });

    it("keeps no action of a list of alias actions in which one is refused", async () => {
      const actions = [DOCS, `${PREFIX}nowhere`].map((collection_name, i) => ({
        create_alias: { alias_name: `${PREFIX}alias-${i}`, collection_name },
      }));
      expect((await refusal(client().updateCollectionAliases({ actions }))).status).toBe(404);
      expect((await client().getCollectionAliases(DOCS)).aliases).toEqual([]);
    });

    it("refuses a number which is no f32, stored or asked for", async () => {
      const before = await state();
      const error = {
        status: 400,
        error:
          "Wrong input: Vector value error: component at index 0 of vector 'a' is not representable as a finite float32 value",
      };
      const points = [{ id: 1, vector: { a: [1e39] } }];
      expect(await refusal(client().upsert(DOCS, { points }))).toEqual(error);
      expect(await refusal(client().updateVectors(DOCS, { points }))).toEqual(error);
      expect(await refusal(client().query(DOCS, { query: [-1e39], using: "a" }))).toEqual(error);
      expect(await state()).toEqual(before);
    });
  });
}
