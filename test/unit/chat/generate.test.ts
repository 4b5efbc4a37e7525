import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { toAppError, UpstreamError } from "../../../src/errors.ts";
import { toReadableStream } from "../../../src/streams.ts";
import { generate, type Run, run } from "../../support/generate.ts";
import {
  createScriptedModel,
  finishPart,
  streamOf,
  textPart,
} from "../../support/scripted-model.ts";

type Part = LanguageModelV4StreamPart;

const runParts = (...parts: Part[]): Promise<Run> =>
  run(generate(createScriptedModel(() => streamOf(...parts))));

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
      toReadableStream(
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
    expect(model.calls[0]).toMatchObject({ prompt: [], maxOutputTokens: 9_999 });
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
