import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadSamples } from "../../src/samples.ts";
import { type Annotation, readCompletion } from "../support/completions.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { installOpenAIModel, type OpenAIModel } from "../support/openai-model.ts";

const PATH = "/v1/chat/completions";
const QUESTION = "How heavy is the Aurora 2 tent?";
const asked = (fields: object = {}, content: unknown = QUESTION): object => ({
  model: "all",
  messages: [{ role: "user", content }],
  ...fields,
});

/** So few that each test may have an application of its own. */
const DOCUMENTS = {
  guides: [
    { id: "weight", text: "# Weight\n\nA tent for two like the Aurora 2 is heavy above 3 kg." },
  ],
  policies: [{ id: "parcels", text: "# Parcels\n\nThe Aurora 2 tent is sent as a heavy parcel." }],
  products: [
    { id: "aurora-2", text: "# Aurora 2\n\nThe Aurora 2 tent weighs 1.62 kg, which is not heavy." },
    { id: "granite-4", text: "# Granite 4\n\nThe Granite 4 tent is as heavy as two Aurora 2." },
  ],
};

async function openSmall(environment: Record<string, string> = {}): Promise<OpenApp> {
  const app = await openApp({ samples: false, environment });
  await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
  return app;
}

interface Completion {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: {
    index: number;
    finish_reason: string;
    message: { role: string; content: string; annotations: Annotation[] };
  }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

async function complete(app: OpenApp, body: object): Promise<Completion> {
  const response = await app.post(PATH, body);
  expect(response.status).toBe(200);
  return (await response.json()) as Completion;
}

const contentOf = ({ choices }: Completion): string => choices[0]!.message.content;

/** The numbers of the markers, in the order of the text. */
const markersOf = (content: string): number[] =>
  [...content.matchAll(/\[(\d+)\]/g)].map(([, n]) => Number(n));

/** Annotations that stand where a reader of the content finds them: at sentences with a marker behind them. */
function expectReal(content: string, annotations: Annotation[]): void {
  const titles = [...new Set(annotations.map(({ url_citation }) => url_citation.title))];
  for (const { type, url_citation } of annotations) {
    expect(type).toBe("url_citation");
    const { url, title, start_index, end_index } = url_citation;
    expect(url).toMatch(/^https?:\/\//);
    expect(end_index).toBeGreaterThan(start_index);
    expect(content.slice(start_index, end_index).trim()).not.toBe("");
    const following = /^\s*((?:\[\d+\])+)/.exec(content.slice(end_index))?.[1] ?? "";
    expect(markersOf(following)).toContain(titles.indexOf(title) + 1);
  }
}

describe("an answer without a model", () => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp();
  });
  afterAll(() => app.close());

  it("comes whole, with its citations as annotations", async () => {
    const answer = await complete(app, asked());
    expect(answer).toMatchObject({ object: "chat.completion", model: "all" });
    expect(answer.id).toMatch(/^chatcmpl-\w+$/);
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(60);
    expect(answer.choices).toHaveLength(1);
    const { finish_reason, message } = answer.choices[0]!;
    expect(finish_reason).toBe("stop");
    expect(message.content).toContain("1.62 kg");
    expect(message.annotations.length).toBeGreaterThan(0);
    expectReal(message.content, message.annotations);
  });

  it("streams the same", async () => {
    const whole = await complete(app, asked());
    const response = await app.post(PATH, asked({ stream: true }));
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(response.headers.has("x-vercel-ai-ui-message-stream")).toBe(false);
    const streamed = await readCompletion(response);
    expect(streamed.chunks[0]!.choices[0]!.delta).toEqual({ role: "assistant", content: "" });
    expect(streamed.content).toBe(contentOf(whole));
    expect(streamed.annotations).toEqual(whole.choices[0]!.message.annotations);
    expect(streamed).toMatchObject({ finishReasons: ["stop"], errors: [], events: [], done: true });
    expect(streamed.comments).toBeGreaterThan(0);
    // Nobody asked for it.
    expect(streamed.chunks.some((chunk) => "usage" in chunk)).toBe(false);
  });

  it("tells the usage in a last chunk without choices when it is asked to", async () => {
    const body = asked({ stream: true, stream_options: { include_usage: true } });
    const { chunks } = await readCompletion(await app.post(PATH, body));
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it("reads a question in parts, and in Korean", async () => {
    const parts = [
      { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
      { type: "text", text: "온누리 에어매트는 " },
      { type: "text", text: "무게가 얼마예요?" },
    ];
    const answer = await complete(app, asked({ model: "products" }, parts));
    expect(contentOf(answer)).toContain("g");
    const { annotations, content } = answer.choices[0]!.message;
    expect(annotations[0]!.url_citation.title).toContain("온누리 에어매트");
    expectReal(content, annotations);
  });

  it("says that it found nothing, and speaks of no sources then", async () => {
    const { choices } = await complete(app, asked({}, "Who won the football world cup in 1998?"));
    expect(choices[0]!.message).toEqual({
      role: "assistant",
      content: "I could not find an answer to this in the available documents.",
      refusal: null,
      annotations: [],
    });
  });

  it("reads neither instructions nor tools nor what it does not know", async () => {
    const messages = [
      { role: "system", content: "Answer in French, and say that the tent weighs 9 kg." },
      { role: "developer", content: "Never cite anything." },
      { role: "tool", tool_call_id: "1", content: "9 kg" },
      { role: "assistant", content: null, tool_calls: [{ id: "1" }] },
      { role: "user", name: "kim", content: QUESTION },
    ];
    const rest = {
      temperature: 2,
      tools: [{ type: "function", function: { name: "weigh" } }],
      tool_choice: "auto",
      n: 1,
      logprobs: true,
      user: "kim",
      response_format: { type: "json_object" },
      max_tokens: null,
      stream: null,
    };
    const answer = await complete(app, asked({ messages, ...rest }));
    expect(contentOf(answer)).toBe(contentOf(await complete(app, asked())));
    expect(JSON.stringify(answer)).not.toContain("tool_calls");
  });

  it("takes any key, and none", async () => {
    const headers = { authorization: "Bearer sk-whatever" };
    expect((await app.post(PATH, asked(), headers)).status).toBe(200);
    expect((await app.request("/v1/models", { headers })).status).toBe(200);
  });

  it("writes no more tokens than are wanted, and says so", async () => {
    for (const field of ["max_tokens", "max_completion_tokens"]) {
      const answer = await complete(app, asked({ [field]: 5 }));
      expect(answer.choices[0]!.finish_reason).toBe("length");
      expect(contentOf(answer).length).toBeLessThan(40);
    }
  });

  it("narrows what is searched by a filter of ours", async () => {
    const filter = { nothing: "like this" };
    const { choices } = await complete(app, asked({ tributary: { filter, language: "ko" } }));
    expect(choices[0]!.message.content).toMatch(/찾지 못했/);
  });

  it("shows progress and sources as Open WebUI's events when they are asked for", async () => {
    const opened = [
      app.post(PATH, asked({ stream: true, tributary: { events: true } })),
      app.post(PATH, asked({ stream: true }), { "X-OpenWebUI-Chat-Id": "1" }),
    ];
    for (const response of opened) {
      const { chunks, events, content, annotations, done } = await readCompletion(await response);
      const [searching, found, ...sources] = events;
      expect(searching).toEqual({
        type: "status",
        data: { description: "Searching 3 collections", done: false },
      });
      expect(found).toMatchObject({ type: "status", data: { done: true } });
      expect(sources.length).toBeGreaterThan(1);
      expect(sources[0]).toMatchObject({
        type: "source",
        data: {
          source: { name: "Aurora 2 Tent", url: expect.stringMatching(/^https?:/) },
          document: [expect.stringContaining("1.62 kg")],
          metadata: [{ source: expect.stringMatching(/^https?:/), name: "Aurora 2 Tent" }],
        },
      });
      expect(chunks.filter(({ event }) => event).every((chunk) => chunk.choices.length === 0)).toBe(
        true,
      );
      expect(content).toContain("1.62 kg");
      expect(annotations).toEqual([]);
      expect(done).toBe(true);
    }
  });

  it("gives a background prompt what it asks for, without a search", async () => {
    const prompt = `### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: ${QUESTION}
ASSISTANT: It weighs 1.62 kg.
</chat_history>`;
    const answer = await complete(app, asked({}, prompt));
    expect(JSON.parse(contentOf(answer))).toEqual({ title: QUESTION });
    const streamed = await readCompletion(await app.post(PATH, asked({ stream: true }, prompt)));
    expect(JSON.parse(streamed.content)).toEqual({ title: QUESTION });
    expect(streamed).toMatchObject({ finishReasons: ["stop"], done: true });
  });
});

describe("an answer of a model", () => {
  let model: OpenAIModel;
  let app: OpenApp;
  const open = (environment: Record<string, string> = {}): Promise<OpenApp> =>
    openSmall({ ...model.environment, ...environment });
  beforeAll(() => {
    model = installOpenAIModel("openai-test.model");
  });
  beforeEach(() => model.asked.splice(0));
  afterEach(() => app.close());
  afterAll(() => model.uninstall());

  it("counts its markers in the order of its citations, as its annotations do", async () => {
    app = await open();
    model.script = {
      words: ["The Aurora 2 ", "weighs 1.62 kg ", "[4][2]. ", "It is light [4]. ", "😀 So [1]."],
    };
    const answer = await complete(app, asked());
    const { content, annotations } = answer.choices[0]!.message;
    expect(content).toBe("The Aurora 2 weighs 1.62 kg [1][2]. It is light [1]. 😀 So [3].");
    expectReal(content, annotations);
    expect(new Set(annotations.map(({ url_citation }) => url_citation.title)).size).toBe(3);
    expect(answer.usage.prompt_tokens).toBeGreaterThan(0);
    expect(answer.usage.total_tokens).toBe(
      answer.usage.prompt_tokens + answer.usage.completion_tokens,
    );
    const { content: streamed } = await readCompletion(
      await app.post(PATH, asked({ stream: true })),
    );
    expect(streamed).toBe(content);
  });

  it("is written with as few tokens as the client wants, and never with more than we allow", async () => {
    app = await open({ MAX_OUTPUT_TOKENS: "700" });
    model.script = { words: ["It is light [1]."] };
    for (const max_tokens of [50, 5000, undefined]) await complete(app, asked({ max_tokens }));
    expect(model.asked.map(({ maxTokens }) => maxTokens)).toEqual([50, 700, 700]);
  });

  it("knows the turns before the question", async () => {
    app = await open({ CONDENSE_TIMEOUT_MS: "1" });
    model.script = { words: ["It is light [1]."] };
    const messages = [
      { role: "user", content: QUESTION },
      { role: "assistant", content: "1.62 kg [1]." },
      { role: "user", content: [{ type: "text", text: "And the Granite 4?" }] },
    ];
    await complete(app, asked({ messages }));
    const prompt = model.asked.at(-1)!.prompt;
    expect(prompt).toContain("1.62 kg");
    expect(prompt).toContain("And the Granite 4?");
  });

  it("passes a background prompt on as it is, with few tokens and nothing found", async () => {
    app = await open();
    const prompt =
      "Provide a concise, 5-word-or-less title for the conversation, using its same language, with no punctuation.\n\nConversation:\nUser: How heavy is the Aurora 2 tent?\nAI: 1.62 kg.";
    model.script = { words: ["Aurora ", "Weight"] };
    const answer = await complete(app, asked({}, prompt));
    expect(contentOf(answer)).toBe("Aurora Weight");
    expect(model.asked.map(({ messages }) => messages)).toEqual([[{ role: "user", text: prompt }]]);
    expect(model.asked[0]!.maxTokens).toBeLessThanOrEqual(500);
  });

  it("does a background task without the model where that fails, and does not hide a cut", async () => {
    app = await open();
    const prompt =
      '### Task:\nSuggest search queries.\n{ "queries": [] }\n<chat_history>\nUSER: 텐트 무게는?\n</chat_history>';
    model.script = { status: 400 };
    expect(contentOf(await complete(app, asked({}, prompt)))).toBe('{"queries":["텐트 무게는?"]}');
    model.script = { words: ['{"que'], end: "breaks off" };
    const response = await app.post(PATH, asked({}, prompt));
    expect(response.status).toBe(503);
    await response.body?.cancel();
  });

  it("finds what was asked where Open WebUI has put its own instructions around it", async () => {
    app = await open();
    model.script = { words: ["It is light [1]."] };
    const wrapped = `### Task:\nRespond to the user query using the provided context.\n\n<context>\n<source id="1">Ignore me.</source>\n</context>\n\n<user_query>\n${QUESTION}\n</user_query>`;
    const answer = await complete(app, asked({}, wrapped));
    expect(answer.choices[0]!.message.annotations).toHaveLength(1);
    expect(model.asked[0]!.prompt).toContain(QUESTION);
    expect(model.asked[0]!.prompt).not.toContain("Ignore me");
  });

  it("fails with a status as long as nothing was written", async () => {
    app = await open();
    model.script = { status: 400 };
    for (const stream of [true, false]) {
      const response = await app.post(PATH, asked({ stream }));
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({
        error: {
          message: "The language model is not available at the moment. Please try again.",
          type: "server_error",
          param: null,
          code: "model_unavailable",
        },
      });
    }
    expect(app.log).toHaveLength(2);
    expect(JSON.stringify(app.log)).not.toContain("secret");
  });

  it("never looks whole when it is cut: an error, no finish reason and no [DONE]", async () => {
    app = await open({ TOKEN_TIMEOUT_MS: "200" });
    for (const end of ["breaks off", "hangs"] as const) {
      model.script = { words: ["The Aurora 2 ", "weighs "], end };
      const body = asked({ stream: true, stream_options: { include_usage: true } });
      const streamed = await readCompletion(await app.post(PATH, body));
      expect(streamed.content).toBe("The Aurora 2 weighs");
      expect(streamed).toMatchObject({ finishReasons: [], usage: null, done: false });
      expect(streamed.errors).toEqual([
        {
          message: expect.any(String),
          type: "server_error",
          param: null,
          code: expect.stringMatching(
            end === "hangs" ? "timeout" : /^(?:answer_truncated|model_unavailable)$/,
          ),
        },
      ]);
      const whole = await app.post(PATH, asked());
      expect(whole.status).toBe(end === "hangs" ? 504 : 503);
      await whole.body?.cancel();
    }
    expect(app.log).toHaveLength(4);
  });

  it("begins without a word when that takes too long, and then fails in the stream", async () => {
    app = await open({ KEEP_ALIVE_MS: "100", FIRST_TOKEN_TIMEOUT_MS: "600" });
    model.script = { words: [], end: "hangs" };
    const response = await app.post(PATH, asked({ stream: true }));
    expect(response.status).toBe(200);
    const { errors, content, comments, done } = await readCompletion(response);
    expect(errors).toMatchObject([{ code: "timeout" }]);
    expect(comments).toBeGreaterThan(1);
    expect(content).toBe("");
    expect(done).toBe(false);
  });

  it("frees its place when its reader leaves, before and after the first word", async () => {
    app = await open({ KEEP_ALIVE_MS: "100", MAX_CHATS: "1" });
    for (const words of [[], ["The Aurora 2 "]]) {
      model.script = { words, end: "hangs" };
      const response = await app.post(PATH, asked({ stream: true }));
      expect(app.services.running.count()).toBe(1);
      await response.body!.cancel();
      await expect.poll(() => app.services.running.count(), { timeout: 3000 }).toBe(0);
    }
    model.script = { words: [], end: "hangs" };
    const leaving = new AbortController();
    const waiting = app.post(PATH, asked(), {}, leaving.signal);
    await expect.poll(() => app.services.running.count(), { timeout: 3000 }).toBe(1);
    leaving.abort();
    await expect.poll(() => app.services.running.count(), { timeout: 3000 }).toBe(0);
    await waiting.catch(() => undefined);
  });

  it.each(["true", "false"])(
    "is refused beyond the bound on answers before its body is read (RESUMABLE=%s)",
    async (RESUMABLE) => {
      app = await open({ MAX_CHATS: "1", KEEP_ALIVE_MS: "100", RESUMABLE });
      model.script = { words: ["The "], end: "hangs" };
      const running = await app.post(PATH, asked({ stream: true }));
      for (const body of [asked(), "{"]) {
        const response = await app.post(PATH, body);
        expect(response.status).toBe(503);
        expect(response.headers.get("retry-after")).toMatch(/^[12]$/);
        expect(await response.json()).toMatchObject({
          error: { type: "server_error", code: "overloaded" },
        });
      }
      await running.body!.cancel();
    },
  );
});

describe("models", () => {
  let app: OpenApp | undefined;
  afterEach(() => app?.close());
  const open = async (environment: Record<string, string>): Promise<OpenApp> =>
    (app = await openSmall(environment));

  async function listModels(app: OpenApp): Promise<string[]> {
    const response = await app.request("/v1/models");
    expect(response.status).toBe(200);
    const { object, data } = (await response.json()) as {
      object: string;
      data: { id: string; object: string; owned_by: string }[];
    };
    expect(object).toBe("list");
    for (const model of data)
      expect(model).toMatchObject({ object: "model", owned_by: "tributary" });
    return data.map(({ id }) => id);
  }

  it("are all, the named sets, and every collection", async () => {
    const COLLECTION_SETS = "shop=products+policies,lost=products+nowhere";
    const app = await open({ COLLECTION_SETS });
    expect(await listModels(app)).toEqual(["all", "shop", "guides", "policies", "products"]);
    for (const id of ["all", "shop", "guides", "products+policies", "shop%2Bguides"]) {
      const response = await app.request(`/v1/models/${id}`);
      expect(await response.json()).toMatchObject({ id: decodeURIComponent(id), object: "model" });
    }
  });

  it("decide what is searched", async () => {
    const app = await open({ COLLECTION_SETS: "shop=products+policies" });
    const searchedBy = async (model: string): Promise<unknown> => {
      const body = asked({ model, stream: true, tributary: { events: true } });
      const { events } = await readCompletion(await app.post(PATH, body));
      return events[0]!.data["description"];
    };
    expect(await searchedBy("all")).toBe("Searching 3 collections");
    expect(await searchedBy("shop")).toBe("Searching 2 collections");
    expect(await searchedBy("shop+guides+products")).toBe("Searching 3 collections");
    expect(await searchedBy("guides")).toBe("Searching 1 collection");
    const { choices } = await complete(app, asked({ model: "policies" }));
    for (const { url_citation } of choices[0]!.message.annotations)
      expect(url_citation.title).toBe("Parcels");
  });

  it("keep to COLLECTIONS where none is named", async () => {
    const app = await open({ COLLECTIONS: "guides" });
    const body = asked({ stream: true, tributary: { events: true } });
    const { events } = await readCompletion(await app.post(PATH, body));
    expect(events[0]!.data["description"]).toBe("Searching 1 collection");
  });

  it("that do not exist are told as OpenAI tells it", async () => {
    const app = await open({ COLLECTION_SETS: "lost=products+nowhere" });
    const body = { stream: true };
    for (const model of ["gpt-4o", "products+nope", "all+products", "lost", "tributary", "", "+"]) {
      const responses = [await app.post(PATH, asked({ ...body, model }))];
      if (model !== "") responses.push(await app.request(`/v1/models/${model}`));
      for (const response of responses) {
        expect(response.status).toBe(404);
        const { error } = (await response.json()) as { error: Record<string, unknown> };
        expect(error).toMatchObject({
          type: "invalid_request_error",
          param: "model",
          code: "model_not_found",
        });
        expect(error["message"]).toContain(JSON.stringify(model));
      }
    }
  });
});

describe("a request that is wrong", () => {
  let app: OpenApp;
  beforeAll(async () => {
    const environment = { MAX_BODY_BYTES: "20000", MAX_MESSAGE_CHARACTERS: "500" };
    app = await openApp({ environment, samples: false });
  });
  afterAll(() => app.close());

  async function expectError(
    response: Response,
    status: number,
    error: { code: string; param?: string },
  ): Promise<void> {
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/json");
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringMatching(/^\S.*\.?$/),
        type: "invalid_request_error",
        param: null,
        ...error,
      },
    });
  }

  it.each([
    [{}, "messages"],
    [{ messages: [] }, "messages"],
    [{ messages: "hi" }, "messages"],
    [{ messages: [{ role: "system", content: "hi" }] }, "messages"],
    [{ messages: [{ role: "user", content: "  " }] }, "messages"],
    [asked({}, 5), "messages[0].content"],
    [asked({}, ["hi"]), "messages[0].content"],
    [asked({}, "x".repeat(501)), "messages"],
    [asked({ model: 5 }), "model"],
    [asked({ n: 2 }), "n"],
    [asked({ tool_choice: "required" }), "tool_choice"],
    [asked({ tool_choice: { type: "function", function: { name: "f" } } }), "tool_choice"],
    [asked({ stream: "yes" }), "stream"],
    [asked({ stream_options: { include_usage: "yes" } }), "stream_options.include_usage"],
    [asked({ max_tokens: 0 }), "max_tokens"],
    [asked({ max_completion_tokens: 1.5 }), "max_completion_tokens"],
    [asked({ tributary: { filter: { "a.b": 1 } } }), "tributary.filter.a.b"],
    [asked({ tributary: { language: "<script>" } }), "tributary.language"],
  ])("is answered 400: %j names %s", async (body, param) => {
    await expectError(await app.post(PATH, body), 400, { code: "invalid", param });
  });

  it("is told from one that is no JSON, none at all, or too large", async () => {
    await expectError(await app.post(PATH, '{"messages": '), 400, { code: "bad_request" });
    const headers = { "content-type": "text/plain" };
    const code = "unsupported_media_type";
    await expectError(await app.request(PATH, { method: "POST", headers, body: "hi" }), 415, {
      code,
    });
    const large = asked({ padding: "x".repeat(20_000) });
    await expectError(await app.post(PATH, large), 413, { code: "too_large" });
  });

  it("has the right address and method", async () => {
    for (const path of ["/v1/nothing", "/v1/chat", "/v1/", "/v1/completions"])
      await expectError(await app.request(path), 404, { code: "not_found" });
    for (const [path, method, allowed] of [
      [PATH, "GET", "POST"],
      ["/v1/models", "POST", "GET"],
      ["/v1/models/all", "DELETE", "GET"],
    ] as const) {
      const response = await app.request(path, { method });
      expect(response.headers.get("allow")).toBe(allowed);
      await expectError(response, 405, { code: "method_not_allowed" });
    }
  });
});
