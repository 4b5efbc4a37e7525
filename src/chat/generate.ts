import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4StreamPart,
} from "@ai-sdk/provider";
import { AppError, type FailureReason, toFailureReason, UpstreamError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import type { ModelCitation } from "../ports.ts";
import { callWithin, type IdleDeadline, rejectOnAbort, startIdleDeadline } from "../resilience.ts";
import type { FinishReason, Usage } from "./events.ts";
import { toModelError, truncated } from "./model-error.ts";
import { createTokenQueue, type TokenQueue } from "./token-queue.ts";

/** A model with what is remembered of its calls. */
export interface AnsweringModel {
  model: LanguageModelV4;
  operation: Operation;
}

/** Far more than a token has: a bound for models that do not keep to the number of tokens they were asked for. */
const CHARACTERS_A_TOKEN = 32;

type ModelCall = Pick<LanguageModelV4CallOptions, "prompt" | "providerOptions">;

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
  /** Why not the first model wrote it, where that is so. */
  fallback?: { reason: FailureReason };
}

/**
 * Streams the text of the first model that gets to its first token; one that fails before is tried twice at most, then
 * the next one takes its place. After the first token nothing is repeated: the reader has seen it.
 * What a provider says of sources comes between. Deltas that arrive together are joined, since everything further down costs per part; `turn` waits until what has
 * arrived is read. Returns how the answer ended.
 * Throws `model-unavailable`, `timeout`, and `answer-truncated` when the stream ends without saying that it is whole.
 */
export async function* generateText(
  models: AnsweringModel[],
  call: ModelCall,
  limits: GenerateLimits,
  turn: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<string | ModelCitation, Generated> {
  const { begun, fallback } = await beginFirst(models, call, limits, signal);
  const { tokens, idle, reading } = begun;
  let generated: Generated | undefined;
  try {
    for (;;) {
      await rejectOnAbort(idle.signal, tokens.available());
      await turn();
      yield* tokens.take();
      if (tokens.closed()) break;
    }
    generated = await reading;
    return fallback === undefined ? generated : { ...generated, fallback };
  } finally {
    // Only what has not ended by itself needs an end: every listener costs, undici's most of all.
    if (generated === undefined) idle.stop();
    else idle.clear();
  }
}

/** A model's answer from its first token on. */
interface BegunAnswer {
  tokens: TokenQueue;
  idle: IdleDeadline;
  reading: Promise<Generated>;
}

async function beginFirst(
  models: AnsweringModel[],
  call: ModelCall,
  limits: GenerateLimits,
  signal: AbortSignal,
): Promise<{ begun: BegunAnswer; fallback: Generated["fallback"] }> {
  let fallback: Generated["fallback"];
  for (const [index, { model, operation }] of models.entries()) {
    try {
      const options = { what: "the model", operation, signal, deadline: limits.firstToken };
      const begun = await callWithin({ ...options, retries: 1 }, (limited) =>
        begin(model, call, limits, signal, limited),
      );
      return { begun, fallback };
    } catch (error) {
      signal.throwIfAborted();
      if (index === models.length - 1) throw error;
      fallback ??= { reason: toFailureReason(error) };
    }
  }
  throw new Error("There is no model.");
}

/** Resolves with the first token. `signal` is the reader's, `limited` ends the attempt. */
async function begin(
  model: LanguageModelV4,
  call: ModelCall,
  limits: GenerateLimits,
  signal: AbortSignal,
  limited: AbortSignal,
): Promise<BegunAnswer> {
  const idle = startIdleDeadline("the model", limits.firstToken, limits.token, signal);
  limited.addEventListener("abort", idle.stop, { once: true });
  const tokens = createTokenQueue(limits.outputTokens * CHARACTERS_A_TOKEN);
  try {
    const { stream } = await model.doStream({
      ...call,
      maxOutputTokens: limits.outputTokens,
      abortSignal: idle.signal,
    });
    const reading = readParts(stream, tokens, idle);
    await rejectOnAbort(idle.signal, tokens.available());
    tokens.throwIfFailed();
    return { tokens, idle, reading };
  } catch (error) {
    // An answer that was cut before its first word can be asked for again, unlike one that was cut later.
    const reason: unknown = idle.signal.aborted ? idle.signal.reason : toModelError(error);
    idle.stop();
    throw reason;
  } finally {
    limited.removeEventListener("abort", idle.stop);
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
      if (value.type === "finish") finish = readFinish(value);
      else takePart(value, tokens, idle);
      const room = tokens.room();
      if (room !== undefined) {
        idle.hold();
        await room;
        idle.restart();
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

function takePart(part: LanguageModelV4StreamPart, tokens: TokenQueue, idle: IdleDeadline): void {
  if (part.type === "text-delta") {
    idle.restart();
    tokens.add(part.delta);
  } else if (part.type === "source") {
    const citation = part.providerMetadata?.["tributary"];
    if (citation !== undefined) tokens.cite(citation as unknown as ModelCitation);
  } else if (part.type === "error") throw toModelError(part.error);
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
