import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenApp, openApp } from "../support/open-app.ts";

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ environment: { MAX_BODY_BYTES: "20000", MAX_MESSAGE_CHARACTERS: "500" } });
});
afterAll(() => app.close());

interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  requestId: string;
  errors?: { path: string; message: string }[];
}

async function readProblem(response: Response, status: number, code: string): Promise<Problem> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  const problem = (await response.json()) as Problem;
  expect(problem).toMatchObject({ status, code });
  expect(problem.detail).toMatch(/^[A-Za-z].*\.?$/);
  expect(problem.requestId).toBe(response.headers.get("x-request-id"));
  return problem;
}

const json = { "content-type": "application/json" };

describe("errors before a stream begins", () => {
  const routes = ["/chat", "/search"];

  it.each(routes)("answers 400 to malformed JSON on %s", async (path) => {
    for (const body of ['{"message": ', "", "{'a': 1}", "nonsense"]) {
      await readProblem(
        await app.request(path, { method: "POST", headers: json, body }),
        400,
        "bad-request",
      );
    }
  });

  it.each(routes)("answers 415 to another or no content type on %s", async (path) => {
    for (const type of [
      "text/plain",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ]) {
      const response = await app.request(path, {
        method: "POST",
        headers: { "content-type": type },
        body: '{"message":"hi"}',
      });
      await readProblem(response, 415, "unsupported-media-type");
    }
    const bytes = new TextEncoder().encode('{"message":"hi"}');
    await readProblem(
      await app.request(path, { method: "POST", body: bytes }),
      415,
      "unsupported-media-type",
    );
  });

  it.each([
    [{}, "message"],
    [{ message: "" }, "message"],
    [{ message: "   " }, "message"],
    [{ message: 5 }, "message"],
    [{ message: "hi", messages: [] }, "message"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "assistant", content: "hello" }] }, "messages"],
    [{ messages: [{ role: "user", parts: [{ type: "file", url: "x" }] }] }, "messages"],
    [{ message: "hi", collections: [] }, "collections"],
    [{ message: "hi", collections: ["../etc"] }, "collections"],
    [{ message: "hi", collections: ["tributary"] }, "collections"],
    [{ message: "hi", conversationId: ".." }, "conversationId"],
    [{ message: "hi", id: "a b" }, "id"],
    [{ message: "hi", filter: { "a.b": 1 } }, "filter"],
    [{ message: "hi", filter: { year: { around: 5 } } }, "filter"],
    [{ message: "hi", filter: { year: null } }, "filter"],
    [{ message: "hi", stream: "yes" }, "stream"],
    [{ message: "hi", language: "<script>" }, "language"],
    [{ message: "x".repeat(501) }, "message"],
  ])("answers 422 to %j and names the field %s", async (body, field) => {
    const problem = await readProblem(await app.post("/chat", body), 422, "invalid");
    expect(problem.errors?.some(({ path }) => path.startsWith(field))).toBe(true);
  });

  it("answers 422 to a wrong search", async () => {
    for (const body of [
      {},
      { query: "" },
      { query: "x", limit: 0 },
      { query: "x", limit: 51 },
      { query: "x".repeat(501) },
    ]) {
      await readProblem(await app.post("/search", body), 422, "invalid");
    }
  });

  it.each(routes)(
    "answers 413 to a body that is too large on %s, whatever its length says",
    async (path) => {
      const body = JSON.stringify({ message: "hi", query: "hi", padding: "x".repeat(20_000) });
      await readProblem(await app.post(path, body), 413, "too-large");
      const chunks = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let sent = 0; sent < body.length; sent += 1000)
            controller.enqueue(new TextEncoder().encode(body.slice(sent, sent + 1000)));
          controller.close();
        },
      });
      const init = { method: "POST", headers: json, body: chunks, duplex: "half" } as RequestInit;
      await readProblem(await app.request(path, init), 413, "too-large");
    },
  );

  it("answers 404 to an unknown collection, in every form", async () => {
    const headers = [{}, { accept: "application/json" }, { accept: "text/plain" }];
    for (const accept of headers) {
      const problem = await readProblem(
        await app.post("/chat", { message: "hi there", collections: ["nope"] }, accept),
        404,
        "unknown-collection",
      );
      expect(problem.detail).toContain('"nope"');
    }
    await readProblem(
      await app.post("/search", { query: "hi there", collections: ["products", "nope"] }),
      404,
      "unknown-collection",
    );
  });

  it("answers 404 to an unknown address", async () => {
    await readProblem(await app.request("/nowhere"), 404, "not-found");
    await readProblem(await app.request("/chat"), 404, "not-found");
  });

  it("survives hostile JSON", async () => {
    for (const body of [
      '{"__proto__": {"message": "x"}}',
      '{"constructor": 1}',
      "[]",
      "null",
      '"x"',
      "[".repeat(5000),
      `{"message": "${"\\ud800"}"}`,
    ]) {
      const response = await app.request("/chat", { method: "POST", headers: json, body });
      expect(response.status, body.slice(0, 40)).toBeLessThan(500);
      await response.body?.cancel();
    }
  });
});
