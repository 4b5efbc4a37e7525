import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { collectStream, type UIEvent } from "../support/sse.ts";
import { openWorld, type World } from "../support/world.ts";

/** Everything switched on: Cohere, a language model and Qdrant over real sockets. */
let world: World;
let app: OpenApp;

const DOCUMENTS = {
  birds: [
    {
      id: "heron",
      text: "# Heron\n\nThe grey heron hunts fish at the lake. It stands still for hours.",
    },
    { id: "swift", text: "# Swift\n\nThe swift sleeps while it flies. It lands only to breed." },
  ],
  fishes: [
    {
      id: "pike",
      text: "# Pike\n\nThe pike hides between reeds at the lake and hunts smaller fish.",
    },
  ],
  trees: [
    { id: "alder", text: "# Alder\n\nThe alder grows at the lake with its roots in the water." },
  ],
};
const QUESTION = "Which bird hunts fish at the lake?";

/** A fresh one knows nothing of what failed before: each operation has its circuit and its retries to spend. */
const openFresh = (environment: Record<string, string> = {}): Promise<OpenApp> =>
  openApp({
    samples: false,
    environment: {
      ...world.environment,
      // Time enough, on a busy machine too, where no time-out is meant.
      RETRIEVAL_TIMEOUT_MS: "8000",
      RERANK_TIMEOUT_MS: "8000",
      EMBED_TIMEOUT_MS: "8000",
      CONDENSE_TIMEOUT_MS: "8000",
      FIRST_TOKEN_TIMEOUT_MS: "8000",
      TOKEN_TIMEOUT_MS: "8000",
      ...environment,
    },
  });

beforeAll(async () => {
  world = await openWorld();
  app = await openFresh();
  await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
  await world.command({ do: "clear" });
});
beforeEach(async () => {
  app = await openFresh();
});
afterEach(() => world.command({ do: "clear" }));
afterAll(() => world.close());

/** An application that waits half a second for one of its parts, when that is meant to hang. */
const openFor = (
  fault: { kind: string },
  limit: string,
  environment: Record<string, string> = {},
): Promise<OpenApp> =>
  openFresh({ ...environment, ...(fault.kind.startsWith("hang") ? { [limit]: "500" } : {}) });

async function ask(body: object): Promise<UIEvent[]> {
  const response = await app.post("/chat", body);
  expect(response.status).toBe(200);
  return (await collectStream(response)).events;
}

async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  words: string,
): Promise<void> {
  for (let text = ""; !text.includes(words);) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The stream ended without ${words}: ${text}`);
    text += new TextDecoder().decode(value);
  }
}

interface Report {
  degraded: boolean;
  collections: { name: string; status: string; hits: number }[];
  stages: Record<string, { status: string; reason?: string }>;
}
const reportOf = (events: UIEvent[]): Report =>
  events.find(({ type }) => type === "data-retrieval")?.["data"] as Report;
const textOf = (events: UIEvent[]): string =>
  events.map((event) => (event.type === "text-delta" ? String(event["delta"]) : "")).join("");
const terminal = (events: UIEvent[]): UIEvent[] =>
  events.filter(({ type }) => ["finish", "error", "abort"].includes(type));
const chatBodies = async (): Promise<
  { messages: { role: string; content: string }[]; stream?: boolean }[]
> =>
  (await world.requests()).upstream
    .filter(({ operation }) => operation === "chat")
    .map(({ body }) => body as never);

describe("a chat with every part switched on", () => {
  it("embeds the question once, searches both legs in one call a collection, reranks, and asks the model", async () => {
    const events = await ask({ message: QUESTION });
    expect(reportOf(events)).toMatchObject({
      degraded: false,
      stages: {
        embed: { status: "ok" },
        search: { status: "ok" },
        rerank: { status: "ok" },
        condense: { status: "skipped" },
      },
    });
    const { upstream, qdrant } = await world.requests();
    expect(
      upstream
        .filter(({ operation }) => operation === "embed")
        .map(({ body }) => (body as { input_type: string }).input_type),
    ).toEqual(["search_query"]);
    expect(upstream.filter(({ operation }) => operation === "rerank")).toHaveLength(1);
    expect(upstream.filter(({ operation }) => operation === "chat")).toHaveLength(1);
    const searches = qdrant.filter(({ path }) => path.includes("/points/query"));
    expect(searches.map(({ path }) => path.split("/")[2]).toSorted()).toEqual([
      "birds",
      "fishes",
      "trees",
    ]);
    for (const { body } of searches) {
      expect(
        (body as { searches: { using: string }[] }).searches.map(({ using }) => using),
      ).toEqual(["sparse", "dense"]);
    }
  });

  it("streams the model's text with its citations, and its usage", async () => {
    await world.command({
      do: "script",
      script: { reply: ["The ", "grey heron ", "does. [", "1] ", "And [9] ", "more."] },
    });
    const events = await ask({ message: QUESTION });
    expect(textOf(events)).toBe("The grey heron does. [1] And more.");
    const citations = events.find(({ type }) => type === "data-citations")?.["data"] as {
      n: number;
      start: number;
      end: number;
    }[];
    expect(citations).toEqual([{ n: 1, start: 0, end: 20, verified: false }]);
    expect(events.at(-1)).toMatchObject({
      type: "finish",
      messageMetadata: { answered: true, usage: { outputTokens: expect.any(Number) } },
    });
    expect(
      (events.at(-1)!["messageMetadata"] as { usage: { outputTokens: number } }).usage.outputTokens,
    ).toBeGreaterThan(0);
  });

  it("gives the sources to the model as data between marks that no document knows", async () => {
    await ask({ message: QUESTION });
    const [body] = await chatBodies();
    const system = body!.messages[0]!.content;
    const user = JSON.stringify(body!.messages.at(-1)!.content);
    const nonce = /<sources-([A-Za-z0-9]{16,})>/.exec(user)?.[1];
    expect(nonce).toBeDefined();
    expect(system).toContain(`<sources-${nonce}>`);
    expect(user).toContain("The grey heron hunts fish at the lake");
    expect(user).toContain(QUESTION);
    await ask({ message: QUESTION });
    expect(JSON.stringify((await chatBodies())[1])).not.toContain(nonce);
  });

  it("rewrites a follow-up question while the raw one is searched, and searches both", async () => {
    const events = await ask({
      messages: [
        { role: "user", content: "Tell me about the swift." },
        { role: "assistant", content: "It is a bird." },
        { role: "user", content: "When does it land?" },
      ],
    });
    expect(reportOf(events).stages["condense"]?.status).toBe("ok");
    const { upstream, qdrant } = await world.requests();
    const condense = upstream.find(
      ({ operation, body }) =>
        operation === "chat" && (body as { stream?: boolean }).stream !== true,
    )!;
    const firstSearch = qdrant.find(({ path }) => path.includes("/points/query"))!;
    expect(firstSearch.at).toBeLessThan(condense.finishedAt! + 1000);
    expect(upstream.filter(({ operation }) => operation === "embed")).toHaveLength(2);
    expect(qdrant.filter(({ path }) => path.includes("/points/query"))).toHaveLength(6);
  });

  it("does not rewrite a follow-up question that stands by itself", async () => {
    const events = await ask({
      messages: [
        { role: "user", content: "Tell me about the swift." },
        { role: "assistant", content: "It is a bird." },
        { role: "user", content: QUESTION },
      ],
    });
    expect(reportOf(events)).toMatchObject({
      degraded: false,
      stages: { condense: { status: "skipped" } },
    });
    expect(await chatBodies()).toHaveLength(1);
  });

  it("gives the model what /search shows, and explains both wordings and the reranker", async () => {
    const history = [
      { role: "user", content: "Tell me about the heron." },
      { role: "assistant", content: "It is a bird." },
    ];
    const query = "And where does it hunt?";
    await world.command({
      do: "script",
      script: { reply: "Where does the grey heron hunt fish?" },
    });
    const response = await app.post("/search", { query, messages: history, limit: 50 });
    const found = (await response.json()) as {
      context: string;
      wordings: { kind: string; messages: { text: string }[]; cosine?: object }[];
      results: { rank: number; mergedRank: number; rerank: number; shares: number[] }[];
      timings: Record<string, number>;
    };
    expect(found.wordings.map(({ kind, messages }) => `${kind}: ${messages[0]?.text}`)).toEqual([
      `asked: ${query}`,
      "rewritten: Where does the grey heron hunt fish?",
    ]);
    expect(found.wordings[1]?.cosine).toBeDefined();
    for (const { mergedRank, rerank, shares } of found.results) {
      expect(mergedRank).toBeGreaterThan(0);
      expect(rerank).toBeGreaterThanOrEqual(0);
      expect(shares).toHaveLength(2);
    }
    expect(found.timings["rerank"]).toBeGreaterThan(0);
    await ask({ messages: [...history, { role: "user", content: query }] });
    const bodies = await chatBodies();
    expect(bodies.at(-1)?.messages.at(-1)?.content).toContain(`>\n${found.context}\n</sources-`);
  });

  it("takes a model's refusal for what it is", async () => {
    await world.command({ do: "script", script: { reply: "I did not find this in the sources." } });
    const events = await ask({ message: QUESTION });
    expect(events.at(-1)).toMatchObject({ type: "finish", messageMetadata: { answered: false } });
  });

  it("stores documents with Cohere's document vectors, 96 texts a call", async () => {
    const documents = Array.from({ length: 100 }, (_, index) => ({
      id: `n${index}`,
      text: `Note number ${index}.`,
    }));
    const init = {
      method: "POST",
      headers: { "content-type": "application/json", host: "localhost" },
      body: JSON.stringify({ documents }),
    };
    expect((await app.request("/collections/notes/documents", init)).status).toBe(200);
    const bodies = (await world.requests()).upstream.map(
      ({ body }) => body as { input_type: string; texts: string[] },
    );
    expect(bodies.map(({ input_type, texts }) => [input_type, texts.length])).toEqual([
      ["search_document", 96],
      ["search_document", 4],
    ]);
  });
});

describe("a part that fails", () => {
  // One that fails and one that hangs; test/faults/matrix.test.ts has all of them at every place.
  const kinds = [{ kind: "status", status: 500 }, { kind: "hang-before-headers" }] as const;

  it.each(kinds)("costs one collection only, and is named: %j", async (fault) => {
    app = await openFor(fault, "RETRIEVAL_TIMEOUT_MS");
    await world.command({ do: "fault-qdrant", path: "/collections/fishes/", fault });
    const events = await ask({ message: QUESTION });
    const report = reportOf(events);
    expect(report.degraded).toBe(true);
    const failed = report.collections.filter(({ status }) => status !== "ok" && status !== "empty");
    expect(failed.map(({ name }) => name)).toEqual(["fishes"]);
    expect(report.collections.find(({ name }) => name === "fishes")?.status).toBe(
      fault.kind === "hang-before-headers" ? "timeout" : "error",
    );
    expect(terminal(events)).toMatchObject([
      { type: "finish", messageMetadata: { degraded: true, answered: true } },
    ]);
    expect((await chatBodies())[0]!.messages[0]!.content).toContain("fishes");
  });

  it.each(kinds)(
    "costs the dense leg only when the question cannot be embedded: %j",
    async (fault) => {
      app = await openFor(fault, "EMBED_TIMEOUT_MS");
      await world.command({ do: "fault", operation: "embed", fault });
      const events = await ask({ message: QUESTION });
      expect(reportOf(events)).toMatchObject({
        degraded: true,
        stages: { embed: { status: "failed" } },
      });
      expect(terminal(events)).toMatchObject([{ type: "finish" }]);
    },
  );

  it.each(kinds)("costs the reranking only: %j", async (fault) => {
    app = await openFor(fault, "RERANK_TIMEOUT_MS");
    await world.command({ do: "fault", operation: "rerank", fault });
    const events = await ask({ message: QUESTION });
    expect(reportOf(events)).toMatchObject({
      degraded: true,
      stages: { rerank: { status: "failed" } },
    });
    expect(terminal(events)).toMatchObject([{ type: "finish" }]);
  });

  it("is an error without a model call when no collection answers, 503 in JSON, text and search", async () => {
    for (const name of ["birds", "fishes", "trees", "notes"]) {
      await world.command({
        do: "fault-qdrant",
        path: `/collections/${name}/`,
        fault: { kind: "status", status: 503 },
      });
    }
    expect(terminal(await ask({ message: QUESTION }))).toMatchObject([
      { type: "error", code: "retrieval-unavailable" },
    ]);
    for (const response of [
      await app.post("/chat", { message: QUESTION, stream: false }),
      await app.post("/chat", { message: QUESTION }, { accept: "text/plain" }),
      await app.post("/search", { query: QUESTION }),
    ]) {
      expect(response.status).toBe(503);
      expect(await response.json()).toMatchObject({ code: "retrieval-unavailable" });
    }
    expect(await chatBodies()).toHaveLength(0);
  });
});

describe("a model that fails", () => {
  it.each([
    [{ kind: "status", status: 500 }, "model-unavailable", 503],
    [{ kind: "status", status: 400 }, "model-unavailable", 503],
    [{ kind: "reset" }, "model-unavailable", 503],
    [{ kind: "hang-before-headers" }, "timeout", 504],
    [{ kind: "hang-after-headers" }, "timeout", 504],
  ] as const)(
    "before its first token %j is one error, with its status where no stream has begun",
    async (fault, code, status) => {
      app = await openFor(fault, "FIRST_TOKEN_TIMEOUT_MS");
      await world.command({ do: "fault", operation: "chat", fault });
      const events = await ask({ message: QUESTION });
      expect(terminal(events)).toMatchObject([{ type: "error", code }]);
      expect(textOf(events)).toBe("");
      const response = await app.post("/chat", { message: QUESTION }, { accept: "text/plain" });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code });
      expect((await app.post("/chat", { message: QUESTION, stream: false })).status).toBe(status);
    },
  );

  it.each([
    { kind: "truncate", afterTokens: 3, how: "end" },
    { kind: "truncate", afterTokens: 3, how: "fin" },
    { kind: "truncate", afterTokens: 3, how: "reset" },
    { kind: "hang-after-tokens", tokens: 3 },
  ] as const)("in mid-stream %j never looks whole", async (fault) => {
    app = await openFor(fault, "TOKEN_TIMEOUT_MS");
    await world.command({
      do: "script",
      script: { reply: ["one ", "two ", "three ", "four ", "five."] },
    });
    await world.command({ do: "fault", operation: "chat", fault });
    const events = await ask({ message: QUESTION });
    expect(terminal(events)).toHaveLength(1);
    expect(terminal(events)[0]?.type).toBe("error");
    expect(textOf(events)).toContain("one");
    expect(events.at(-1)?.type).toBe("error");
    const text = await (
      await app.post("/chat", { message: QUESTION }, { accept: "text/plain" })
    ).text();
    expect(text).toMatch(/\[answer cut short: (?:answer-truncated|model-unavailable|timeout)\]\n$/);
  });

  it("is asked once more after an error that may pass, before its first token", async () => {
    await world.command({
      do: "fault",
      operation: "chat",
      fault: { kind: "status", status: 503 },
      options: { times: 1 },
    });
    expect(terminal(await ask({ message: QUESTION }))).toMatchObject([{ type: "finish" }]);
  });
});

describe("a fallback model", () => {
  const script = { reply: ["The ", "grey heron ", "does. [1]"] };
  const metadataOf = (events: UIEvent[]): unknown => events.at(-1)?.["messageMetadata"];

  it.each([
    [{ kind: "status", status: 500 }, "error"],
    [{ kind: "status", status: 401 }, "error"],
    [{ kind: "html" }, "error"],
    [{ kind: "truncate", afterTokens: 0, how: "fin" }, "error"],
    [{ kind: "hang-before-headers" }, "timeout"],
    [{ kind: "hang-after-headers" }, "timeout"],
  ] as const)(
    "answers when the first one fails before its first token, and the end says why: %j",
    async (fault, reason) => {
      app = await openFor(fault, "FIRST_TOKEN_TIMEOUT_MS", { MODEL_FALLBACK: "extractive" });
      await world.command({ do: "fault", operation: "chat", fault });
      const events = await ask({ message: QUESTION });
      expect(textOf(events)).toContain("grey heron hunts fish");
      expect(terminal(events)).toHaveLength(1);
      expect(metadataOf(events)).toMatchObject({
        answered: true,
        degraded: true,
        fallback: { reason },
      });
    },
  );

  it("may be another provider with an address and a key of its own", async () => {
    app = await openFresh({
      MODEL: "cohere:first",
      MODEL_BASE_URL: "",
      MODEL_API_KEY: "",
      MODEL_FALLBACK: "openai-compatible:second",
      MODEL_FALLBACK_BASE_URL: `${world.upstreamUrl}/v1`,
      MODEL_FALLBACK_API_KEY: "second-key",
    });
    await world.command({ do: "script", script });
    await world.command({
      do: "fault",
      operation: "chat",
      fault: { kind: "status", status: 503 },
      options: { times: 2 },
    });
    expect(textOf(await ask({ message: QUESTION }))).toBe(script.reply.join(""));
    const calls = (await world.requests()).upstream.filter(({ operation }) => operation === "chat");
    expect(calls.map(({ path }) => path)).toEqual(["/v2/chat", "/v2/chat", "/v1/chat/completions"]);
    expect(calls.at(-1)?.headers["authorization"]).toBe("Bearer second-key");
  });

  it("stays out of an answer that was cut after its first token", async () => {
    app = await openFresh({ MODEL_FALLBACK: "extractive" });
    await world.command({ do: "script", script });
    const fault = { kind: "truncate", afterTokens: 2, how: "fin" } as const;
    await world.command({ do: "fault", operation: "chat", fault });
    const events = await ask({ message: QUESTION });
    expect(textOf(events)).toContain("The grey heron");
    expect(textOf(events)).not.toContain("hunts fish");
    expect(terminal(events)).toMatchObject([{ type: "error" }]);
  });

  it("is not named where the first one answers", async () => {
    app = await openFresh({ MODEL_FALLBACK: "extractive" });
    await world.command({ do: "script", script });
    const events = await ask({ message: QUESTION });
    expect(metadataOf(events)).toMatchObject({ degraded: false });
    expect(metadataOf(events)).not.toHaveProperty("fallback");
    const json = await (await app.post("/chat", { message: QUESTION, stream: false })).json();
    expect(json).not.toHaveProperty("fallback");
  });
});

describe("a part that keeps failing", () => {
  it("is left alone after five failures in a row, alone of all, and the stream says so", async () => {
    const fault = { kind: "status", status: 503 } as const;
    await world.command({ do: "fault-qdrant", path: "/collections/fishes/", fault });
    await world.command({ do: "fault", operation: "rerank", fault });
    for (let chat = 0; chat < 5; chat++) await ask({ message: QUESTION });
    const before = await world.requests();
    const report = reportOf(await ask({ message: QUESTION }));
    const after = await world.requests();
    expect(report.stages["rerank"]).toMatchObject({ status: "failed", reason: "circuit-open" });
    expect(report.stages["embed"]).toMatchObject({ status: "ok" });
    expect(report.collections.filter(({ status }) => status === "error")).toMatchObject([
      { name: "fishes", reason: "circuit-open" },
    ]);
    const count = ({ upstream, qdrant }: typeof before): number[] => [
      upstream.filter(({ operation }) => operation === "rerank").length,
      qdrant.filter(({ path }) => path.startsWith("/collections/fishes/points")).length,
    ];
    // Five failures and the few that a budget of one retry at the start allows.
    for (const calls of count(before)) expect(calls).toBeLessThanOrEqual(6);
    expect(count(after)).toEqual(count(before));
  });

  it("is a model that is not asked, but the answer is an error at once", async () => {
    await world.command({
      do: "fault",
      operation: "chat",
      fault: { kind: "status", status: 503 },
    });
    for (let chat = 0; chat < 5; chat++) await ask({ message: QUESTION });
    const calls = (await chatBodies()).length;
    expect(terminal(await ask({ message: QUESTION }))).toMatchObject([
      { type: "error", code: "model-unavailable" },
    ]);
    expect(await chatBodies()).toHaveLength(calls);
  });
});

describe("what goes to the reader and to the log", () => {
  it("holds no upstream's text and no key", async () => {
    const canary = "secret-upstream-detail";
    const seen: string[] = [];
    for (const operation of ["embed", "rerank", "chat"] as const) {
      for (const status of [400, 401, 500]) {
        await world.command({
          do: "fault",
          operation,
          fault: {
            kind: "status",
            status,
            body: JSON.stringify({ message: canary, error: { message: canary } }),
          },
        });
        for (const accept of ["text/event-stream", "text/plain", "application/json"]) {
          seen.push(await (await app.post("/chat", { message: QUESTION }, { accept })).text());
        }
        await world.command({ do: "clear" });
      }
    }
    const log = JSON.stringify(app.log);
    expect(app.log.length).toBeGreaterThan(0);
    for (const text of [...seen, log]) {
      expect(text).not.toContain(canary);
      expect(text).not.toContain("cohere-key-canary");
      expect(text).not.toContain("model-key-canary");
      expect(text).not.toContain(world.upstreamUrl);
      expect(text).not.toContain(world.modelUrl);
    }
  });
});

describe("a reader who leaves", () => {
  it("cancels the model's call", async () => {
    await world.command({
      do: "script",
      script: { reply: Array.from({ length: 500 }, () => "word "), tokenDelayMs: 20 },
    });
    const controller = new AbortController();
    const response = await app.post("/chat", { message: QUESTION }, {}, controller.signal);
    const reader = response.body!.getReader();
    await readUntil(reader, "text-delta");
    controller.abort();
    await reader.cancel().catch(() => undefined);
    const seen = await world.waitFor(
      ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
    );
    expect(seen.tokensSent).toBeLessThan(500);
  });

  it("cancels the model's call when only the response's body is dropped", async () => {
    await world.command({
      do: "script",
      script: { reply: Array.from({ length: 500 }, () => "word "), tokenDelayMs: 20 },
    });
    const response = await app.post("/chat", { message: QUESTION });
    const reader = response.body!.getReader();
    await readUntil(reader, "text-delta");
    await reader.cancel();
    await world.waitFor(
      ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
    );
  });
});
