// Collections that are deleted in Qdrant behind the application's back, and filters that fit nothing.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenApp, openApp } from "../support/open-app.ts";

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ samples: false });
  for (const name of ["stays", "goes", "gone"]) await put(name);
  await deleteInQdrant("gone");
});
afterAll(() => app.close());

function put(collection: string): Promise<Response> {
  return app.request(`/collections/${collection}/documents/a`, {
    method: "PUT",
    headers: { "content-type": "application/json", host: "localhost" },
    body: JSON.stringify({
      text: `The otter of ${collection} lives at the lake and eats berries.`,
      metadata: { year: 2020, tags: ["lake", "moor"], public: true, price: 9.5 },
    }),
  });
}

async function deleteInQdrant(name: string): Promise<void> {
  const { localQdrantUrl } = app.services.platform;
  const response = await fetch(`${localQdrantUrl}/collections/${name}`, { method: "DELETE" });
  expect(response.status).toBe(200);
  await response.body?.cancel();
}

const message = "what does the otter eat";
const FORMS: [string, (collections: string[]) => Promise<Response>][] = [
  ["/search", (collections) => app.post("/search", { query: message, collections })],
  ["JSON", (collections) => app.post("/chat", { message, collections, stream: false })],
  ["text", (collections) => app.post("/chat", { message, collections }, { accept: "text/plain" })],
  ["events", (collections) => app.post("/chat", { message, collections })],
];

describe("a collection that is gone from Qdrant", () => {
  it.each(FORMS)("is named, and the others answer: %s", async (form, ask) => {
    const response = await ask(["stays", "gone"]);
    expect(response.status).toBe(200);
    const body = await response.text();
    expect(body).toContain("otter of stays");
    expect(body).not.toContain("otter of gone");
    if (form !== "text") expect(body).toMatch(/"degraded":true.*"name":"gone","status":"error"/s);
  });

  it.each(FORMS)("is an outage where there is no other: %s", async (form, ask) => {
    const response = await ask(["gone"]);
    const body = await response.text();
    // The stream has begun before the search.
    expect(response.status).toBe(form === "events" ? 200 : 503);
    expect(body).toContain('"code":"retrieval-unavailable"');
    expect(body.match(/"type":"(?:error|finish)"/g) ?? []).toHaveLength(form === "events" ? 1 : 0);
  });

  it("keeps its document, takes no other, and says how it is made again", async () => {
    expect((await app.request("/collections/gone/documents/a")).status).toBe(200);
    for (const method of ["PUT", "DELETE"]) {
      const response = await app.request("/collections/gone/documents/a", {
        method,
        headers: { "content-type": "application/json", host: "localhost" },
        ...(method === "PUT" ? { body: JSON.stringify({ text: "Another otter." }) } : {}),
      });
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({
        code: "storage-unavailable",
        detail: expect.stringMatching(/"gone" is missing in Qdrant.*npm run reindex -- gone/),
      });
    }
  });

  it("has no pages for its sources any more", async () => {
    const response = await app.post("/search", { query: message, collections: ["goes"] });
    const { results } = (await response.json()) as { results: { chunkId: string }[] };
    const page = `/sources/goes/${results[0]!.chunkId}`;
    expect((await app.request(page)).status).toBe(200);
    await deleteInQdrant("goes");
    expect((await app.request(page)).status).toBe(404);
  });
});

describe("a filter", () => {
  it.each([
    ["on a field that no document has", { colour: "red" }, 0],
    ["of a text for a number", { year: "2020" }, 0],
    ["of a number for a text", { tags: 5 }, 0],
    ["of a range for a text", { tags: { gt: 5 } }, 0],
    ["of a range for a truth", { public: { gte: 0 } }, 0],
    ["of a text for a truth", { public: "true" }, 0],
    ["of a number without bounds", { year: 1e300 }, 0],
    ["of a range without bounds", { year: { gte: -1e308, lte: 1e308 } }, 1],
    ["of a list with a fraction", { price: [9.5, 1] }, 1],
    ["of a list of truths", { public: [false, true] }, 1],
    ["of a list of everything", { year: ["a", true, 1.5, 2020] }, 1],
    ["of a list of everything, none of it there", { year: ["a", true, 1.5, 1e300] }, 0],
  ])("%s finds what fits, or nothing", async (_, filter, count) => {
    const response = await app.post("/search", { query: message, collections: ["stays"], filter });
    expect(response.status).toBe(200);
    const { results } = (await response.json()) as { results: unknown[] };
    expect(results).toHaveLength(count);
    const chat = await app.post("/chat", {
      message,
      collections: ["stays"],
      filter,
      stream: false,
    });
    expect(await chat.json()).toMatchObject({ answered: count > 0 });
  });
});
