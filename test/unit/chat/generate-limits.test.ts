import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { DeadlineError } from "../../../src/errors.ts";
import { generate, run } from "../../support/generate.ts";
import {
  createScriptedModel,
  finishPart,
  streamOf,
  textPart,
} from "../../support/scripted-model.ts";

type Part = LanguageModelV4StreamPart;

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
        { firstToken: 250, token: 60 },
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
      { firstToken: 250, token: 60 },
    );
    const first = await generator.next();
    await sleep(500);
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

describe("a model that does not end where it was asked to", () => {
  it("is cut, and what it said so far stays", async () => {
    let parts = 0;
    const endless = new ReadableStream<Part>({
      pull: (controller) => controller.enqueue(textPart(`word ${parts++} `.padEnd(50))),
    });
    const { texts, error } = await run(
      generate(
        createScriptedModel(() => endless),
        { outputTokens: 10 },
      ),
    );
    expect(error).toMatchObject({ code: "answer-truncated" });
    expect(texts.join("")).toMatch(/^word 0 .*word 5 +$/);
    expect(parts).toBeLessThan(20);
  });
});
