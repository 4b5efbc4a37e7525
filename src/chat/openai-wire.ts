import { AppError, type ErrorCode } from "../errors.ts";
import type { Source } from "../ports.ts";
import {
  CUT,
  type EventFrames,
  type EventStreamOptions,
  toEventStreamResponse,
} from "./event-stream.ts";
import type { AnswerEvent, FinishReason, Usage } from "./events.ts";
import {
  describeCited,
  listCited,
  type TextEnd,
  toAnnotations,
  type Annotation,
} from "./openai-sources.ts";
import { toOpenAIError } from "./openai-error.ts";
import { throwFailure } from "./wire.ts";

/** What OpenAI's wire adds to an answer's events. */
export interface OpenAIWireOptions extends EventStreamOptions {
  /** Of the completion; the same in every chunk. */
  id: string;
  /** Seconds since 1970. */
  created: number;
  /** The name that was asked for. */
  model: string;
  /** Scheme and host that the reader used. */
  origin: string;
  /** A last chunk tells the number of tokens. */
  includesUsage: boolean;
  /** Progress and sources come as Open WebUI's events; then there are no annotations. */
  sendsEvents: boolean;
  /** Told of an answer that failed after its response had begun; before that the failure is thrown. */
  onFailure: (event: AnswerEvent & { type: "error" }) => void;
}

const FINISH_REASONS: Record<FinishReason, string> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  other: "stop",
};

const STOPPED = { code: "stopped", message: "The answer was stopped." } as const;
const ENDED_EARLY = {
  code: "internal",
  message: "The answer ended too early. Please try again.",
} as const;

/** `chat.completion.chunk`s over server-sent events. `cancel` is called when the reader goes. */
export function toChunkResponse(
  events: AsyncGenerator<AnswerEvent>,
  options: OpenAIWireOptions,
  cancel: () => void,
): Response {
  return toEventStreamResponse(toChunks(events, options), options, cancel);
}

/** An answer that does not come to its end has no finish reason and no `[DONE]`: its last frame is an error. */
async function* toChunks(
  events: AsyncGenerator<AnswerEvent>,
  options: OpenAIWireOptions,
): EventFrames {
  const write = createChunkWriter(options);
  let failure: { code: ErrorCode; message: string } = ENDED_EARLY;
  for await (const event of events) {
    if (event.type === "error") {
      options.onFailure(event);
      failure = event;
      break;
    }
    if (event.type === "abort") {
      failure = STOPPED;
      break;
    }
    const chunks = write(event);
    if (chunks.length > 0) yield chunks;
    if (event.type === "finish") return;
  }
  yield [toOpenAIError(failure)];
  return CUT;
}

/** A whole answer's chunks, event by event. */
function createChunkWriter(options: OpenAIWireOptions): (event: AnswerEvent) => object[] {
  const { sendsEvents, includesUsage } = options;
  const toChunk = createChunks(options);
  const sayIf = (wanted: boolean, words: string, done: boolean): object[] =>
    wanted ? [toChunk.status(words, done)] : [];
  let sources: Source[] = [];
  let end: TextEnd = { citations: [] };
  return (event) => {
    switch (event.type) {
      case "start":
        return [toChunk.delta({ role: "assistant", content: "" })];
      case "status": {
        if (event.stage !== "searching") return [];
        return sayIf(sendsEvents, `Searching ${count(event.collections, "collection")}`, false);
      }
      case "sources":
        ({ sources } = event);
        return sayIf(sendsEvents, `Found ${count(sources.length, "source")}`, true);
      case "text":
        return [toChunk.delta({ content: event.delta })];
      case "text-end":
        end = event;
        return [];
      case "finish":
        return [
          ...toSourceChunks(sources, end, options, toChunk),
          toChunk.delta({}, FINISH_REASONS[event.finishReason]),
          ...(includesUsage ? [toChunk.usage(event.usage)] : []),
        ];
      default:
        return [];
    }
  };
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}

/**
 * All citations in one delta: the `openai` package keeps the annotations of the last one that has some. Or, for Open
 * WebUI, every source with its text, in the order of the markers.
 */
function toSourceChunks(
  sources: Source[],
  end: TextEnd,
  { origin, sendsEvents }: OpenAIWireOptions,
  toChunk: ReturnType<typeof createChunks>,
): object[] {
  if (!sendsEvents) {
    const annotations = toAnnotations(sources, end, origin);
    return annotations.length === 0 ? [] : [toChunk.delta({ annotations })];
  }
  return listCited(sources, end).map((source) => {
    const { url, title } = describeCited(source, origin);
    return toChunk.event({
      type: "source",
      data: {
        source: { name: title, url },
        document: [source.text],
        metadata: [{ source: url, name: title }],
      },
    });
  });
}

function createChunks({ id, created, model, includesUsage }: OpenAIWireOptions): {
  delta(delta: object, finishReason?: string): object;
  usage(usage: Usage): object;
  event(event: object): object;
  status(description: string, done: boolean): object;
} {
  const head = { id, object: "chat.completion.chunk", created, model };
  // As OpenAI has it: where the last chunk tells the usage, all others have the field too.
  const tail = includesUsage ? { usage: null } : {};
  // Clients loop over the choices of every chunk without looking whether there are some.
  const event = (event: object): object => ({ ...head, choices: [], ...tail, event });
  return {
    delta: (delta, finishReason) => ({
      ...head,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason ?? null }],
      ...tail,
    }),
    usage: (usage) => ({ ...head, choices: [], usage: toOpenAIUsage(usage) }),
    event,
    status: (description, done) => event({ type: "status", data: { description, done } }),
  };
}

/** OpenAI's `chat.completion`. */
export interface Completion {
  id: string;
  object: "chat.completion";
  created: number;
  model: string;
  choices: [
    {
      index: 0;
      message: {
        role: "assistant";
        content: string;
        refusal: null;
        annotations: Annotation[];
      };
      logprobs: null;
      finish_reason: string;
    },
  ];
  usage: ReturnType<typeof toOpenAIUsage>;
}

/** Waits for the whole answer. Throws the AppError that it ended with instead. */
export async function toCompletion(
  events: AsyncGenerator<AnswerEvent>,
  { id, created, model, origin }: OpenAIWireOptions,
): Promise<Completion> {
  let sources: Source[] = [];
  let end: TextEnd = { citations: [] };
  let content = "";
  for await (const event of events) {
    if (event.type === "sources") ({ sources } = event);
    else if (event.type === "text") content += event.delta;
    else if (event.type === "text-end") end = event;
    else if (event.type === "finish") {
      const annotations = toAnnotations(sources, end, origin);
      const message = { role: "assistant", content, refusal: null, annotations } as const;
      const finish_reason = FINISH_REASONS[event.finishReason];
      return {
        id,
        object: "chat.completion",
        created,
        model,
        choices: [{ index: 0, message, logprobs: null, finish_reason }],
        usage: toOpenAIUsage(event.usage),
      };
    } else throwFailure(event);
  }
  throw new AppError(ENDED_EARLY.code, ENDED_EARLY.message);
}

function toOpenAIUsage({ inputTokens, outputTokens }: Usage): {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
} {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
}
