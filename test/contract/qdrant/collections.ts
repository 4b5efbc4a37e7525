import { describe, expect, it } from "vitest";
import { type Connect, DOCS, OTHER, PREFIX, refusal, useClient } from "./connection.ts";

const HYBRID = {
  vectors: { dense: { size: 2, distance: "Cosine" } },
  sparse_vectors: { sparse: { modifier: "idf" } },
} as const;

const LIVE = `${PREFIX}live`;

const create = (collection_name: string): object => ({
  create_alias: { alias_name: LIVE, collection_name },
});

export function describeCollections(connect: Connect): void {
  describe("collections", () => {
    const client = useClient(connect);

    it("creates one and tells its vectors", async () => {
      expect(await client().createCollection(DOCS, HYBRID)).toBe(true);
      const info = await client().getCollection(DOCS);
      expect(info.status).toBe("green");
      expect(info.points_count).toBe(0);
      expect(info.config.params.vectors).toMatchObject({ dense: { size: 2, distance: "Cosine" } });
      expect(info.config.params.sparse_vectors).toEqual({ sparse: { modifier: "idf" } });
      expect(info.payload_schema).toEqual({});
    });

    it("creates one with a single unnamed vector", async () => {
      await client().createCollection(DOCS, { vectors: { size: 3, distance: "Dot" } });
      const { config } = await client().getCollection(DOCS);
      expect(config.params.vectors).toMatchObject({ size: 3, distance: "Dot" });
    });

    it("creates one with sparse vectors only", async () => {
      await client().createCollection(DOCS, { sparse_vectors: { sparse: {} } });
      const { config } = await client().getCollection(DOCS);
      expect(config.params.sparse_vectors).toEqual({ sparse: {} });
    });

    it("accepts tuning options", async () => {
      const tuned = {
        ...HYBRID,
        hnsw_config: { m: 8 },
        optimizers_config: { indexing_threshold: 0 },
      };
      await client().createCollection(DOCS, { ...tuned, on_disk_payload: true });
      const { config } = await client().getCollection(DOCS);
      expect(config.hnsw_config.m).toBe(8);
    });

    it("lists the names", async () => {
      await client().createCollection(DOCS, HYBRID);
      await client().createCollection(OTHER, HYBRID);
      const { collections } = await client().getCollections();
      expect(collections.map(({ name }) => name)).toEqual(expect.arrayContaining([DOCS, OTHER]));
    });

    it("knows whether one exists", async () => {
      expect(await client().collectionExists(DOCS)).toEqual({ exists: false });
      await client().createCollection(DOCS, HYBRID);
      expect(await client().collectionExists(DOCS)).toEqual({ exists: true });
    });

    it("deletes one, and says false where there is none", async () => {
      await client().createCollection(DOCS, HYBRID);
      expect(await client().deleteCollection(DOCS)).toBe(true);
      expect(await client().deleteCollection(DOCS)).toBe(false);
      expect(await client().collectionExists(DOCS)).toEqual({ exists: false });
    });

    it("refuses a name that is taken with 409", async () => {
      await client().createCollection(DOCS, HYBRID);
      expect(await refusal(client().createCollection(DOCS, HYBRID))).toEqual({
        status: 409,
        error: `Wrong input: Collection \`${DOCS}\` already exists!`,
      });
    });

    it("refuses to describe one that does not exist with 404", async () => {
      expect(await refusal(client().getCollection(DOCS))).toEqual({
        status: 404,
        error: `Not found: Collection \`${DOCS}\` doesn't exist!`,
      });
    });

    it("keeps metadata, merges changes and removes keys that become null", async () => {
      await client().createCollection(DOCS, { ...HYBRID, metadata: { model: "a", version: 1 } });
      await client().updateCollection(DOCS, { metadata: { version: 2, note: "x" } });
      await client().updateCollection(DOCS, { metadata: { note: null } });
      const { config } = await client().getCollection(DOCS);
      expect(config.metadata).toEqual({ model: "a", version: 2 });
    });

    it("starts empty when it is created again", async () => {
      await client().createCollection(DOCS, HYBRID);
      await client().upsert(DOCS, { points: [{ id: 1, vector: {} }] });
      await client().deleteCollection(DOCS);
      await client().createCollection(DOCS, HYBRID);
      expect(await client().count(DOCS)).toEqual({ count: 0 });
    });

    it.each([
      ["keyword", 2],
      ["integer", 1],
      ["float", 1],
      ["bool", 1],
      ["datetime", 1],
      ["uuid", 1],
      ["text", 3],
    ] as const)(
      "records a payload index of type %s and counts its points",
      async (type, points) => {
        await client().createCollection(DOCS, HYBRID);
        const values = [
          ...(type === "integer" ? [7] : []),
          ...(type === "float" ? [0.5] : []),
          ...(type === "bool" ? [true] : []),
          ...(type === "datetime" ? ["2024-01-01T00:00:00Z", 5] : []),
          ...(type === "uuid" ? ["b3c1b1d4-0f53-4f6c-8a39-0f1d2e3c4b5a", "no"] : []),
          ...(type === "keyword" ? ["a", "b", 1] : []),
          ...(type === "text" ? ["a", "b", "c"] : []),
        ];
        await client().upsert(DOCS, {
          points: values.map((field, id) => ({ id, vector: {}, payload: { field } })),
        });
        await client().createPayloadIndex(DOCS, {
          field_name: "field",
          field_schema: type,
          wait: true,
        });
        const { payload_schema: schema } = await client().getCollection(DOCS);
        expect(schema["field"]).toMatchObject({ data_type: type, points });
      },
    );

    it("keeps the parameters of an index, and deletes it", async () => {
      await client().createCollection(DOCS, HYBRID);
      const tenant = { type: "keyword", is_tenant: true } as const;
      await client().createPayloadIndex(DOCS, {
        field_name: "tenant",
        field_schema: tenant,
        wait: true,
      });
      const { payload_schema: before } = await client().getCollection(DOCS);
      expect(before["tenant"]?.params).toEqual(tenant);
      await client().deletePayloadIndex(DOCS, "tenant", { wait: true });
      const { payload_schema: after } = await client().getCollection(DOCS);
      expect(after).toEqual({});
    });

    it("answers to an alias, and moves it in one request", async () => {
      await client().createCollection(DOCS, HYBRID);
      await client().createCollection(OTHER, HYBRID);
      await client().upsert(OTHER, { points: [{ id: 1, vector: {} }] });
      await client().updateCollectionAliases({ actions: [create(DOCS)] as never });
      expect(await client().count(LIVE)).toEqual({ count: 0 });
      const remove = { delete_alias: { alias_name: LIVE } };
      await client().updateCollectionAliases({ actions: [remove, create(OTHER)] as never });
      expect(await client().count(LIVE)).toEqual({ count: 1 });
      const { aliases } = await client().getCollectionAliases(OTHER);
      expect(aliases).toEqual([{ alias_name: LIVE, collection_name: OTHER }]);
      expect((await client().getCollectionAliases(DOCS)).aliases).toEqual([]);
    });
  });

  describe("service", () => {
    const client = useClient(connect);

    it("tells its version", async () => {
      expect(await client().versionInfo()).toMatchObject({ version: "1.19.0" });
    });

    it("answers the health checks in plain text", async () => {
      const api = client().api();
      expect((await api.healthz({})).data).toBe("healthz check passed");
      expect((await api.livez({})).data).toBe("healthz check passed");
      expect((await api.readyz({})).data).toBe("all shards are ready");
    });
  });
}
