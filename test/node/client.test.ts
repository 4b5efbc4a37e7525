import { EventSourceParserStream } from "eventsource-parser/stream";
import type { UIMessageChunk } from "ai";
import { createClient, type Client } from "tributary/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCheckedFetch } from "../support/checked-fetch.ts";
import { startTributary, type Tributary } from "./tributary.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";

let tributary: Tributary;
let client: Client;
beforeAll(async () => {
  tributary = await startTributary();
  client = createClient(tributary.url, { fetch: await createCheckedFetch(tributary.url) });
});
afterAll(() => tributary.stop());

describe("createClient", () => {
  it("gives an answer as one value", async () => {
    const response = await client.chat.$post({ json: { message: QUESTION, stream: false } });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    const answer = await response.json();
    expect(answer.answer).toContain("1.62 kg");
    const [source] = answer.sources;
    const title: string | undefined = source?.title;
    expect(title).toContain("Aurora 2");
    // @ts-expect-error There is no such field.
    expect(answer.colour).toBeUndefined();
  });

  it("gives an answer as it is written", async () => {
    const response = await client.chat.$post({ json: { message: QUESTION } });
    const events = response
      .body!.pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    const types: string[] = [];
    let text = "";
    for await (const { data } of events) {
      if (data === "[DONE]") break;
      const chunk = JSON.parse(data) as UIMessageChunk;
      types.push(chunk.type);
      if (chunk.type === "text-delta") text += chunk.delta;
    }
    expect(text).toContain("1.62 kg");
    expect(types[0]).toBe("start");
    expect(types.at(-1)).toBe("finish");
  });

  it("tells what was wrong", async () => {
    const response = await client.search.$post({ json: { query: "" } });
    expect(response.status).toBe(422);
    if (response.status !== 422) return;
    const problem = await response.json();
    expect(problem.code === "invalid").toBe(true);
    // @ts-expect-error There is no such code.
    expect(problem.code === "colourless").toBe(false);
    expect(problem.errors?.[0]?.path).toBe("query");
    // @ts-expect-error A problem has no results.
    expect(problem.results).toBeUndefined();
  });

  it("stores, reads, finds and removes a document", async () => {
    const id = "a note/1";
    const param = { collection: "notes", id: encodeURIComponent(id) };
    const one = client.collections[":collection"].documents[":id"];
    const text = "The zeppelin hangar opens at noon.";
    const stored = await one.$put({ param, json: { text, title: "Hangar" } });
    expect(stored.status).toBe(200);
    const read = await one.$get({ param });
    if (read.status !== 200) throw new Error(`status ${read.status}`);
    expect(await read.json()).toMatchObject({ id, title: "Hangar", text });

    const found = await client.search.$post({
      json: { query: "zeppelin hangar", collections: ["notes"], limit: 1 },
    });
    if (found.status !== 200) throw new Error(`status ${found.status}`);
    const [result] = (await found.json()).results;
    expect(result?.documentId).toBe(id);

    const listed = await client.collections.$get();
    if (listed.status !== 200) throw new Error(`status ${listed.status}`);
    const { collections } = await listed.json();
    expect(collections.map(({ name }) => name)).toContain("notes");
    expect((await one.$delete({ param })).status).toBe(204);
    expect((await one.$get({ param })).status).toBe(404);
  });

  it("knows what a request takes", () => {
    const typed = (_request: () => unknown): void => undefined;
    // @ts-expect-error A question is a text.
    typed(() => client.chat.$post({ json: { message: 1 } }));
    // @ts-expect-error A search needs a query.
    typed(() => client.search.$post({ json: {} }));
    // @ts-expect-error A document needs a text.
    typed(() => client.collections[":collection"].documents[":id"].$put({ param, json: {} }));
    // @ts-expect-error There is no such route.
    typed(() => client.nowhere.$get());
    // @ts-expect-error A conversation is named by its id.
    typed(() => client.chat[":id"].stop.$post({ param: {} }));
    typed(() => client.chat[":id"].stop.$post({ param: { id: "c1" } }));
    const param = { collection: "notes", id: "x" };
    expect(client.collections[":collection"].documents[":id"].$url({ param }).pathname).toBe(
      "/collections/notes/documents/x",
    );
  });
});
