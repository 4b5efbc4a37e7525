import { describe, expect, it } from "vitest";
import { type Connect, DOCS, hits, OTHER, PREFIX, refusal, useClient } from "./connection.ts";

const DOT = { size: 2, distance: "Dot" } as const;

export function describeDefinitions(connect: Connect): void {
  describeCreation(connect);
  describeChanges(connect);
  describeIndexes(connect);
}

function describeCreation(connect: Connect): void {
  describe("creating a collection", () => {
    const client = useClient(connect);
    const create = (body: object, name = DOCS): Promise<unknown> =>
      client().createCollection(name, body as never);

    it.each(["Cosine", "Dot", "Euclid", "Manhattan"] as const)("takes %s", async (distance) => {
      await create({ vectors: { a: { size: 3, distance } } });
      const { config } = await client().getCollection(DOCS);
      expect(config.params.vectors).toEqual({ a: { size: 3, distance } });
    });

    it("takes a vector that is called size", async () => {
      await create({ vectors: { size: DOT } });
      await client().upsert(DOCS, { points: [{ id: 1, vector: { size: [1, 2] } }] });
      const { points } = await client().query(DOCS, { query: [1, 1], using: "size" });
      expect(hits({ points })).toEqual([[1, 3]]);
    });

    it("takes none but payloads", async () => {
      await create({});
      await client().upsert(DOCS, { points: [{ id: 1, vector: {}, payload: { a: 1 } }] });
      const [point] = await client().retrieve(DOCS, { ids: [1], with_vector: true });
      expect(point).toEqual({ id: 1, payload: { a: 1 }, vector: {} });
    });

    it("keeps metadata and the options of a server", async () => {
      const metadata = { model: { name: "m", dimensions: 2 }, tags: ["a"] };
      await create({
        vectors: { ...DOT, on_disk: true, hnsw_config: { m: 32 } },
        sparse_vectors: { s: { index: { on_disk: true } } },
        shard_number: 1,
        replication_factor: 1,
        optimizers_config: { indexing_threshold: 5 },
        quantization_config: { scalar: { type: "int8" } },
        metadata,
      });
      const { config } = await client().getCollection(DOCS);
      expect(config.metadata).toEqual(metadata);
      expect(config.params.vectors).toMatchObject({ on_disk: true, hnsw_config: { m: 32 } });
      expect(config.params.sparse_vectors).toEqual({ s: { index: { on_disk: true } } });
      expect(config.params).toMatchObject({ shard_number: 1, replication_factor: 1 });
      expect(config.optimizer_config.indexing_threshold).toBe(5);
      expect(config.quantization_config).toMatchObject({ scalar: { type: "int8" } });
    });

    const MALFORMED = /^Format error in JSON body: /;
    const CASES: [name: string, body: object, status: number, error: RegExp][] = [
      ["vectors that are a list", { vectors: [DOT] }, 400, MALFORMED],
      ["vectors without a size", { vectors: { distance: "Dot" } }, 400, MALFORMED],
      ["vectors without a distance", { vectors: { size: 2 } }, 400, MALFORMED],
      ["a negative size", { vectors: { size: -1, distance: "Dot" } }, 400, MALFORMED],
      ["a fractional size", { vectors: { size: 1.5, distance: "Dot" } }, 400, MALFORMED],
      [
        "a size above 65536",
        { vectors: { size: 65_537, distance: "Dot" } },
        422,
        /^Validation error in JSON body: \[vectors\.size: value 65537 invalid, must be from 1 to 65536/,
      ],
      [
        "a name that is dense and sparse",
        { vectors: { a: DOT }, sparse_vectors: { a: {} } },
        400,
        /^Wrong input: Dense and sparse vector names must be unique - duplicate found with 'a'/,
      ],
      [
        "an unknown modifier",
        { sparse_vectors: { a: { modifier: "bm25" } } },
        400,
        /^Format error in JSON body: unknown variant `bm25`, expected `none` or `idf`/,
      ],
      [
        "too small an ef_construct",
        { vectors: DOT, hnsw_config: { ef_construct: 0 } },
        422,
        /^Validation error in JSON body: \[hnsw_config\.ef_construct: value 0 invalid, must be 4/,
      ],
      [
        "no shards",
        { vectors: DOT, shard_number: 0 },
        422,
        /^Validation error in JSON body: \[sha/,
      ],
      ["metadata that is a list", { vectors: DOT, metadata: [] }, 400, MALFORMED],
    ];

    it.each(CASES)("refuses %s", async (_name, body, status, error) => {
      expect(await refusal(create(body))).toEqual({ status, error: expect.stringMatching(error) });
      expect(await client().collectionExists(DOCS)).toEqual({ exists: false });
    });

    it.each([
      [
        "a character that no file name has",
        `${PREFIX}a/b`,
        /collection name cannot contain "\/" char/,
      ],
      ["a quotation mark", `${PREFIX}a"b`, /collection name cannot contain """ char/],
      ["more than 255 characters", PREFIX.padEnd(256, "x"), /must be from 1 to 255 characters/],
    ])("refuses a name with %s", async (_name, name, error) => {
      expect(await refusal(create({ vectors: DOT }, name))).toEqual({
        status: 422,
        error: expect.stringMatching(/^Validation error in path parameters: \[/),
      });
      expect((await refusal(create({ vectors: DOT }, name))).error).toMatch(error);
    });
  });
}

function describeChanges(connect: Connect): void {
  describe("changing a collection", () => {
    const client = useClient(connect, async (fresh) => {
      await fresh.createCollection(DOCS, {
        vectors: { a: DOT },
        sparse_vectors: { s: { modifier: "idf" } },
        metadata: { model: "m", nested: { kept: false } },
      });
      await fresh.upsert(DOCS, { points: [{ id: 1, vector: { a: [1, 2] } }] });
    });

    it("merges metadata at the top level", async () => {
      await client().updateCollection(DOCS, { metadata: { nested: { other: 1 }, model: null } });
      const { config } = await client().getCollection(DOCS);
      expect(config.metadata).toEqual({ nested: { other: 1 } });
    });

    it("takes new options, keeps the others and the points", async () => {
      await client().updateCollection(DOCS, {
        hnsw_config: { m: 4 },
        vectors: { a: { on_disk: true } },
        sparse_vectors: { s: { index: { on_disk: true } } },
        optimizers_config: { indexing_threshold: 7 },
      });
      await client().updateCollection(DOCS, { hnsw_config: { ef_construct: 50 } });
      const { config } = await client().getCollection(DOCS);
      expect(config.hnsw_config).toMatchObject({ m: 4, ef_construct: 50 });
      expect(config.params.vectors).toEqual({ a: { ...DOT, on_disk: true } });
      expect(config.params.sparse_vectors).toMatchObject({ s: { index: { on_disk: true } } });
      const { points } = await client().query(DOCS, { query: [1, 1], using: "a" });
      expect(hits({ points })).toEqual([[1, 3]]);
    });

    it.each([
      ["a vector name that it does not have", DOCS, { vectors: { b: {} } }, 400, /^Wrong input: /],
      ["too small an ef_construct", DOCS, { hnsw_config: { ef_construct: 1 } }, 422, /^Validation/],
      ["metadata that is a text", DOCS, { metadata: "x" }, 400, /^Format error in JSON body: /],
      [
        "a collection that does not exist",
        OTHER,
        { metadata: {} },
        404,
        /^Not found: Collection `/,
      ],
    ])("refuses %s", async (_name, name, body, status, error) => {
      const refused = await refusal(client().updateCollection(name, body as never));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
    });
  });
}

function describeIndexes(connect: Connect): void {
  describe("payload indexes", () => {
    const client = useClient(connect, (fresh) => fresh.createCollection(DOCS, { vectors: DOT }));
    const index = (body: object, name = DOCS): Promise<unknown> =>
      client().createPayloadIndex(name, { wait: true, ...body } as never);

    it("take another type when they are created again", async () => {
      await index({ field_name: "a", field_schema: "keyword" });
      await index({ field_name: "a", field_schema: "integer" });
      const { payload_schema: schema } = await client().getCollection(DOCS);
      expect(schema).toMatchObject({ a: { data_type: "integer", points: 0 } });
    });

    it("are deleted, also when they do not exist", async () => {
      await index({ field_name: "a.b", field_schema: "keyword" });
      await client().deletePayloadIndex(DOCS, "a.b", { wait: true });
      await client().deletePayloadIndex(DOCS, "nothing", { wait: true });
      expect((await client().getCollection(DOCS)).payload_schema).toEqual({});
    });

    it.each([
      ["without a schema", DOCS, { field_name: "a" }, 400, /^Bad request: Can't auto-detect field/],
      ["of an unknown type", DOCS, { field_name: "a", field_schema: "word" }, 400, /^Format error/],
      [
        "of a bad path",
        DOCS,
        { field_name: "a..b", field_schema: "keyword" },
        400,
        /^Format error/,
      ],
      ["without a field", DOCS, { field_schema: "keyword" }, 400, /^Format error in JSON body: /],
      [
        "elsewhere",
        OTHER,
        { field_name: "a", field_schema: "keyword" },
        404,
        /^Not found: Collect/,
      ],
    ])("are refused %s", async (_name, name, body, status, error) => {
      const refused = await refusal(index(body, name));
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      expect((await client().getCollection(DOCS)).payload_schema).toEqual({});
    });
  });
}
