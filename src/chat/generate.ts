import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { AppError, isRetryableStatus, UpstreamError } from "../errors.ts";
import { callWithin, type IdleDeadline, rejectOnAbort, startIdleDeadline } from "../resilience.ts";
import type { FinishReason, Usage } from "./events.ts";

export interface GenerateLimits {
  /** Milliseconds from the call to the first token. */
  firstToken: number;
  /** Milliseconds between two tokens. */
  token: number;
  /** Tokens of the answer at most. */
  outputTokens: number;
}

/** How a whole answer ended. */
export interface Generated {
  finishReason: FinishReason;
  usage: Usage;
}

/** Text that waits for the reader at most; beyond it the model's socket is not read. */
const WAITING_CHARACTERS = 16_384;

/**
 * Streams a model's text. Deltas that arrive together are joined, since everything further down costs per part;
 * `turn` waits until what has arrived is read. Returns how the answer ended.
 * Throws `model-unavailable`, `timeout`, and `answer-truncated` when the stream ends without saying that it is whole.
 */
export async function* generateText(
  model: LanguageModelV4,
  call: Pick<LanguageModelV4CallOptions, "prompt" | "providerOptions">,
  limits: GenerateLimits,
  turn: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<string, Generated> {
  const idle = startIdleDeadline("the model", limits.firstToken, limits.token, signal);
  const tokens = createTokenQueue();
  let generated: Generated | undefined;
  try {
    const options = { ...call, maxOutputTokens: limits.outputTokens, abortSignal: idle.signal };
    const request = { what: "model", signal: idle.signal, deadline: limits.firstToken, retries: 1 };
    const { stream } = await callWithin(request, async () =>
      model.doStream(options).then(undefined, rethrowModelError(idle.signal)),
    );
    const reading = readParts(stream, tokens, idle);
    for (;;) {
      await rejectOnAbort(idle.signal, tokens.available());
      await turn();
      const text = tokens.take();
      if (text !== "") yield text;
      if (tokens.closed()) break;
    }
    return (generated = await reading);
  } finally {
    // Only what has not ended by itself needs an end: every listener costs, undici's most of all.
    if (generated === undefined) idle.stop();
    else idle.clear();
  }
}

/** Reads the model's parts into the queue, until the stream ends. */
async function readParts(
  stream: ReadableStream<LanguageModelV4StreamPart>,
  tokens: TokenQueue,
  idle: IdleDeadline,
): Promise<Generated> {
  const reader = stream.getReader();
  // Not awaited, here and below: a socket that hangs must not hold the answer's end.
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  idle.signal.addEventListener("abort", cancel, { once: true });
  let finish: Generated | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.type === "text-delta") {
        idle.restart();
        tokens.add(value.delta);
        const room = tokens.room();
        if (room !== undefined) {
          idle.hold();
          await room;
          idle.restart();
        }
      } else if (value.type === "error") {
        throw toModelError(value.error);
      } else if (value.type === "finish") {
        finish = readFinish(value);
      }
    }
    if (finish === undefined) throw truncated();
    tokens.close();
    return finish;
  } catch (error) {
    tokens.close(
      error instanceof AppError || error instanceof UpstreamError ? error : toModelError(error),
    );
    return { finishReason: "other", usage: { inputTokens: 0, outputTokens: 0 } };
  } finally {
    idle.signal.removeEventListener("abort", cancel);
    if (finish === undefined) cancel();
  }
}

function readFinish(part: LanguageModelV4StreamPart & { type: "finish" }): Generated {
  return {
    finishReason: readFinishReason(part.finishReason),
    usage: {
      inputTokens: part.usage.inputTokens.total ?? 0,
      outputTokens: part.usage.outputTokens.total ?? 0,
    },
  };
}

/** Providers end a stream that was cut with a reason of their own: without the upstream's word it is not whole. */
function readFinishReason(reason: LanguageModelV4FinishReason): FinishReason {
  if (
    reason.unified === "stop" ||
    reason.unified === "length" ||
    reason.unified === "content-filter"
  )
    return reason.unified;
  if (reason.raw === undefined || reason.unified === "error") throw truncated();
  return "other";
}

function truncated(): AppError {
  return new AppError(
    "answer-truncated",
    "The answer was cut off before its end. Please ask again.",
  );
}

function rethrowModelError(signal: AbortSignal): (error: unknown) => never {
  return (error) => {
    signal.throwIfAborted();
    throw toModelError(error);
  };
}

function toModelError(error: unknown): UpstreamError {
  const known = error as
    | { statusCode?: unknown; message?: unknown; responseHeaders?: Record<string, string> }
    | undefined;
  const status = typeof known?.statusCode === "number" ? known.statusCode : undefined;
  const seconds = Number(known?.responseHeaders?.["retry-after"] ?? Number.NaN);
  return new UpstreamError({
    service: "model",
    operation: "stream",
    message: typeof known?.message === "string" ? known.message : "failed",
    status,
    retryable: isRetryableStatus(status),
    retryAfter: Number.isFinite(seconds) ? seconds * 1000 : undefined,
    cause: error,
  });
}

interface TokenQueue {
  add(text: string): void;
  /** Everything added since the last time. Throws the error that the queue was closed with, once it is empty. */
  take(): string;
  /** Resolves when there is text, or the queue is closed. */
  available(): Promise<void>;
  /** Resolves when the reader is near enough. */
  room(): Promise<void> | undefined;
  close(error?: Error): void;
  closed(): boolean;
}

function createTokenQueue(): TokenQueue {
  let text = "";
  let ended = false;
  let failure: Error | undefined;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;
  return {
    add(delta) {
      text += delta;
      wakeReader?.();
    },
    take() {
      const taken = text;
      text = "";
      wakeWriter?.();
      if (taken === "" && failure !== undefined) throw failure;
      return taken;
    },
    available: () =>
      text !== "" || ended ? Promise.resolve() : new Promise((resolve) => (wakeReader = resolve)),
    room: () =>
      text.length < WAITING_CHARACTERS
        ? undefined
        : new Promise((resolve) => (wakeWriter = resolve)),
    close(error) {
      ended = true;
      failure = error;
      wakeReader?.();
    },
    closed: () => ended && text === "" && failure === undefined,
  };
}
