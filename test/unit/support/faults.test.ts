import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../../support/fault-server.ts";
import { collectStream } from "../../support/sse.ts";

let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
});
beforeEach(() => {
  server.clear();
  server.reply = ["one ", "two ", "three ", "four "];
});
afterAll(() => server.close());

function embed(signal?: AbortSignal): Promise<Response> {
  return post("/v2/embed", { model: "m", input_type: "search_query", texts: ["hello"] }, signal);
}

function chat(signal?: AbortSignal): Promise<Response> {
  return post(
    "/v2/chat",
    { model: "m", stream: true, messages: [{ role: "user", content: "hi" }] },
    signal,
  );
}

function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const abort = signal ?? AbortSignal.timeout(5000);
  return fetch(server.url + path, { method: "POST", body: JSON.stringify(body), signal: abort });
}

async function streamedText(
  response: Response,
): Promise<{ text: string; isWhole: boolean; isBroken: boolean }> {
  const { events, done, failure } = await collectStream(response);
  const words = events
    .filter(({ type }) => type === "content-delta")
    .map((event) => JSON.stringify(event));
  const text = words.map((word) => /"text":"(\w+) "/.exec(word)?.[1]).join(" ");
  return { text, isWhole: done, isBroken: failure !== undefined };
}

describe("faults that replace the answer", () => {
  it("status, with Retry-After and a body, as often as told", async () => {
    const body = { message: "slow down" };
    server.fault("embed", { kind: "status", status: 429, retryAfter: 5, body }, { times: 2 });
    for (let turn = 0; turn < 2; turn += 1) {
      const response = await embed();
      expect(response.status).toBe(429);
      expect(response.headers.get("retry-after")).toBe("5");
      expect(await response.json()).toEqual(body);
    }
    expect((await embed()).status).toBe(200);
  });

  it("delay", async () => {
    server.fault("embed", { kind: "delay", ms: 120 });
    const startedAt = performance.now();
    expect((await embed()).status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThan(115);
  });

  it("reset", async () => {
    server.fault("embed", { kind: "reset" });
    await expect(embed()).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    const seen = await server.waitFor(({ cutAt }) => cutAt !== undefined);
    expect(seen.closedAt).toBeUndefined();
  });

  it("hang-before-headers", async () => {
    server.fault("embed", { kind: "hang-before-headers" });
    await expect(embed(AbortSignal.timeout(150))).rejects.toMatchObject({ name: "TimeoutError" });
    await server.waitFor(({ closedAt }) => closedAt !== undefined);
  });

  it("hang-after-headers", async () => {
    server.fault("embed", { kind: "hang-after-headers" });
    const response = await embed(AbortSignal.timeout(300));
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({ name: "TimeoutError" });
    await server.waitFor(({ closedAt }) => closedAt !== undefined);
  });

  it("garbage", async () => {
    server.fault("embed", { kind: "garbage" });
    const response = await embed();
    expect(response.headers.get("content-type")).toContain("json");
    await expect(response.json()).rejects.toThrow(SyntaxError);
  });

  it("html", async () => {
    server.fault("rerank", { kind: "html" });
    const response = await post("/v2/rerank", { query: "a", documents: ["a"] });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("<html>");
  });

  it("wrong-shape: a given body, or the right one altered", async () => {
    server.fault("embed", { kind: "wrong-shape" }, { times: 1 });
    const ragged = { embeddings: { float: [[1, 2], [3]] } };
    server.fault("embed", { kind: "wrong-shape", body: ragged }, { times: 1 });
    const alter = (right: unknown): unknown => ({
      ...(right as object),
      embeddings: { float: [] },
    });
    server.fault("embed", { kind: "wrong-shape", alter });
    expect(await (await embed()).json()).toEqual({ id: "wrong", embeddings: {} });
    expect(await (await embed()).json()).toEqual(ragged);
    expect(await (await embed()).json()).toMatchObject({
      texts: ["hello"],
      embeddings: { float: [] },
    });
  });
});

describe("faults inside the body", () => {
  it.each([0, 2, 4])("hang-after-tokens lets %i tokens through", async (tokens) => {
    server.fault("chat", { kind: "hang-after-tokens", tokens });
    const { text, isWhole, isBroken } = await streamedText(await chat(AbortSignal.timeout(250)));
    expect(text).toBe(["one", "two", "three", "four"].slice(0, tokens).join(" "));
    expect({ isWhole, isBroken }).toEqual({ isWhole: false, isBroken: true });
    const seen = await server.waitFor(({ closedAt }) => closedAt !== undefined);
    expect(seen.tokensSent).toBe(tokens);
  });

  it.each([
    { how: "end", isBroken: false },
    { how: "fin", isBroken: true },
    { how: "reset", isBroken: true },
  ] as const)("truncate by $how after tokens", async ({ how, isBroken }) => {
    server.fault("chat", { kind: "truncate", afterTokens: 3, how });
    const outcome = await streamedText(await chat());
    expect(outcome).toEqual({ text: "one two three", isWhole: false, isBroken });
  });

  it("truncate at any byte", async () => {
    const right = await (await embed()).arrayBuffer();
    for (const afterBytes of [0, 1, 17, right.byteLength - 1, right.byteLength]) {
      server.clear();
      server.fault("embed", { kind: "truncate", afterBytes, how: "end" }, { times: 1 });
      server.fault("embed", { kind: "truncate", afterBytes, how: "reset" });
      expect((await (await embed()).arrayBuffer()).byteLength).toBe(afterBytes);
      await expect(embed().then((response) => response.text())).rejects.toThrow();
      expect(server.requests[1]?.bytesSent).toBe(afterBytes);
    }
  });

  it("drip", async () => {
    server.fault("rerank", { kind: "drip", msPerByte: 2 });
    const startedAt = performance.now();
    const response = await post("/v2/rerank", { query: "a", documents: ["a"] });
    expect(performance.now() - startedAt).toBeLessThan(150);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ results: [{ index: 0 }] });
    expect(performance.now() - startedAt).toBeGreaterThan(text.length * 2 * 0.9);
  });

  it("oversize pads the right answer", async () => {
    server.fault("embed", { kind: "oversize", bytes: 3_000_000 });
    server.fault("chat", { kind: "oversize", bytes: 100_000 });
    const text = await (await embed()).text();
    expect(text.length).toBeGreaterThan(3_000_000);
    expect(JSON.parse(text)).toMatchObject({ texts: ["hello"] });
    const { comments, done } = await collectStream(await chat());
    expect(comments[0]?.text).toHaveLength(100_000);
    expect(done).toBe(true);
  });

  it.each([
    { kind: "reset", isBroken: true },
    { kind: "html", isBroken: false },
    { kind: "garbage", isBroken: false },
  ] as const)("$kind can begin after two tokens", async ({ kind, isBroken }) => {
    server.fault("chat", { kind }, { afterTokens: 2 });
    const outcome = await streamedText(await chat());
    expect(outcome).toEqual({ text: "one two", isWhole: false, isBroken });
  });

  it("delay and drip can begin inside, and the rest follows", async () => {
    server.fault("chat", { kind: "delay", ms: 100 }, { afterTokens: 2, times: 1 });
    server.fault("chat", { kind: "drip", msPerByte: 0 }, { afterBytes: 10 });
    const startedAt = performance.now();
    const whole = { text: "one two three four", isWhole: true, isBroken: false };
    expect(await streamedText(await chat())).toEqual(whole);
    expect(performance.now() - startedAt).toBeGreaterThan(95);
    expect(await streamedText(await chat())).toEqual(whole);
    expect(server.requests.map(({ tokensSent }) => tokensSent)).toEqual([4, 4]);
  });

  it("refuses an onset that makes no sense", () => {
    const plan = (): void =>
      server.fault("chat", { kind: "status", status: 500 }, { afterTokens: 1 });
    expect(plan).toThrow("cannot begin inside a body");
  });
});

describe("rules", () => {
  it("meets only the operation and the requests it names, first rule first", async () => {
    const match = ({ body }: { body: unknown }): boolean => JSON.stringify(body).includes("hello");
    server.fault("embed", { kind: "status", status: 503 }, { match, times: 1 });
    server.fault("embed", { kind: "status", status: 500 }, { match });
    const other = await post("/v2/embed", { input_type: "search_query", texts: ["other"] });
    const statuses = [
      other.status,
      (await embed()).status,
      (await embed()).status,
      (await chat()).status,
    ];
    expect(statuses).toEqual([200, 503, 500, 200]);
  });
});
