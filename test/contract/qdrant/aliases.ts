import { describe, expect, it } from "vitest";
import { type Connect, DOCS, OTHER, PREFIX, refusal, useClient } from "./connection.ts";

const DOT = { size: 2, distance: "Dot" } as const;
const LIVE = `${PREFIX}live`;
const NEXT = `${PREFIX}next`;

const alias = (alias_name: string, collection_name: string): object => ({
  create_alias: { alias_name, collection_name },
});

export function describeAliases(connect: Connect): void {
  describe("aliases", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, { vectors: DOT });
      await fresh.createCollection(OTHER, { vectors: DOT });
      await fresh.updateCollectionAliases({ actions: [alias(LIVE, DOCS)] as never });
    });
    const change = (...actions: object[]): Promise<unknown> =>
      client().updateCollectionAliases({ actions: actions as never });

    async function aliases(): Promise<[string, string][]> {
      const { aliases: all } = await client().getAliases();
      return all
        .map(({ alias_name, collection_name }): [string, string] => [alias_name, collection_name])
        .filter(([name]) => name.startsWith(PREFIX));
    }

    it("stand for their collection in writes and reads", async () => {
      await client().upsert(LIVE, { points: [{ id: 1, vector: [1, 2] }] });
      expect(await client().count(DOCS)).toEqual({ count: 1 });
      expect(await client().collectionExists(LIVE)).toEqual({ exists: true });
      await client().delete(LIVE, { points: [1], wait: true });
      expect(await client().count(LIVE)).toEqual({ count: 0 });
    });

    it("are renamed", async () => {
      await change({ rename_alias: { old_alias_name: LIVE, new_alias_name: NEXT } });
      expect(await aliases()).toEqual([[NEXT, DOCS]]);
    });

    it("move when they are created again", async () => {
      await change(alias(LIVE, OTHER));
      expect(await aliases()).toEqual([[LIVE, OTHER]]);
    });

    it("are deleted, also when they do not exist", async () => {
      await change({ delete_alias: { alias_name: NEXT } }, { delete_alias: { alias_name: LIVE } });
      expect(await aliases()).toEqual([]);
      expect((await refusal(client().count(LIVE))).status).toBe(404);
    });

    it("go with their collection", async () => {
      await client().deleteCollection(DOCS);
      expect(await aliases()).toEqual([]);
    });

    it("are no name by which a collection is deleted", async () => {
      expect(await client().deleteCollection(LIVE)).toBe(false);
      expect(await client().collectionExists(DOCS)).toEqual({ exists: true });
    });

    it("are names that a collection cannot have", async () => {
      const refused = await refusal(client().createCollection(LIVE, { vectors: DOT }));
      expect(refused).toEqual({
        status: 400,
        error: `Wrong input: Can't create collection with name ${LIVE}. Alias with the same name already exists`,
      });
    });

    it.each([
      ["for a collection that does not exist", alias(NEXT, `${PREFIX}no`), 404, /^Not found: Coll/],
      ["with the name of a collection", alias(OTHER, DOCS), 409, /^Wrong input: Collection `/],
      [
        "that is renamed and does not exist",
        { rename_alias: { old_alias_name: NEXT, new_alias_name: LIVE } },
        404,
        /^Not found: Alias .*next does not exists!/,
      ],
      ["by an unknown action", { move_alias: {} }, 400, /^Format error in JSON body: |^Not impl/],
      ["without a name", { create_alias: { collection_name: DOCS } }, 400, /^Format error in JSON/],
    ])("are refused %s", async (_name, action, status, error) => {
      const refused = await refusal(change(action));
      if (!refused.error.startsWith("Not implemented")) expect(refused.status).toBe(status);
      expect(refused.error).toMatch(error);
      expect(await aliases()).toEqual([[LIVE, DOCS]]);
    });
  });
}
