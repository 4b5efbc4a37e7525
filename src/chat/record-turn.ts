import type { Turn } from "../conversation-store.ts";
import { AppError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { watchValues } from "../streams.ts";
import { HASTE } from "./conversations.ts";
import { showSource } from "./describe-source.ts";
import { type AnswerEvent, endsAnswer } from "./events.ts";

export interface RecordOptions {
  turn: Pick<Turn, "questionId" | "answerId" | "question" | "askedAt">;
  /** Aborts when the answer is stopped or its reader leaves. */
  signal: AbortSignal;
  /** Milliseconds since 1970. */
  wallClock: Clock;
  /** Called once; never rejects. */
  save: (turn: Turn) => Promise<void>;
}

/**
 * The same events, stored as one turn: before the last event goes out, so that whoever saw the end finds the turn, but
 * that event waits for 250 ms at most. When the reader leaves or the answer is stopped, what there is by then is stored,
 * since nothing may come after that.
 */
export function recordTurn(
  events: AsyncGenerator<AnswerEvent>,
  { turn, signal, wallClock, save }: RecordOptions,
): AsyncGenerator<AnswerEvent> {
  const shown: Pick<
    Turn,
    "answer" | "outcome" | "reason" | "answered" | "degraded" | "sources" | "citations"
  > = {
    answer: "",
    outcome: "cut",
    reason: "aborted",
    answered: false,
    degraded: false,
    sources: [],
    citations: [],
  };
  let saved: Promise<void> | undefined;

  function store(): Promise<void> {
    signal.removeEventListener("abort", leave);
    saved ??= save({ ...turn, ...shown, endedAt: wallClock() });
    return saved;
  }
  function leave(): void {
    if (signal.reason instanceof AppError) shown.reason = signal.reason.code;
    void store();
  }
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });

  return watchValues(events, {
    see(event) {
      switch (event.type) {
        case "text":
          shown.answer += event.delta;
          return undefined;
        case "retrieval":
          shown.degraded = event.report.degraded;
          return undefined;
        case "sources":
          shown.sources = event.sources.map((source) => showSource(source));
          return undefined;
        case "text-end":
          shown.citations = event.citations;
          return undefined;
        case "finish": {
          const { answered, degraded, finishReason: reason } = event;
          Object.assign(shown, { answered, degraded, reason, outcome: "whole" });
          break;
        }
        case "error":
          shown.reason = event.code;
      }
      return endsAnswer(event) ? within(HASTE, store()) : undefined;
    },
    end: () => void store(),
  });
}

/** Settles with the promise, or when the time is over. */
async function within(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  await Promise.race([promise, over]);
  clearTimeout(timer);
}
