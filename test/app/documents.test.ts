import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenApp, openApp } from "../support/open-app.ts";

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ samples: false, environment: { MAX_DOCUMENT_CHARACTERS: "50000" } });
});
afterAll(() => app.close());

const headers = { "content-type": "application/json", host: "localhost" };

async function put(
  collection: string,
  id: string,
  body: unknown,
  extra: Record<string, string> = {},
): Promise<Response> {
  const path = `/collections/${collection}/documents/${encodeURIComponent(id)}`;
  return app.request(path, {
    method: "PUT",
    headers: { ...headers, ...extra },
    body: JSON.stringify(body),
  });
}

async function search(
  query: string,
  collection: string,
  more: object = {},
): Promise<{ documentId: string; text: string; start: number; end: number }[]> {
  const response = await app.post("/search", { query, collections: [collection], ...more });
  expect(response.status).toBe(200);
  return (
    (await response.json()) as {
      results: { documentId: string; text: string; start: number; end: number }[];
    }
  ).results;
}

async function countChunks(
  name: string,
): Promise<{ documents: number; chunks: number } | undefined> {
  const { collections } = (await (await app.request("/collections")).json()) as {
    collections: { name: string; documents: number; chunks: number }[];
  };
  return collections.find((collection) => collection.name === name);
}

/** A Markdown document with so many sections, each about its own animal. */
function animals(names: string[]): string {
  return names
    .map((name) => `## ${name}\n\nThe ${name} lives at the lake and eats ${name}berries.`)
    .join("\n\n");
}

describe("PUT /collections/{c}/documents/{id}", () => {
  it("makes the collection, and what it stored is searchable at once", async () => {
    const response = await put("zoo", "lake.md", {
      text: animals(["otter", "heron"]),
      title: "Lake animals",
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      collection: "zoo",
      documents: [{ id: "lake.md", title: "Lake animals", chunks: 2 }],
    });
    const [first] = await search("what does the heron eat", "zoo");
    expect(first?.text).toContain("heronberries");
  });

  it("keeps the exact place of every chunk", async () => {
    const text = animals(["otter", "heron", "newt"]);
    await put("places", "a", { text });
    for (const { start, end, text: chunk } of await search("otter heron newt", "places"))
      expect(text.slice(start, end)).toBe(chunk);
  });

  it("replaces a document without leaving a stale chunk", async () => {
    await put("replace", "a", { text: animals(["otter", "heron", "newt", "pike"]) });
    expect(await countChunks("replace")).toEqual({
      name: "replace",
      documents: 1,
      chunks: 4,
      embedding: null,
    });
    await put("replace", "a", { text: animals(["swan"]) });
    expect(await countChunks("replace")).toEqual({
      name: "replace",
      documents: 1,
      chunks: 1,
      embedding: null,
    });
    expect(
      (await search("pike newt heron", "replace")).every(({ text }) => text.includes("swan")),
    ).toBe(true);
  });

  it("stores the same document ten times as once, one after the other and at once", async () => {
    const text = animals(["otter", "heron"]);
    for (let round = 0; round < 5; round++) await put("again", "a", { text });
    await Promise.all(Array.from({ length: 5 }, () => put("again", "a", { text })));
    expect(await countChunks("again")).toEqual({
      name: "again",
      documents: 1,
      chunks: 2,
      embedding: null,
    });
  });

  it("takes any id without control characters", async () => {
    for (const id of [
      "guides/winter camping.md",
      "문서/하나",
      "a?b#c%d",
      "x".repeat(512),
      "..%2F",
    ]) {
      expect((await put("ids", id, { text: "A text about otters." })).status).toBe(200);
      const response = await app.request(`/collections/ids/documents/${encodeURIComponent(id)}`);
      expect(((await response.json()) as { id: string }).id).toBe(id);
    }
    for (const id of ["a\nb", "\u0000", "x".repeat(513)])
      expect((await put("ids", id, { text: "text" })).status).toBe(422);
  });

  it("reads plain text when it is told so", async () => {
    await put("plain", "a", {
      text: "# not a heading\n\nSecond paragraph about otters.",
      format: "text",
    });
    expect((await search("heading", "plain"))[0]?.text).toContain("# not a heading");
  });

  it.each([
    ["empty", { text: "" }],
    ["white space", { text: " \n\t " }],
    ["binary", { text: "PK\u0003\u0004\u0000\u0000" }],
    ["not UTF-8 any more", { text: "\uFFFD".repeat(60) }],
    ["without a word", { text: "---\ntitle: Only this\n---\n" }],
  ])("refuses a document that is %s, by its name", async (_, body) => {
    const response = await put("bad", "my-file", body);
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain("my-file");
    expect(await countChunks("bad")).toBeUndefined();
  });

  it("refuses a document over the limit", async () => {
    const response = await put("bad", "long-file", { text: "word ".repeat(10_001) });
    expect(response.status).toBe(413);
    expect(((await response.json()) as { detail: string }).detail).toContain("long-file");
  });

  it.each([
    ["malformed JSON", "{", "application/json", 400],
    ["another content type", "{}", "text/plain", 415],
    ["no text", "{}", "application/json", 422],
    [
      "a script as URL",
      JSON.stringify({ text: "a", url: "javascript:alert(1)" }),
      "application/json",
      422,
    ],
    ["a wrong format", JSON.stringify({ text: "a", format: "docx" }), "application/json", 422],
    [
      "nested metadata",
      JSON.stringify({ text: "a", metadata: { a: { b: 1 } } }),
      "application/json",
      422,
    ],
  ])("refuses %s", async (_, body, type, status) => {
    const init = { method: "PUT", headers: { host: "localhost", "content-type": type }, body };
    expect((await app.request("/collections/bad/documents/a", init)).status).toBe(status);
  });

  it("refuses the reserved collection and names that are none", async () => {
    for (const name of ["tributary", "a b", "-x", "x".repeat(65)])
      expect((await put(name, "a", { text: "text" })).status).toBe(422);
  });
});

describe("GET and DELETE", () => {
  it("gives a document back as it was stored", async () => {
    const document = {
      text: "# Otters\n\nOtters swim.",
      title: "Otters",
      url: "https://zoo.example/otters",
      format: "markdown",
      metadata: { year: 2026, tags: ["a", "b"] },
    };
    await put("store", "otters", document);
    expect(await (await app.request("/collections/store/documents/otters")).json()).toEqual({
      id: "otters",
      ...document,
    });
  });

  it("removes a document with everything that was counted of it", async () => {
    await put("remove", "a", { text: animals(["otter", "heron"]) });
    await put("remove", "b", { text: animals(["newt"]) });
    const response = await app.request("/collections/remove/documents/a", {
      method: "DELETE",
      headers: { host: "localhost" },
    });
    expect(response.status).toBe(204);
    expect(await countChunks("remove")).toEqual({
      name: "remove",
      documents: 1,
      chunks: 1,
      embedding: null,
    });
    expect(
      (await search("otter heron", "remove")).some(({ documentId }) => documentId === "a"),
    ).toBe(false);
    expect((await app.request("/collections/remove/documents/a")).status).toBe(404);
    expect(
      (
        await app.request("/collections/remove/documents/a", {
          method: "DELETE",
          headers: { host: "localhost" },
        })
      ).status,
    ).toBe(404);
  });
});

describe("POST /collections/{c}/documents", () => {
  it("stores many documents in one call", async () => {
    const documents = Array.from({ length: 60 }, (_, index) => ({
      id: `d${index}`,
      text: `Document ${index} tells of creature${index}.`,
    }));
    const response = await app.request("/collections/many/documents", {
      method: "POST",
      headers,
      body: JSON.stringify({ documents }),
    });
    expect(response.status).toBe(200);
    expect(await countChunks("many")).toMatchObject({ documents: 60, chunks: 60 });
    expect((await search("creature37", "many"))[0]?.documentId).toBe("d37");
  });

  it("stores nothing when one of them is refused, and says which", async () => {
    const documents = [
      { id: "good", text: "A text." },
      { id: "bad-one", text: " " },
    ];
    const response = await app.request("/collections/none/documents", {
      method: "POST",
      headers,
      body: JSON.stringify({ documents }),
    });
    expect(response.status).toBe(422);
    expect(((await response.json()) as { detail: string }).detail).toContain("bad-one");
    expect(await countChunks("none")).toBeUndefined();
  });

  it("refuses more than 500, none, and the same id twice", async () => {
    const many = Array.from({ length: 501 }, (_, index) => ({ id: `d${index}`, text: "text" }));
    for (const documents of [
      many,
      [],
      [
        { id: "a", text: "x" },
        { id: "a", text: "y" },
      ],
    ]) {
      const response = await app.request("/collections/none/documents", {
        method: "POST",
        headers,
        body: JSON.stringify({ documents }),
      });
      expect(response.status).toBe(422);
    }
  });
});

describe("filters on metadata", () => {
  it("search only what fits", async () => {
    for (const [id, year, tags] of [
      ["old", 2020, ["lake"]],
      ["new", 2026, ["lake", "river"]],
    ] as const) {
      await put("filtered", id, {
        text: `Otters in the report ${id}.`,
        metadata: { year, tags, public: id === "new" },
      });
    }
    const found = async (filter: object): Promise<string[]> =>
      (await search("otters", "filtered", { filter }))
        .map(({ documentId }) => documentId)
        .toSorted();
    expect(await found({ year: 2020 })).toEqual(["old"]);
    expect(await found({ year: { gte: 2021 } })).toEqual(["new"]);
    expect(await found({ tags: "river" })).toEqual(["new"]);
    expect(await found({ tags: ["lake", "sea"] })).toEqual(["new", "old"]);
    expect(await found({ public: true, year: { lt: 2030 } })).toEqual(["new"]);
    expect(await found({ unknown: "x" })).toEqual([]);
  });
});

describe("writeAccess", () => {
  it("lets only this machine write when there is no key", async () => {
    for (const [peerAddress, extra, status] of [
      ["127.0.0.1", {}, 200],
      ["::1", { host: "[::1]:8787" }, 200],
      ["::ffff:127.0.0.1", { host: "127.0.0.1:8787" }, 200],
      ["192.168.1.20", {}, 403],
      [undefined, {}, 403],
      ["127.0.0.1", { "x-forwarded-for": "203.0.113.9" }, 403],
      ["127.0.0.1", { host: "attacker.example" }, 403],
    ] as [string | undefined, Record<string, string>, number][]) {
      const other = await openApp({ samples: false, peerAddress });
      const init = { method: "PUT", headers: { ...headers, ...extra }, body: '{"text":"A text."}' };
      expect(
        (await other.request("/collections/a/documents/b", init)).status,
        `${peerAddress} ${JSON.stringify(extra)}`,
      ).toBe(status);
      other.close();
    }
  });

  it("asks for the key from everybody when there is one", async () => {
    const other = await openApp({ samples: false, environment: { ADMIN_KEY: "a-long-admin-key" } });
    for (const [authorization, status] of [
      ["Bearer a-long-admin-key", 200],
      ["Bearer wrong", 401],
      ["Basic YTpi", 401],
      ["a-long-admin-key", 401],
      ["", 401],
    ] as const) {
      const init = {
        method: "PUT",
        headers: { ...headers, ...(authorization === "" ? {} : { authorization }) },
        body: '{"text":"A text."}',
      };
      const response = await other.request("/collections/a/documents/b", init);
      expect(response.status, authorization).toBe(status);
      if (status === 401) expect(await response.json()).toMatchObject({ code: "unauthorized" });
    }
    expect((await other.request("/collections/a/documents/b", { method: "DELETE" })).status).toBe(
      401,
    );
    expect((await other.request("/collections/a/documents/b")).status).toBe(200);
    other.close();
  });
});
