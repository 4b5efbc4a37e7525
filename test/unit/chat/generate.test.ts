import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Generated, generateText } from "../../../src/chat/generate.ts";
import { DeadlineError, toAppError, UpstreamError } from "../../../src/errors.ts";
import {
  createScriptedModel,
  finishPart,
  type ScriptedModel,
  streamOf,
  textPart,
} from "../../support/scripted-model.ts";

type Part = LanguageModelV4StreamPart;
const LIMITS = { firstToken: 5000, token: 5000, outputTokens: 99 };
const CALL = { prompt: [] };

function generate(
  model: ScriptedModel,
  limits: Partial<typeof LIMITS> = {},
  signal = new AbortController().signal,
): AsyncGenerator<string, Generated> {
  return generateText(model, CALL, { ...LIMITS, ...limits }, () => turn(), signal);
}

interface Run {
  texts: string[];
  end: Generated | undefined;
  error: unknown;
}

async function run(generator: AsyncGenerator<string, Generated>): Promise<Run> {
  const texts: string[] = [];
  try {
    for (;;) {
      const { done, value } = await generator.next();
      if (done === true) return { texts, end: value, error: undefined };
      texts.push(value);
    }
  } catch (error) {
    return { texts, end: undefined, error };
  }
}

const runParts = (...parts: Part[]): Promise<Run> =>
  run(generate(createScriptedModel(() => streamOf(...parts))));

/** Gives its parts, then stays silent; tells when it was cancelled. */
function silentAfter(...parts: Part[]): { stream: ReadableStream<Part>; cancelled: Promise<true> } {
  const { promise, resolve } = Promise.withResolvers<true>();
  const stream = new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
    },
    cancel: () => resolve(true),
  });
  return { stream, cancelled: promise };
}

const failure = (statusCode: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error("refused"), { statusCode, responseHeaders: headers });

describe("generateText", () => {
  it("joins deltas that arrive together", async () => {
    const parts: Part[] = [
      { type: "stream-start", warnings: [] },
      textPart("A "),
      textPart("te"),
      textPart("nt"),
      finishPart(),
    ];
    expect(await runParts(...parts)).toEqual({
      texts: ["A tent"],
      end: { finishReason: "stop", usage: { inputTokens: 7, outputTokens: 3 } },
      error: undefined,
    });
  });

  it("passes on what came while the rest is under way", async () => {
    const model = createScriptedModel(() =>
      ReadableStream.from(
        (async function* parts(): AsyncGenerator<Part> {
          for (const word of ["one ", "two ", "three"]) {
            yield textPart(word);
            await sleep(20);
          }
          yield finishPart();
        })(),
      ),
    );
    expect((await run(generate(model))).texts).toEqual(["one ", "two ", "three"]);
  });

  it("leaves everything but text out", async () => {
    const reasoning: Part = { type: "reasoning-delta", id: "1", delta: "hm" };
    expect((await runParts(reasoning, textPart(""), textPart("A"), finishPart())).texts).toEqual([
      "A",
    ]);
  });

  it("asks the model for no more than the limits allow", async () => {
    const model = createScriptedModel(() => streamOf(finishPart()));
    await run(generate(model));
    expect(model.calls).toHaveLength(1);
    expect(model.calls[0]).toMatchObject({ prompt: [], maxOutputTokens: 99 });
  });
});

describe("the end of generateText", () => {
  const end = async (reason: LanguageModelV4FinishReason): Promise<unknown> => {
    const { end: generated, error } = await runParts(textPart("A"), finishPart(reason));
    return generated?.finishReason ?? toAppError(error).code;
  };

  it.each([
    ["stop", "stop", "stop"],
    ["length", undefined, "length"],
    ["content-filter", undefined, "content-filter"],
    ["tool-calls", "tool_use", "other"],
    ["other", "USER_CANCEL", "other"],
    ["other", undefined, "answer-truncated"],
    ["error", "ERROR", "answer-truncated"],
  ] as const)("with %j (%j) is %j", async (unified, raw, expected) => {
    expect(await end({ unified, raw })).toBe(expected);
  });

  it("shows what came, then fails as truncated, when the stream just ends", async () => {
    const { texts, error } = await runParts(textPart("Half an ans"));
    expect(texts).toEqual(["Half an ans"]);
    expect(error).toMatchObject({ name: "AppError", code: "answer-truncated" });
  });

  it("shows what came, then fails, when the model sends an error", async () => {
    const { texts, error } = await runParts(textPart("Half"), {
      type: "error",
      error: failure(500),
    });
    expect(texts).toEqual(["Half"]);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(toAppError(error).code).toBe("model-unavailable");
  });

  it("fails as model-unavailable when the connection breaks", async () => {
    const model = createScriptedModel(
      () =>
        new ReadableStream<Part>({
          pull: (controller) => controller.error(new TypeError("terminated")),
        }),
    );
    expect(toAppError((await run(generate(model))).error).code).toBe("model-unavailable");
  });

  it("counts tokens that the model does not tell as none", async () => {
    const usage = {
      inputTokens: {
        total: undefined,
        noCache: undefined,
        cacheRead: undefined,
        cacheWrite: undefined,
      },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    };
    const { end: generated } = await runParts({ ...finishPart(), usage } as Part);
    expect(generated?.usage).toEqual({ inputTokens: 0, outputTokens: 0 });
  });
});

describe("a call of generateText that fails", () => {
  it("is tried once more when that may help", async () => {
    const model = createScriptedModel((_, call) => {
      if (call === 1) throw failure(503);
      return streamOf(textPart("A"), finishPart());
    });
    expect((await run(generate(model))).texts).toEqual(["A"]);
    expect(model.calls).toHaveLength(2);
  });

  it("is not tried again when it would fail alike", async () => {
    const model = createScriptedModel(() => {
      throw failure(401);
    });
    const { error } = await run(generate(model));
    expect(error).toMatchObject({
      name: "UpstreamError",
      service: "model",
      status: 401,
      retryable: false,
    });
    expect(model.calls).toHaveLength(1);
  });

  it("waits as long as the model asks for", async () => {
    const started = performance.now();
    const model = createScriptedModel((_, call) => {
      if (call === 1) throw failure(429, { "retry-after": "0.3" });
      return streamOf(finishPart());
    });
    await run(generate(model));
    expect(performance.now() - started).toBeGreaterThan(280);
  });
});

describe("deadlines of generateText", () => {
  it("end a model that does not answer", async () => {
    const model = createScriptedModel(() => new Promise<never>(() => undefined));
    const started = performance.now();
    expect((await run(generate(model, { firstToken: 50 }))).error).toBeInstanceOf(DeadlineError);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("end a stream without a first token", async () => {
    const { stream, cancelled } = silentAfter({ type: "stream-start", warnings: [] });
    const { error } = await run(
      generate(
        createScriptedModel(() => stream),
        { firstToken: 50 },
      ),
    );
    expect(error).toBeInstanceOf(DeadlineError);
    expect(await cancelled).toBe(true);
  });

  it("end a stream that falls silent", async () => {
    const { stream, cancelled } = silentAfter(textPart("Half"));
    const { texts, error } = await run(
      generate(
        createScriptedModel(() => stream),
        { firstToken: 100, token: 60 },
      ),
    );
    expect(texts).toEqual(["Half"]);
    expect(error).toBeInstanceOf(DeadlineError);
    expect(await cancelled).toBe(true);
  });

  it("do not run while it is the reader who is slow", async () => {
    const long = Array.from({ length: 40 }, () => textPart("x".repeat(1024)));
    const generator = generate(
      createScriptedModel(() => streamOf(...long, finishPart())),
      { firstToken: 60, token: 60 },
    );
    const first = await generator.next();
    await sleep(250);
    const { texts, error } = await run(generator);
    expect(error).toBeUndefined();
    expect(`${String(first.value)}${texts.join("")}`).toHaveLength(40 * 1024);
  });
});

describe("a reader of generateText who leaves", () => {
  it("cancels the model's stream by its signal, whose reason is thrown", async () => {
    const { stream, cancelled } = silentAfter(textPart("Half"));
    const controller = new AbortController();
    const reason = new Error("the reader left");
    const model = createScriptedModel(() => stream);
    const generator = generate(model, {}, controller.signal);
    await generator.next();
    controller.abort(reason);
    expect((await run(generator)).error).toBe(reason);
    expect(await cancelled).toBe(true);
    expect(model.calls[0]?.abortSignal?.aborted).toBe(true);
  });

  it("cancels it before it began", async () => {
    const controller = new AbortController();
    const generator = generate(
      createScriptedModel(() => new Promise<never>(() => undefined)),
      {},
      controller.signal,
    );
    const ended = run(generator);
    controller.abort("gone");
    expect((await ended).error).toBe("gone");
  });

  it("cancels it by returning", async () => {
    const { stream, cancelled } = silentAfter(textPart("Half"));
    const generator = generate(createScriptedModel(() => stream));
    await generator.next();
    await generator.return({ finishReason: "stop", usage: { inputTokens: 0, outputTokens: 0 } });
    expect(await cancelled).toBe(true);
  });

  it("keeps the model from being read far ahead", async () => {
    let pulled = 0;
    const stream = new ReadableStream<Part>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(textPart("x".repeat(1024)));
        },
      },
      { highWaterMark: 0 },
    );
    const generator = generate(createScriptedModel(() => stream));
    await generator.next();
    await sleep(100);
    const ahead = pulled;
    // What the first step took, and 16 KiB that wait for the next one.
    expect(ahead).toBeLessThanOrEqual(2 * 16 + 4);
    await sleep(100);
    expect(pulled).toBe(ahead);
    const { value } = await generator.next();
    expect(String(value).length).toBeLessThanOrEqual(18 * 1024);
    await generator.return({ finishReason: "stop", usage: { inputTokens: 0, outputTokens: 0 } });
  });
});
