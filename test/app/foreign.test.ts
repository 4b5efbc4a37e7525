// Collections that somebody else wrote into the same Qdrant.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkCollections } from "../../src/collection-check.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { embedText } from "../support/word-vectors.ts";
import { openWorld, type World } from "../support/world.ts";

const DIMENSION = 64;
const TEXTS = [
  "The otter lives at the lake and eats otterberries.",
  "The heron lives at the lake and eats heronberries.",
  "The newt lives in the moor and eats newtberries.",
];
const LISTED = [
  "ours",
  "langchain",
  "llama",
  "euclid",
  "manhattan",
  "short",
  "textless",
  "sparse-only",
];

let world: World;
let app: OpenApp;

async function qdrant(method: string, path: string, body: unknown): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${world.qdrantUrl}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  await response.body?.cancel();
}

/** A collection of the three texts, as another program would write it. */
async function write(
  name: string,
  vectors: unknown,
  toPoint: (
    text: string,
    index: number,
  ) => { id: number | string; vector: unknown; payload: unknown },
): Promise<void> {
  await qdrant("PUT", `/collections/${name}`, { vectors });
  await qdrant("PUT", `/collections/${name}/points?wait=true`, { points: TEXTS.map(toPoint) });
}

const uuid = (index: number): string => `00000000-0000-4000-8000-00000000000${index}`;
const embed = (text: string, factor = 1): number[] =>
  embedText(text, DIMENSION).map((value) => factor * value);

beforeAll(async () => {
  world = await openWorld();
  app = await openApp({
    samples: false,
    environment: { ...world.environment, COLLECTIONS: LISTED.join(","), RERANK_MODEL: "none" },
  });
  await write("langchain", { size: DIMENSION, distance: "Cosine" }, (text, index) => ({
    id: index + 1,
    vector: embed(text),
    payload: {
      page_content: text,
      metadata: {
        source: `https://zoo.example/${index}`,
        title: `Animal ${index}`,
        year: 2020 + index,
      },
    },
  }));
  await write("llama", { "text-dense": { size: DIMENSION, distance: "Dot" } }, (text, index) => ({
    id: uuid(index),
    vector: { "text-dense": embed(text, 3 + index) },
    payload: {
      _node_content: JSON.stringify({ text, metadata: { file_name: `animal-${index}.md` } }),
      document_id: "None",
      file_name: `animal-${index}.md`,
    },
  }));
  for (const [name, distance] of [
    ["euclid", "Euclid"],
    ["manhattan", "Manhattan"],
  ] as const)
    await write(name, { size: DIMENSION, distance }, (text, index) => ({
      id: uuid(index),
      vector: embed(text, 2),
      payload: { content: text, document_id: `animal-${index}` },
    }));
  await write("short", { size: 8, distance: "Cosine" }, (text, index) => ({
    id: index,
    vector: embedText(text, 8),
    payload: { text },
  }));
  await write("textless", { size: DIMENSION, distance: "Cosine" }, (text, index) => ({
    id: index,
    vector: embed(text),
    payload: { body: { words: text } },
  }));
  await write("unlisted", { size: DIMENSION, distance: "Cosine" }, (text, index) => ({
    id: index,
    vector: embed(text),
    payload: { text, document_id: "secret" },
  }));
  await qdrant("PUT", "/collections/sparse-only", { sparse_vectors: { words: {} } });
  const response = await putDocument("ours", "The pike lives at the lake and eats pikeberries.");
  expect(response.status).toBe(200);
});
afterAll(async () => {
  app.close();
  await world.close();
});

function putDocument(collection: string, text: string): Promise<Response> {
  return app.request(`/collections/${collection}/documents/a`, {
    method: "PUT",
    headers: { "content-type": "application/json", host: "localhost" },
    body: JSON.stringify({ text }),
  });
}

interface Found {
  results: {
    collection: string;
    documentId: string;
    chunkId: string;
    text: string;
    title: string;
    legs: { sparse?: number; dense?: number };
  }[];
  retrieval: {
    degraded: boolean;
    collections: { name: string; status: string; reason?: string; hits: number }[];
  };
}

async function search(query: string, collections?: string[], more: object = {}): Promise<Found> {
  const response = await app.post("/search", { query, collections, ...more });
  expect(response.status).toBe(200);
  // The worst of a few is as far from the best as can be, and left out.
  const { results, dropped, retrieval } = (await response.json()) as Found & {
    dropped: Found["results"];
  };
  return { results: [...results, ...dropped], retrieval };
}

describe("a collection that somebody else wrote", () => {
  it.each([
    ["langchain", "Animal 1", "https://zoo.example/1"],
    ["llama", "animal-1.md", uuid(1)],
    ["euclid", "animal-1", "animal-1"],
    ["manhattan", "animal-1", "animal-1"],
  ])("is searched by its vectors, on the scale of cosines: %s", async (name, title, documentId) => {
    const query = "what does the heron eat";
    const { results, retrieval } = await search(query, [name]);
    expect(results[0]).toMatchObject({ collection: name, text: TEXTS[1], title, documentId });
    expect(retrieval.collections).toMatchObject([{ name, status: "ok", hits: 3 }]);
    const asked = embed(query);
    for (const { text, legs } of results) {
      const cosine = embed(text).reduce((sum, value, at) => sum + value * asked[at]!, 0);
      expect(legs.sparse).toBeUndefined();
      expect(legs.dense).toBeCloseTo(cosine, 4);
    }
  });

  it("is searched beside ours, and what can not be is named", async () => {
    const { results, retrieval } = await search("the heron and the pike at the lake");
    const found = new Set(results.map(({ collection }) => collection));
    for (const name of ["ours", "langchain"]) expect(found).toContain(name);
    expect(retrieval.degraded).toBe(true);
    const outcomes = Object.fromEntries(
      retrieval.collections.map(({ name, status, reason }) => [name, [status, reason]]),
    );
    expect(outcomes).toEqual({
      ours: ["ok", undefined],
      langchain: ["ok", undefined],
      llama: ["ok", undefined],
      euclid: ["ok", undefined],
      manhattan: ["ok", undefined],
      short: ["error", "needs-embedding"],
      textless: ["error", "needs-embedding"],
      "sparse-only": ["error", "needs-embedding"],
    });
  });

  it("is cited like any other, by a page that shows the text", async () => {
    const response = await app.post("/chat", {
      message: "what does the heron eat",
      collections: ["langchain"],
      stream: false,
    });
    const answer = (await response.json()) as { sources: { url: string; title: string }[] };
    expect(answer.sources[0]).toMatchObject({ url: "https://zoo.example/1", title: "Animal 1" });
    const { results } = await search("heron", ["langchain"]);
    expect(results[0]?.chunkId).toBe("2");
    for (const [name, id] of [
      ["langchain", "2"],
      ["llama", uuid(1)],
    ]) {
      const page = await app.request(`/sources/${name}/${id}`);
      expect(page.status).toBe(200);
      expect(await page.text()).toContain(TEXTS[1]);
    }
  });

  it.each(["4", "18446744073709551615", uuid(9)])(
    "has no page for a point that is not there: %s",
    async (id) => {
      expect((await app.request(`/sources/langchain/${id}`)).status).toBe(404);
    },
  );

  it("is filtered by its own metadata; unknown fields find nothing", async () => {
    const find = async (filter: object): Promise<string[]> => {
      const { results } = await search("lake", ["langchain"], { filter });
      return results.map(({ title }) => title).toSorted();
    };
    expect(await find({ year: { gte: 2021 } })).toEqual(["Animal 1", "Animal 2"]);
    expect(await find({ title: ["Animal 0", "Animal 9"] })).toEqual(["Animal 0"]);
    expect(await find({ unknown: "x" })).toEqual([]);
  });

  it.each(["langchain", "unlisted"])("is never written, listed or not: %s", async (name) => {
    const response = await putDocument(name, "A text about otters.");
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      code: "foreign-collection",
      detail: expect.stringContaining(`"${name}" was not made by Tributary`),
    });
  });

  it("loses no document by a DELETE", async () => {
    const init = { method: "DELETE", headers: { host: "localhost" } };
    expect((await app.request("/collections/langchain/documents/1", init)).status).toBe(409);
    expect((await search("lake", ["langchain"])).results).toHaveLength(3);
  });

  it("is unknown where the operator has not listed it", async () => {
    expect((await app.post("/search", { query: "lake", collections: ["unlisted"] })).status).toBe(
      404,
    );
    expect((await app.request("/sources/unlisted/1")).status).toBe(404);
    const { collections } = (await (await app.request("/collections")).json()) as {
      collections: { name: string }[];
    };
    expect(collections.map(({ name }) => name)).not.toContain("unlisted");
    expect(collections).toContainEqual({
      name: "langchain",
      documents: 0,
      chunks: 3,
      embedding: "embed-v4.0",
      foreign: true,
    });
  });

  it("is a reported failure while the question can not be embedded", async () => {
    await world.command({
      do: "fault",
      operation: "embed",
      fault: { kind: "status", status: 400 },
    });
    try {
      const { results, retrieval } = await search("the pike of the lake", ["ours", "langchain"]);
      expect(results.map(({ collection }) => collection)).toEqual(["ours"]);
      expect(retrieval.collections).toMatchObject([
        { name: "ours", status: "ok" },
        { name: "langchain", status: "error", reason: "needs-embedding" },
      ]);
      const alone = await app.post("/search", { query: "pike", collections: ["langchain"] });
      expect(alone.status).toBe(503);
    } finally {
      await world.command({ do: "clear" });
    }
  });

  it("has its text where TEXT_FIELD says", async () => {
    const environment = { ...world.environment, COLLECTIONS: "textless", TEXT_FIELD: "body.words" };
    const other = await openApp({ samples: false, environment });
    try {
      const response = await other.post("/search", { query: "what does the heron eat" });
      const { results } = (await response.json()) as Found;
      expect(results[0]).toMatchObject({ collection: "textless", text: TEXTS[1] });
    } finally {
      other.close();
    }
  });

  it("is named to the operator where it can not be searched, with what to do", async () => {
    const { signal } = new AbortController();
    expect(await checkCollections(app.services, signal)).toEqual([
      {
        level: "warn",
        collection: "short",
        message: expect.stringMatching(/ 8 numbers .*EMBED_DIM/),
      },
      { level: "warn", collection: "textless", message: expect.stringContaining("TEXT_FIELD") },
      { level: "warn", collection: "sparse-only", message: expect.stringContaining("no dense") },
    ]);
  });
});
