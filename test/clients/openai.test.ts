// The `openai` package as its users have it, against the real server and upstreams over real sockets.
import OpenAI, { APIError, BadRequestError, InternalServerError, NotFoundError } from "openai";
import type { ChatCompletionChunk, ChatCompletionCreateParams } from "openai/resources";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { CLOSED_WITHIN, expectInTime } from "../support/in-time.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";
/** Open WebUI's: with them a stream begins at once. */
const EVENTS = { tributary: { events: true } };
const RUNS = 3;
const REPLY = ["The Aurora 2 ", "weighs 1.62 kg ", "[1]. ", "가볍습니다 😀 [1]", "[2]."];

let model: FaultServer;
let tributary: Tributary;
let client: OpenAI;

beforeAll(async () => {
  model = await startFaultServer();
  tributary = await startTributary({
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${model.url}/v1`,
    COLLECTION_SETS: "shop=products+policies",
    KEEP_ALIVE_MS: "2000",
  });
  client = new OpenAI({ baseURL: `${tributary.url}/v1`, apiKey: "sk-none", maxRetries: 0 });
});
afterEach(() => model.clear());
afterAll(async () => {
  await tributary.stop();
  await model.close();
});

const asked = (content = QUESTION): Pick<ChatCompletionCreateParams, "model" | "messages"> => ({
  model: "all",
  messages: [{ role: "user", content }],
});

async function readText(chunks: AsyncIterable<ChatCompletionChunk>): Promise<string> {
  let text = "";
  // As most users write it: every chunk must have choices to loop over.
  for await (const { choices } of chunks)
    for (const { delta } of choices) text += delta.content ?? "";
  return text;
}

describe("the openai package", () => {
  it("lists the models and finds one", async () => {
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toEqual(["all", "shop", "guides", "policies", "products"]);
    const { id } = await client.models.retrieve("products+policies");
    expect(id).toBe("products+policies");
  });

  it("asks and gets an answer with annotations and usage", async () => {
    model.reply = REPLY;
    const { choices, usage } = await client.chat.completions.create(asked());
    const { content, annotations = [] } = choices[0]!.message;
    expect(content).toBe("The Aurora 2 weighs 1.62 kg [1]. 가볍습니다 😀 [1][2].");
    expect(choices[0]!.finish_reason).toBe("stop");
    expect(
      annotations.map(({ url_citation: { start_index, end_index } }) =>
        content!.slice(start_index, end_index),
      ),
    ).toEqual(["The Aurora 2 weighs 1.62 kg", "가볍습니다 😀", "가볍습니다 😀"]);
    expect(annotations[0]!.url_citation.url).toMatch(/^https?:\/\//);
    expect(usage!.completion_tokens).toBe(REPLY.length);
    expect(usage!.total_tokens).toBe(usage!.prompt_tokens + REPLY.length);
  });

  it("streams, and merges the chunks into the same message", async () => {
    model.reply = REPLY;
    model.tokenDelayMs = 50;
    const whole = await client.chat.completions.create(asked());
    const stream = client.chat.completions.stream({
      ...asked(),
      stream_options: { include_usage: true },
    });
    const deltas: string[] = [];
    stream.on("content", (delta) => deltas.push(delta));
    const { choices, usage, object } = await stream.finalChatCompletion();
    const { message, finish_reason } = choices[0]!;
    expect(message.content).toBe(whole.choices[0]!.message.content);
    expect(message.annotations).toEqual(whole.choices[0]!.message.annotations);
    expect(finish_reason).toBe("stop");
    expect(usage).toEqual(whole.usage);
    expect(object).toBe("chat.completion");
    expect(deltas.length).toBeGreaterThan(1);
  });

  it("streams chunks, also with comments between them and with Open WebUI's events", async () => {
    model.reply = REPLY;
    for (const extra of [EVENTS, {}]) {
      // Longer than the stream may be silent.
      model.firstTokenDelayMs = extra === EVENTS ? 0 : 2500;
      const body = { ...asked(), ...extra, stream: true as const };
      expect(await readText(await client.chat.completions.create(body))).toContain("1.62 kg [1].");
      const stream = client.chat.completions.stream({ ...asked(), ...extra });
      expect(await stream.finalContent()).toContain("1.62 kg [1].");
    }
  });

  it("asks in Korean, of one collection", async () => {
    model.reply = ["배송은 ", "무료입니다 [1]."];
    const body = { ...asked("배송비가 얼마인가요?"), model: "policies" };
    const stream = await client.chat.completions.create({ ...body, stream: true });
    expect(await readText(stream)).toBe("배송은 무료입니다 [1].");
  });

  it("lets a front end have its title without a search", async () => {
    model.reply = ['{ "title": "🏕️ Tent Weight" }'];
    const prompt = `### Task:\nGenerate a title.\n### Output:\nJSON format: { "title": "…" }\n### Chat History:\n<chat_history>\nUSER: ${QUESTION}\n</chat_history>`;
    const { choices } = await client.chat.completions.create(asked(prompt));
    expect(JSON.parse(choices[0]!.message.content!)).toEqual({ title: "🏕️ Tent Weight" });
    expect(model.requests.map(({ body }) => body)).toMatchObject([
      { messages: [{ role: "user", content: prompt }] },
    ]);
  });
});

describe("what fails is thrown by the openai package", () => {
  /** What it throws. */
  async function thrownBy(call: Promise<unknown>): Promise<APIError> {
    const error: unknown = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(APIError);
    return error as APIError;
  }

  it("as NotFoundError where there is no such model", async () => {
    for (const call of [
      client.models.retrieve("gpt-4o"),
      client.chat.completions.create({ ...asked(), model: "gpt-4o" }),
      client.chat.completions.create({ ...asked(), model: "gpt-4o", stream: true }),
    ]) {
      const error = await thrownBy(call);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
      expect(error.requestID).toMatch(/^[\w-]{10,}$/);
    }
  });

  it("as BadRequestError where a field is wrong", async () => {
    const error = await thrownBy(client.chat.completions.create({ ...asked(), n: 2 }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({ status: 400, param: "n", type: "invalid_request_error" });
    expect(error.message).toContain("n must be 1");
  });

  it("as InternalServerError where nothing can answer, streaming or not", async () => {
    const fault = { kind: "status", status: 400 } as const;
    model.fault("chat", fault, { times: 4 });
    for (const stream of [true, false]) {
      const error = await thrownBy(client.chat.completions.create({ ...asked(), stream }));
      expect(error).toBeInstanceOf(InternalServerError);
      expect(error).toMatchObject({ status: 503, code: "model_unavailable" });
    }
  });

  it("as APIError in the midst of a stream that is cut", async () => {
    const fault = { kind: "truncate", afterTokens: 2, how: "end" } as const;
    for (const read of [
      async () => readText(await client.chat.completions.create({ ...asked(), stream: true })),
      () => client.chat.completions.stream(asked()).finalChatCompletion(),
    ]) {
      model.reply = REPLY;
      model.fault("chat", fault);
      const error = await thrownBy(read());
      expect(error).toMatchObject({ status: undefined, type: "server_error" });
      expect(error.code).toMatch(/^(?:answer_truncated|model_unavailable)$/);
      expect(error.message).not.toMatch(/finish_reason|JSON/);
    }
  });
});

describe("an answer that the openai package aborts", () => {
  interface Leaving {
    name: string;
    hold: () => void;
    /** Asks, and gives what leaves. */
    ask: () => Promise<() => void>;
  }
  const silent = (): void => void (model.firstTokenDelayMs = 60_000);
  const endless = (): void => {
    model.tokenDelayMs = 20;
    model.reply = words();
  };
  function* words(): Generator<string> {
    for (let index = 0; ; index++) yield `word${index} `;
  }
  async function askWhole(stream = false): Promise<() => void> {
    const leaving = new AbortController();
    const { signal } = leaving;
    client.chat.completions.create({ ...asked(), stream }, { signal }).catch(() => undefined);
    await model.waitFor(({ operation }) => operation === "chat", 5000);
    return () => leaving.abort();
  }
  async function askStream(): Promise<() => void> {
    const body = { ...asked(), ...EVENTS, stream: true as const };
    const stream = await client.chat.completions.create(body);
    await stream[Symbol.asyncIterator]().next();
    await model.waitFor(({ operation }) => operation === "chat", 5000);
    return () => stream.controller.abort();
  }

  it.each<Leaving>([
    { name: "whole, before the first word", hold: silent, ask: () => askWhole() },
    { name: "whole, in its midst", hold: endless, ask: () => askWhole() },
    { name: "streamed, before its response", hold: silent, ask: () => askWhole(true) },
    { name: "streamed, before the first word", hold: silent, ask: askStream },
    { name: "streamed, in its midst", hold: endless, ask: askStream },
  ])(`closes the model's call, ${RUNS} of ${RUNS}: $name`, async ({ hold, ask }) => {
    const delays: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      model.clear();
      hold();
      const leave = await ask();
      const left = performance.now();
      leave();
      const call = await model.waitFor(
        ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
        5000,
      );
      delays.push(call.closedAt! - left);
    }
    expectInTime(delays, CLOSED_WITHIN);
    expect(model.openRequests()).toEqual([]);
  });
});
