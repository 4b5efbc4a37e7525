import { createCohere } from "@ai-sdk/cohere";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, rerank, streamText } from "ai";
import { CohereClientV2 } from "cohere-ai";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../../support/fault-server.ts";

const TEXTS = [
  "a refund takes five days",
  "refunds take five working days",
  "our office is in Seoul",
];

let server: FaultServer;
let cohereClient: CohereClientV2;
let cohere: ReturnType<typeof createCohere>;
let openai: ReturnType<typeof createOpenAICompatible>;

beforeAll(async () => {
  server = await startFaultServer();
  const { url } = server;
  cohereClient = new CohereClientV2({ token: "test", environment: url, maxRetries: 0 });
  cohere = createCohere({ baseURL: `${url}/v2`, apiKey: "test" });
  openai = createOpenAICompatible({
    name: "test",
    baseURL: `${url}/v1`,
    apiKey: "test",
    includeUsage: true,
  });
});
beforeEach(() => server.clear());
afterAll(() => server.close());

describe("embed", () => {
  it("answers cohere-ai with the same vectors as float and as base64", async () => {
    const answer = await cohereClient.embed({
      model: "embed-v4.0",
      inputType: "search_document",
      texts: TEXTS,
      embeddingTypes: ["float", "base64"],
    });
    const floats = answer.embeddings.float ?? [];
    const decoded = (answer.embeddings.base64 ?? []).map((text) => {
      const bytes = Buffer.from(text, "base64");
      return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)];
    });
    expect(floats.map((vector) => vector.length)).toEqual([64, 64, 64]);
    expect(decoded).toEqual(floats);
    expect(answer.meta?.billedUnits?.inputTokens).toBeGreaterThan(0);
    expect(server.requests[0]?.body).toMatchObject({ input_type: "search_document" });
  });

  it("takes baseUrl as well as environment, and base64 alone", async () => {
    const client = new CohereClientV2({ token: "test", baseUrl: server.url, maxRetries: 0 });
    const { embeddings } = await client.embed({
      model: "embed-v4.0",
      inputType: "search_query",
      texts: ["hello"],
      embeddingTypes: ["base64"],
      outputDimension: 256,
    });
    expect(embeddings.float).toBeUndefined();
    expect(Buffer.from(embeddings.base64?.[0] ?? "", "base64")).toHaveLength(256 * 4);
  });

  it("stops cohere-ai by requestOptions.abortSignal and records when it left", async () => {
    server.fault("embed", { kind: "hang-before-headers" });
    const abort = new AbortController();
    const request = { model: "m", inputType: "search_query", texts: ["x"] } as const;
    const call = cohereClient.embed({ ...request, texts: ["x"] }, { abortSignal: abort.signal });
    const outcome = expect(call).rejects.toThrow();
    const seen = await server.waitFor(({ operation }) => operation === "embed");
    expect(server.openRequests("embed")).toHaveLength(1);
    const abortedAt = performance.now();
    abort.abort();
    await outcome;
    await server.waitFor(({ closedAt }) => closedAt !== undefined);
    expect((seen.closedAt ?? Infinity) - abortedAt).toBeLessThan(500);
    expect(server.openRequests()).toEqual([]);
  });

  it("answers the AI SDK", async () => {
    const { embeddings, usage } = await embedMany({
      model: cohere.embeddingModel("embed-v4.0"),
      values: TEXTS,
      maxRetries: 0,
      providerOptions: { cohere: { inputType: "search_document" } },
    });
    expect(embeddings).toHaveLength(3);
    expect(usage.tokens).toBeGreaterThan(0);
  });

  it("refuses what Cohere refuses", async () => {
    const texts = Array.from({ length: 97 }, () => "x");
    const call = cohereClient.embed({ model: "m", inputType: "search_query", texts });
    await expect(call).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe("rerank", () => {
  it("answers cohere-ai and the AI SDK with the same order", async () => {
    const query = "how many days does a refund take?";
    const answer = await cohereClient.rerank({
      model: "rerank-v3.5",
      query,
      documents: TEXTS,
      topN: 2,
    });
    const { ranking } = await rerank({
      model: cohere.reranking("rerank-v3.5"),
      query,
      documents: TEXTS,
      topN: 2,
      maxRetries: 0,
    });
    expect(answer.results.map(({ index }) => index)).toEqual([0, 1]);
    expect(ranking.map(({ originalIndex }) => originalIndex)).toEqual([0, 1]);
    expect(answer.results[0]?.relevanceScore).toBeGreaterThan(
      answer.results[1]?.relevanceScore ?? 1,
    );
  });
});

describe.each([
  { wire: "cohere", model: () => cohere.languageModel("command-a-03-2025") },
  { wire: "openai", model: () => openai.chatModel("test-model") },
])("chat on the $wire wire", ({ wire, model }) => {
  it("streams a scripted reply with usage", async () => {
    server.reply = "환불은 5일이 걸립니다 [1].  Two spaces,\nand a line.";
    server.tokensPerChunk = 3;
    const result = streamText({ model: model(), prompt: "hello there", maxRetries: 0 });
    expect(await result.text).toBe(server.reply);
    expect(await result.finishReason).toBe("stop");
    expect(await result.usage).toMatchObject({ inputTokens: 3, outputTokens: 9 });
    expect(server.requests[0]).toMatchObject({ operation: "chat", tokensSent: 9 });
    await server.waitFor(({ finishedAt }) => finishedAt !== undefined);
  });

  it("answers without a stream", async () => {
    server.reply = ["one ", "two"];
    const result = await generateText({ model: model(), prompt: "hello", maxRetries: 0 });
    expect(result).toMatchObject({
      text: "one two",
      finishReason: "stop",
      usage: { outputTokens: 2 },
    });
  });

  it("stops at max_tokens", async () => {
    server.reply = "one two three four";
    const result = streamText({
      model: model(),
      prompt: "hello",
      maxOutputTokens: 2,
      maxRetries: 0,
    });
    expect(await result.text).toBe("one two ");
    expect(await result.finishReason).toBe("length");
  });

  it("asks a reply function, and the obedient model by default", async () => {
    server.reply = (request) => `${request.wire} ${request.messages.at(-1)?.text}`;
    const scripted = await generateText({ model: model(), prompt: "hello", maxRetries: 0 });
    expect(scripted.text).toBe(`${wire} hello`);
    server.clear();
    const prompt = "Sources:\n[1] Refunds\nA refund takes five days. It is free.\n\nHow long?";
    const obedient = await generateText({ model: model(), prompt, maxRetries: 0 });
    expect(obedient.text).toBe("A refund takes five days [1].");
  });

  it("spaces its tokens and notices a client that leaves", async () => {
    server.reply = (function* () {
      for (;;) yield "word ";
    })();
    server.firstTokenDelayMs = 60;
    server.tokenDelayMs = 10;
    const abort = new AbortController();
    const startedAt = performance.now();
    let firstAt = 0;
    let tokens = 0;
    const result = streamText({
      model: model(),
      prompt: "go",
      maxRetries: 0,
      abortSignal: abort.signal,
    });
    for await (const part of result.stream) {
      if (part.type !== "text-delta") continue;
      firstAt ||= performance.now();
      tokens += 1;
      if (tokens === 5) abort.abort();
    }
    expect(firstAt - startedAt).toBeGreaterThan(55);
    const seen = await server.waitFor(({ closedAt }) => closedAt !== undefined);
    expect(seen.finishedAt).toBeUndefined();
    expect(seen.tokensSent).toBeGreaterThanOrEqual(5);
    expect(seen.tokensSent).toBeLessThan(60);
  });
});

it("waits for a reader who takes nothing", { timeout: 15_000 }, async () => {
  const word = "x".repeat(10_000);
  server.reply = (function* () {
    for (;;) yield word;
  })();
  const abort = new AbortController();
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ stream: true, messages: [{ role: "user", content: "go" }] }),
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  const sent = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    return server.requests[0]?.bytesSent ?? 0;
  };
  await sent();
  const before = await sent();
  expect(await sent()).toBe(before);
  expect(before).toBeLessThan(64 * 1024 * 1024);
  abort.abort();
  await server.waitFor(({ closedAt }) => closedAt !== undefined);
});

it("lists its models and says 404 for the rest", async () => {
  const models = await fetch(`${server.url}/v1/models`);
  expect(await models.json()).toMatchObject({ data: [{ id: "test-model" }] });
  expect((await fetch(`${server.url}/v3/nothing`)).status).toBe(404);
  expect(server.requests.map(({ operation }) => operation)).toEqual(["models", "unknown"]);
});

describe("a port that refuses", () => {
  it("takes nobody until it accepts again, while the other one works", async () => {
    const body = JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }] });
    const ask = (url: string): Promise<number> =>
      fetch(`${url}/v1/chat/completions`, { method: "POST", body }).then(async (response) => {
        await response.body?.cancel();
        return response.status;
      });
    expect(await ask(server.modelUrl)).toBe(200);
    server.refuse("modelUrl");
    await expect(ask(server.modelUrl)).rejects.toThrow("fetch failed");
    expect(await ask(server.url)).toBe(200);
    await server.accept("modelUrl");
    expect(await ask(server.modelUrl)).toBe(200);
  });
});
