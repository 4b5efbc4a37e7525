import { addFrequency } from "../../../src/text/frequencies.ts";
import { describe, expect, it } from "vitest";
import {
  chunkFromPayload,
  chunkToPayload,
  documentFromPayload,
  documentToPayload,
  filterToConditions,
  recordFromPayload,
  recordToPayload,
} from "../../../src/adapters/qdrant-payload.ts";
import { UpstreamError } from "../../../src/errors.ts";
import type { Chunk, Document } from "../../../src/ports.ts";
import { buildRecord } from "../../support/fixed-store.ts";
import { buildChunk } from "../../support/passages.ts";

/** As it comes back from the store. */
const stored = (payload: unknown): unknown => JSON.parse(JSON.stringify(payload));

describe("filterToConditions", () => {
  it.each([
    [{ lang: "ko" }, { key: "metadata.lang", match: { value: "ko" } }],
    [{ year: 2026 }, { key: "metadata.year", match: { value: 2026 } }],
    [{ public: false }, { key: "metadata.public", match: { value: false } }],
    [{ price: 9.5 }, { key: "metadata.price", range: { gte: 9.5, lte: 9.5 } }],
    [{ lang: ["ko", "en"] }, { key: "metadata.lang", match: { any: ["ko", "en"] } }],
    [{ year: { gte: 2020, lt: 2026 } }, { key: "metadata.year", range: { gte: 2020, lt: 2026 } }],
    [{ "a.b": 1 }, { key: 'metadata."a.b"', match: { value: 1 } }],
    [{ "two words": 1 }, { key: 'metadata."two words"', match: { value: 1 } }],
    [{ 언어: "ko" }, { key: 'metadata."언어"', match: { value: "ko" } }],
    [{ "a-b_1": 1 }, { key: "metadata.a-b_1", match: { value: 1 } }],
  ])("makes %j a condition", (filter, condition) => {
    expect(filterToConditions(filter)).toEqual({ must: [condition] });
  });

  it("demands all fields", () => {
    expect(filterToConditions({}).must).toEqual([]);
    expect(filterToConditions({ a: 1, b: 2 }).must).toHaveLength(2);
  });
});

describe("chunkToPayload and chunkFromPayload", () => {
  it("give back a chunk, without its vectors", () => {
    const chunk: Chunk = buildChunk({
      index: 3,
      heading: ["Care"],
      start: 5,
      end: 37,
      url: "https://x.example",
      metadata: { tags: ["a"], year: 2026 },
    });
    const payload = chunkToPayload({
      ...chunk,
      sparse: { indices: [1], values: [1] },
      dense: [1],
    } as Chunk);
    expect(payload).not.toHaveProperty("sparse");
    expect(payload).not.toHaveProperty("dense");
    expect(payload).toMatchObject({ document_id: "aurora-2-tent" });
    expect(chunkFromPayload(chunk.id, stored(payload))).toEqual(chunk);
    const bare = buildChunk();
    expect(chunkFromPayload(bare.id, stored(chunkToPayload(bare)))).toEqual(bare);
  });

  it("read what an older version wrote", () => {
    expect(
      chunkFromPayload(7, { document_id: "d", text: "Text.", url: null, heading: null, more: {} }),
    ).toEqual({
      id: "7",
      documentId: "d",
      index: 0,
      text: "Text.",
      title: "d",
      heading: [],
      start: 0,
      end: 5,
      words: 0,
      grams: 0,
    });
  });

  it.each([undefined, null, {}, "text", { document_id: "d" }, { document_id: 1, text: "t" }])(
    "fail for %j",
    (payload) => {
      expect(() => chunkFromPayload("x", payload)).toThrow(UpstreamError);
      expect(() => chunkFromPayload("x", payload)).toThrow(
        "[qdrant] read: a stored chunk is not readable",
      );
    },
  );
});

describe("documentToPayload and documentFromPayload", () => {
  it("give back a document", () => {
    const bare: Document = { id: "d", text: "Text.", title: "D", format: "text" };
    const full: Document = {
      ...bare,
      format: "markdown",
      url: "https://x.example",
      metadata: { a: true },
    };
    for (const document of [bare, full]) {
      const payload = documentToPayload("guides", document);
      expect(payload).toMatchObject({ kind: "document", collection: "guides", document_id: "d" });
      expect(documentFromPayload(stored(payload))).toEqual(document);
    }
  });

  it("read a format that they do not know as Markdown", () => {
    expect(documentFromPayload({ document_id: "d", text: "t", format: "pdf" })).toEqual({
      id: "d",
      text: "t",
      title: "d",
      format: "markdown",
    });
  });

  it("fail for what is no document", () => {
    expect(() => documentFromPayload({ text: "t" })).toThrow(UpstreamError);
  });
});

describe("recordToPayload and recordFromPayload", () => {
  it("give back a record with its statistics", async () => {
    const record = buildRecord("guides", 3);
    addFrequency(record.statistics.frequencies, 131_071, 4_000_000_000);
    const embedded = { ...record, embedding: { model: "embed-v4.0", dimension: 1024 } };
    for (const one of [record, embedded]) {
      expect(await recordFromPayload(stored(await recordToPayload(one)))).toEqual(one);
    }
  });

  it("fail for what is no record", async () => {
    await expect(recordFromPayload({})).rejects.toThrow(UpstreamError);
  });

  it("count nothing, and say so, where the statistics are damaged", async () => {
    const payload = await recordToPayload(buildRecord("guides"));
    for (const frequencies of ["", "!!!", "aGVsbG8gd29ybGQ="]) {
      expect(await recordFromPayload({ ...payload, frequencies })).toMatchObject({
        name: "guides",
        incomplete: true,
        statistics: { chunks: 0, words: 0, grams: 0 },
      });
    }
  });
});
