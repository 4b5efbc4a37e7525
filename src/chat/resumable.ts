import type { AnswerRecord, AnswerStreams, Clock, NewAnswer, OpenAnswer } from "../ports.ts";
import { type AnswerEvent, endsAnswer } from "./events.ts";
import type { RunningAnswer } from "./running.ts";

export interface ResumableOptions {
  answers: AnswerStreams<AnswerEvent>;
  now: Clock;
  /** Milliseconds that an answer goes on without a reader. */
  detached: number;
  /** Room for one more answer; may throw. */
  run: () => RunningAnswer;
  write: (signal: AbortSignal) => AsyncGenerator<AnswerEvent>;
  onFailure: (event: AnswerEvent & { type: "error" }) => void;
  /** Takes what must go on when the reader has gone. */
  keepAlive: (promise: Promise<void>) => void;
}

/** Characters that an event counts for beside its text. */
const EVENT_OVERHEAD = 64;
const CHECKS_A_TIME = 8;

/**
 * Begins an answer that goes on without its reader, or opens the one that the same request has begun. Throws what
 * `run` throws.
 */
export async function openResumable(
  answer: NewAnswer,
  reader: AbortSignal,
  options: ResumableOptions,
): Promise<OpenAnswer<AnswerEvent>> {
  const { opened, record } = await options.answers.begin(answer, reader);
  if (record === undefined) return opened;
  let run: RunningAnswer;
  try {
    run = options.run();
  } catch (error) {
    record.end("cut");
    throw error;
  }
  options.keepAlive(writeAnswer(record, run, options));
  return opened;
}

/** An answer's events for one reader; one that another process can not go on with ends like every cut answer. */
export async function* readOpened(
  { events }: OpenAnswer<AnswerEvent>,
  reader: AbortSignal,
): AsyncGenerator<AnswerEvent> {
  let cause: unknown;
  try {
    for await (const event of events) {
      yield event;
      if (endsAnswer(event)) return;
    }
  } catch (error) {
    reader.throwIfAborted();
    cause = error;
  }
  const message = "The answer broke off. Please ask again.";
  yield { type: "error", code: "answer-truncated", message, cause };
}

/** Writes the answer down as it comes, whoever reads it: `generateText` bounds how long it gets. Never rejects. */
async function writeAnswer(
  record: AnswerRecord<AnswerEvent>,
  run: RunningAnswer,
  { detached, now, write, onFailure }: ResumableOptions,
): Promise<void> {
  const watch = watchReaders(record, run, detached, now);
  let outcome: "whole" | "cut" = "cut";
  try {
    for await (const event of write(run.signal)) {
      if (event.type === "error") onFailure(event);
      if (event.type === "finish") outcome = "whole";
      // Causes stay in the log.
      const kept = event.type === "error" ? { ...event, cause: undefined } : event;
      record.add(kept, countCharacters(kept));
    }
  } catch (cause) {
    const message = "Something went wrong on our side. Please try again.";
    record.add({ type: "error", code: "internal", message, cause: undefined }, EVENT_OVERHEAD);
    onFailure({ type: "error", code: "internal", message, cause });
  } finally {
    watch.clear();
    record.end(outcome);
    run.end();
  }
}

function countCharacters(event: AnswerEvent): number {
  const length = event.type === "text" ? event.delta.length : JSON.stringify(event).length;
  return length + EVENT_OVERHEAD;
}

/** Aborts the answer when nobody has read it for `detached` milliseconds. */
function watchReaders(
  record: AnswerRecord<AnswerEvent>,
  run: RunningAnswer,
  detached: number,
  now: Clock,
): { clear(): void } {
  let isOver = false;
  let timer: ReturnType<typeof setTimeout>;
  async function check(): Promise<void> {
    const left = (await record.lastRead()) + detached - now();
    if (isOver) return;
    if (left <= 0) run.abort(new DOMException("Nobody reads the answer.", "AbortError"));
    else checkAfter(Math.min(left, detached / CHECKS_A_TIME));
  }
  function checkAfter(milliseconds: number): void {
    timer = setTimeout(() => void check(), milliseconds);
  }
  checkAfter(detached / CHECKS_A_TIME);
  return {
    clear() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
