import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";

type Part = LanguageModelV4StreamPart;

export interface ScriptedModel extends LanguageModelV4 {
  /** The options of every call, oldest first. */
  calls: LanguageModelV4CallOptions[];
}

export const USAGE: LanguageModelV4Usage = {
  inputTokens: { total: 7, noCache: 7, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 3, text: 3, reasoning: 0 },
};

export function textPart(delta: string): Part {
  return { type: "text-delta", id: "0", delta };
}

export function finishPart(
  finishReason: LanguageModelV4FinishReason = { unified: "stop", raw: "stop" },
): Part {
  return { type: "finish", finishReason, usage: USAGE };
}

/** A language model whose stream is what `stream` gives for a call; `doGenerate` gives `text`. */
export function createScriptedModel(
  stream: (
    options: LanguageModelV4CallOptions,
    call: number,
  ) => ReadableStream<Part> | Promise<ReadableStream<Part>>,
  text = "",
): ScriptedModel {
  const calls: LanguageModelV4CallOptions[] = [];
  return {
    specificationVersion: "v4",
    provider: "test",
    modelId: "scripted",
    supportedUrls: {},
    calls,
    async doGenerate(options) {
      calls.push(options);
      const finishReason = { unified: "stop", raw: "stop" } as const;
      return { content: [{ type: "text", text }], finishReason, usage: USAGE, warnings: [] };
    },
    async doStream(options) {
      calls.push(options);
      return { stream: await stream(options, calls.length) };
    },
  };
}

/** A stream of parts that are all there at once. */
export function streamOf(...parts: Part[]): ReadableStream<Part> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}
