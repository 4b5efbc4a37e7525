// The two chat wires: what a stream opens with, one token, what it closes with, and the body of an
// answer that does not stream. Shapes are minimal for what the SDKs under test read.
import { features } from "./word-vectors.ts";
import type { ChatRequestSeen } from "./chat-request.ts";

export interface ChatTotals {
  tokens: number;
  /** The reply was cut at `max_tokens`. */
  isCapped: boolean;
}

export interface ChatWire {
  opening(request: ChatRequestSeen): string[];
  token(text: string): string;
  closing(request: ChatRequestSeen, totals: ChatTotals): string[];
  whole(request: ChatRequestSeen, text: string, totals: ChatTotals): unknown;
}

export const cohereChat: ChatWire = {
  opening: () => [
    cohereFrame({
      type: "message-start",
      id: "chat-1",
      delta: {
        message: { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] },
      },
    }),
    cohereFrame({
      type: "content-start",
      index: 0,
      delta: { message: { content: { type: "text", text: "" } } },
    }),
  ],
  token: (text) =>
    cohereFrame({ type: "content-delta", index: 0, delta: { message: { content: { text } } } }),
  closing: (request, totals) => [
    cohereFrame({ type: "content-end", index: 0 }),
    cohereFrame({
      type: "message-end",
      id: "chat-1",
      delta: { finish_reason: cohereFinish(totals), usage: cohereUsage(request, totals) },
    }),
    "data: [DONE]\n\n",
  ],
  whole: (request, text, totals) => ({
    id: "chat-1",
    message: { role: "assistant", content: [{ type: "text", text }] },
    finish_reason: cohereFinish(totals),
    usage: cohereUsage(request, totals),
  }),
};

export const openaiChat: ChatWire = {
  opening: (request) => [openaiFrame(request, { role: "assistant", content: "" }, null)],
  token: (text) => openaiFrame(undefined, { content: text }, null),
  closing: (request, totals) => [
    openaiFrame(request, {}, openaiFinish(totals)),
    ...(request.wantsUsage
      ? [dataFrame({ ...openaiBase, choices: [], usage: openaiUsage(request, totals) })]
      : []),
    "data: [DONE]\n\n",
  ],
  whole: (request, text, totals) => ({
    ...openaiBase,
    object: "chat.completion",
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text },
        finish_reason: openaiFinish(totals),
      },
    ],
    usage: openaiUsage(request, totals),
  }),
};

function cohereFrame(event: { type: string; [field: string]: unknown }): string {
  return `event: ${event.type}\n${dataFrame(event)}`;
}

function cohereFinish(totals: ChatTotals): string {
  return totals.isCapped ? "MAX_TOKENS" : "COMPLETE";
}

function cohereUsage(request: ChatRequestSeen, totals: ChatTotals): unknown {
  const counts = { input_tokens: countWords(request.prompt), output_tokens: totals.tokens };
  return { billed_units: counts, tokens: counts };
}

const openaiBase = { id: "chat-1", object: "chat.completion.chunk", created: 1_700_000_000 };

function openaiFrame(
  request: ChatRequestSeen | undefined,
  delta: unknown,
  finish: string | null,
): string {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return dataFrame({ ...openaiBase, model: request?.model, choices });
}

function openaiFinish(totals: ChatTotals): string {
  return totals.isCapped ? "length" : "stop";
}

function openaiUsage(request: ChatRequestSeen, totals: ChatTotals): unknown {
  const input = countWords(request.prompt);
  return {
    prompt_tokens: input,
    completion_tokens: totals.tokens,
    total_tokens: input + totals.tokens,
  };
}

function dataFrame(data: unknown): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}

function countWords(text: string): number {
  return [...features(text).values()].reduce((sum, count) => sum + count, 0);
}
