import { UI_MESSAGE_STREAM_HEADERS, type UIMessageChunk } from "ai";
import type { ShownSource } from "../conversation-store.ts";
import { AppError, type FailureReason } from "../errors.ts";
import type { Citation, Source } from "../ports.ts";
import { toReadableStream } from "../streams.ts";
import { createPairEncoder } from "../text/pair-encoder.ts";
import { describeSource, namePlace, showSource, toTextCitations } from "./describe-source.ts";
import { type EventStreamOptions, toEventStreamResponse } from "./event-stream.ts";
import {
  type AnswerEvent,
  endsAnswer,
  type RetrievalReport,
  type Timings,
  type Usage,
} from "./events.ts";

/** What the wire forms add to an answer's events. */
export interface WireOptions extends EventStreamOptions {
  messageId: string;
  conversationId: string;
  /** False where no conversation is stored, so that nothing can be rated. @default true */
  takesFeedback?: boolean;
  /** Scheme and host that the reader used: sources without a URL of their own get one of ours. */
  origin: string;
  /** Told of an answer that failed after its response had begun; before that the failure is thrown. */
  onFailure: (event: AnswerEvent & { type: "error" }) => void;
}

const TEXT_ID = "answer";
/** But whether the connection is kept: a client that asks for its end must get it. */
const { connection: _connection, ...HEADERS } = UI_MESSAGE_STREAM_HEADERS;

/** The AI SDK's UI message stream over server-sent events. `cancel` is called when the reader goes. */
export function toUIMessageResponse(
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
  cancel: () => void,
): Response {
  const chunks = toUIMessageChunks(events, options);
  return toEventStreamResponse(chunks, { ...options, headers: HEADERS }, cancel);
}

async function* toUIMessageChunks(
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
): AsyncGenerator<UIMessageChunk[]> {
  let sources: Source[] = [];
  let left = options.numbering?.after ?? 0;
  for await (const event of events) {
    if (event.type === "sources") ({ sources } = event);
    else if (event.type === "error") options.onFailure(event);
    const chunks = toChunks(event, sources, options);
    if (left < chunks.length) yield left === 0 ? chunks : chunks.slice(left);
    left = Math.max(0, left - chunks.length);
  }
}

/** How many frames the events are, `[DONE]` included where they are all. */
export function countFrames(events: readonly AnswerEvent[], options: WireOptions): number {
  let count = 0;
  for (const event of events) {
    // Which sources are known changes what is in a chunk, not how many there are.
    count += toChunks(event, [], options).length + (endsAnswer(event) ? 1 : 0);
  }
  return count;
}

function toChunks(event: AnswerEvent, sources: Source[], options: WireOptions): UIMessageChunk[] {
  switch (event.type) {
    case "start":
      return [
        {
          type: "start",
          messageId: options.messageId,
          messageMetadata: { conversationId: options.conversationId },
        },
      ];
    case "status": {
      const { type: _type, ...data } = event;
      return [{ type: "data-status", data, transient: true }];
    }
    case "retrieval":
      return [{ type: "data-retrieval", data: event.report }];
    case "sources":
      return event.sources.map((source) => toSourceChunk(source, options));
    case "text-start":
      return [{ type: "text-start", id: TEXT_ID }];
    case "text":
      return [{ type: "text-delta", id: TEXT_ID, delta: event.delta }];
    case "text-end":
      return [
        {
          type: "text-end",
          id: TEXT_ID,
          citations: toTextCitations(event.citations, sources, options.origin),
        } as UIMessageChunk,
        { type: "data-citations", data: event.citations },
      ];
    case "finish":
      return [toFinishChunk(event, options)];
    case "error":
      return [{ type: "error", errorText: event.message, code: event.code } as UIMessageChunk];
    case "abort":
      return [{ type: "abort" }];
  }
}

function toFinishChunk(
  { type, finishReason, ...metadata }: AnswerEvent & { type: "finish" },
  { conversationId, takesFeedback = true }: WireOptions,
): UIMessageChunk {
  const feedback = takesFeedback ? {} : { feedback: false };
  return { type, finishReason, messageMetadata: { ...metadata, conversationId, ...feedback } };
}

function toSourceChunk(source: Source, options: WireOptions): UIMessageChunk {
  const { id, url, title, ...preview } = describeSource(source, options.origin);
  return { type: "source-url", sourceId: id, url, title, providerMetadata: { tributary: preview } };
}

/** A whole answer as one JSON value. */
export interface JsonAnswer {
  answer: string;
  answered: boolean;
  sources: ShownSource[];
  citations: Citation[];
  retrieval: RetrievalReport;
  usage: Usage;
  timings: Timings;
  /** Present when the fallback model wrote the answer. */
  fallback?: { reason: FailureReason };
  conversationId: string;
  /** Of the answer, for its rating. */
  messageId: string;
}

/** Waits for the whole answer. Throws the AppError that it ended with instead. */
export async function toJsonAnswer(
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
): Promise<JsonAnswer> {
  const answer: Partial<JsonAnswer> & { answer: string } = { answer: "" };
  for await (const event of events) {
    if (event.type === "retrieval") answer.retrieval = event.report;
    else if (event.type === "sources") {
      answer.sources = event.sources.map((source) => showSource(source, options.origin));
    } else if (event.type === "text") answer.answer += event.delta;
    else if (event.type === "text-end") answer.citations = event.citations;
    else if (event.type === "finish") {
      const { answered, usage, timings, fallback } = event;
      Object.assign(answer, {
        answered,
        usage,
        timings,
        ...(fallback === undefined ? {} : { fallback }),
        conversationId: options.conversationId,
        messageId: options.messageId,
      });
    } else throwFailure(event);
  }
  return answer as JsonAnswer;
}

/**
 * The answer's text as it is written, then a blank line and its sources: what a person wants of `curl -N`. The
 * status is decided by the first character; a failure before it is thrown.
 */
export async function toTextResponse(
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
  cancel: () => void,
): Promise<Response> {
  const text = toText(events, options);
  const first = await text.next();
  const encode = createPairEncoder();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (let step = first; step.done !== true; step = await text.next()) {
        const encoded = encode(step.value);
        if (encoded.length > 0) yield encoded;
      }
    } finally {
      await text.return(undefined);
    }
  }
  const stream = toReadableStream(bytes(), cancel, options.writeTimeout);
  return new Response(stream, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-cache",
      "x-accel-buffering": "no",
    },
  });
}

async function* toText(
  events: AsyncGenerator<AnswerEvent>,
  options: WireOptions,
): AsyncGenerator<string> {
  let sources: Source[] = [];
  let begun = false;
  for await (const event of events) {
    if (event.type === "sources") ({ sources } = event);
    else if (event.type === "text") {
      begun = true;
      yield event.delta;
    } else if (event.type === "finish") yield renderSourceList(sources, options);
    else if (begun && event.type === "error") {
      options.onFailure(event);
      yield `\n[answer cut short: ${event.code}]\n`;
    } else if (begun && event.type === "abort") yield "\n[answer cut short: aborted]\n";
    else throwFailure(event);
  }
}

function renderSourceList(sources: Source[], { origin }: WireOptions): string {
  if (sources.length === 0) return "\n";
  const lines = sources.map((source) => {
    const { n, url } = describeSource(source, origin);
    return `[${n}] ${namePlace(source.chunk)}\n    ${url}`;
  });
  return `\n\n${lines.join("\n")}\n`;
}

/** Throws the AppError that an answer ended with; other events do nothing. */
export function throwFailure(event: AnswerEvent): void {
  if (event.type === "error")
    throw event.cause instanceof AppError
      ? event.cause
      : new AppError(event.code, event.message, { cause: event.cause });
  if (event.type === "abort") throw new AppError("stopped", "The answer was stopped.");
}
