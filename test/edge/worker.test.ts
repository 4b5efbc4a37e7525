import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson } from "../node/tributary.ts";
import { collectStream } from "../support/sse.ts";
import { QUESTION } from "../support/upstreams.ts";
import { type StartedWorker, startWorker } from "../support/worker.ts";

interface JsonAnswer {
  answer: string;
  answered: boolean;
  sources: { title: string; url: string }[];
  citations: { n: number }[];
}

describe("a Worker without keys", () => {
  let worker: StartedWorker;
  beforeAll(async () => {
    worker = await startWorker();
  });
  afterAll(() => worker.stop());

  it.each([
    [QUESTION, "1.62 kg"],
    ["달빛 랜턴 제일 밝게 하면 몇 루멘이에요?", "루멘"],
  ])("answers %s from the samples, with sources", async (message, words) => {
    const response = await postJson(`${worker.url}/chat`, { message, stream: false });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as JsonAnswer;
    expect(answer).toMatchObject({ answered: true, answer: expect.stringContaining(words) });
    expect(answer.sources.length).toBeGreaterThan(0);
    expect(answer.citations.length).toBeGreaterThan(0);
  });

  it("streams the answer as events, sources before text, one end", async () => {
    const response = await postJson(`${worker.url}/chat`, { message: QUESTION });
    const { events, done, failure } = await collectStream(response);
    expect(failure).toBeUndefined();
    expect(done).toBe(true);
    const types = events.map(({ type }) => type);
    expect(types[0]).toBe("start");
    expect(types.indexOf("source-url")).toBeGreaterThan(0);
    expect(types.indexOf("source-url")).toBeLessThan(types.indexOf("text-delta"));
    expect(types.filter((type) => ["finish", "error", "abort"].includes(type))).toEqual(["finish"]);
    expect(types.at(-1)).toBe("finish");
  });

  it("lets nobody write", async () => {
    const response = await fetch(`${worker.url}/collections/x/documents/y`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: "One sentence." }),
    });
    expect(response.status).toBe(403);
    expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ code: "forbidden", status: 403 });
  });

  it("lets no page of another site read it, not even one of this machine", async () => {
    const headers = { origin: "http://localhost:3000" };
    const response = await fetch(`${worker.url}/openapi.json`, { headers });
    expect(response.status).toBe(200);
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
  });

  it("serves the page and a source", async () => {
    const page = await fetch(`${worker.url}/`);
    expect(page.headers.get("content-type")).toMatch(/^text\/html/);
    const html = await page.text();
    expect(html).toContain("Model: extractive");
    expect(html).not.toContain("{{nonce}}");
    const { sources } = (await (
      await postJson(`${worker.url}/chat`, { message: "발수 처리", stream: false })
    ).json()) as JsonAnswer;
    for (const { url } of sources.filter((source) => source.url.startsWith(worker.url)))
      expect((await fetch(url)).status).toBe(200);
  });
});

describe("a Worker with a wrong variable", () => {
  it("answers 503 with a problem and shows no value, at every request", async () => {
    const worker = await startWorker({
      MODEL: "canary-model",
      COHERE_API_KEY: "canary-cohere-key",
      QDRANT_URL: "canary-url",
    });
    try {
      for (const path of ["/", "/healthz", "/chat"]) {
        const response = await fetch(`${worker.url}${path}`);
        const text = await response.text();
        expect(response.status).toBe(503);
        expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
        expect(JSON.parse(text)).toMatchObject({ status: 503, code: "not-configured" });
        expect(text).not.toMatch(/canary|MODEL|QDRANT|\.ts\b|\n/);
      }
    } finally {
      await worker.stop();
    }
  });
});
