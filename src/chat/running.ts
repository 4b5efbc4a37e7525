import { AppError } from "../errors.ts";
import type { Clock } from "../ports.ts";
import { callWithin } from "../resilience.ts";

/** One answer, or another piece of work, that is under way. */
export interface RunningAnswer {
  /** Aborts when the reader leaves, the answer is stopped, or the process has no more time for it. */
  signal: AbortSignal;
  /** An `AppError` as the reason ends the answer with that error, everything else with `abort`. */
  abort(reason: unknown): void;
  /** Its generator has ended: there is room for another one. Whatever comes after the first call does nothing. */
  end(): void;
}

/** The answers that this process is writing. */
export interface RunningAnswers {
  /**
   * Takes one more, which aborts with `reader` where one is given. Throws `overloaded` when there are too many, and
   * `shutting-down` after `close`.
   */
  begin(conversationId: string, reader?: AbortSignal): RunningAnswer;
  /**
   * Does work of another kind, of which there may be as much as wanted, and which `close` waits for as well. Rejects
   * with `shutting-down` after `close`.
   */
  attend<T>(reader: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Throws what `begin` would throw now: a request can be refused before its body is read. */
  requireRoom(): void;
  /** Throws `shutting-down` after `close`. */
  requireOpen(): void;
  /** Aborts every answer of a conversation; false when there is none. */
  stop(conversationId: string): boolean;
  /**
   * Takes no more, waits `grace` milliseconds for those that are running, and ends the others with `shutting-down`.
   * Resolves when all have ended, or soon after.
   */
  close(grace: number): Promise<void>;
  count(): number;
}

/** Seconds: by then an answer has ended, or another process has taken over. */
const RETRY_AFTER = { overloaded: 2, shuttingDown: 1 };
/** Milliseconds for the last event of answers that were given up; a reader who does not read never takes it. */
const LAST_EVENT = 1000;

export interface RunningLimits {
  /** Answers at the same time. */
  most: number;
  /** Milliseconds that an answer may take. */
  longest: number;
  now: Clock;
}

/** Milliseconds after its time by which an answer has surely ended. */
const MARGIN = 10_000;

export function createRunningAnswers({ most, longest, now }: RunningLimits): RunningAnswers {
  const answers = new Map<RunningAnswer, { conversationId: string; begun: number }>();
  const others = new Set<RunningAnswer>();
  let isClosing = false;
  const empty = Promise.withResolvers<void>();

  function requireOpen(): void {
    if (isClosing) throw shuttingDown();
  }

  function requireRoom(): void {
    requireOpen();
    if (answers.size >= most) forgetLost();
    if (answers.size >= most) throw overloaded();
  }

  /** On Workers the generator of an answer whose request was torn down may never end: it must not keep its place. */
  function forgetLost(): void {
    for (const [answer, { begun }] of answers)
      if (now() - begun > longest + MARGIN) answers.delete(answer);
  }

  const isEmpty = (): boolean => answers.size + others.size === 0;

  function follow(reader: AbortSignal | undefined): RunningAnswer {
    const running = start(reader, () => {
      answers.delete(running);
      others.delete(running);
      if (isClosing && isEmpty()) empty.resolve();
    });
    return running;
  }

  return {
    requireOpen,
    requireRoom,
    begin(conversationId, reader) {
      requireRoom();
      const answer = follow(reader);
      answers.set(answer, { conversationId, begun: now() });
      return answer;
    },
    async attend(reader, work) {
      requireOpen();
      const attended = follow(reader);
      others.add(attended);
      try {
        return await work(attended.signal);
      } finally {
        attended.end();
      }
    },
    stop(conversationId) {
      const asked = [...answers].filter(([, of]) => of.conversationId === conversationId);
      for (const [answer] of asked)
        answer.abort(new DOMException("The answer was stopped.", "AbortError"));
      return asked.length > 0;
    },
    async close(grace) {
      isClosing = true;
      if (isEmpty() || (await settlesWithin(empty.promise, grace))) return;
      for (const running of [...answers.keys(), ...others]) running.abort(shuttingDown());
      await settlesWithin(empty.promise, LAST_EVENT);
    },
    count: () => answers.size,
  };
}

function start(reader: AbortSignal | undefined, onEnd: () => void): RunningAnswer {
  const controller = new AbortController();
  const leave = (): void => controller.abort(reader?.reason);
  reader?.addEventListener("abort", leave, { once: true });
  if (reader?.aborted === true) leave();
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    end() {
      reader?.removeEventListener("abort", leave);
      onEnd();
    },
  };
}

function settlesWithin(promise: Promise<void>, deadline: number): Promise<boolean> {
  const { signal } = new AbortController();
  return callWithin({ what: "the end of all answers", signal, deadline }, () => promise).then(
    () => true,
    () => false,
  );
}

function overloaded(): AppError {
  return new AppError(
    "overloaded",
    "Too many answers are being written at the moment. Please try again in a few seconds.",
    { retryAfter: RETRY_AFTER.overloaded },
  );
}

function shuttingDown(): AppError {
  return new AppError(
    "shutting-down",
    "This server is being shut down. Please send the request again.",
    { retryAfter: RETRY_AFTER.shuttingDown },
  );
}
