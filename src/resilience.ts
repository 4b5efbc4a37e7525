import { DeadlineError, UpstreamError } from "./errors.ts";
import type { Operation } from "./operations.ts";

/** How one call to the outside is bounded. */
export interface CallOptions {
  /** What the log calls it. */
  what: string;
  /** The request's own signal. */
  signal: AbortSignal;
  /** Milliseconds for all tries together. */
  deadline: number;
  /** What is called: it bounds retries, and says when the upstream is better left alone. */
  operation?: Operation;
  /** Tries after the first one, only for calls that may be repeated and within the operation's budget. Default 0. */
  retries?: number;
}

/** Pause before a second try, with full jitter, in milliseconds. */
const BACK_OFF = 150;
/** Part by which a pause that the upstream asked for is stretched at random, so that not all come back at once. */
const STRETCH = 0.1;

/**
 * Runs one call under a deadline and the caller's signal, and repeats it where its error says that this may help.
 * This is the only retry layer: every SDK has its own switched off.
 * Rejects with the signal's reason, a DeadlineError, a CircuitOpenError, or the call's last error.
 */
export async function callWithin<T>(
  options: CallOptions,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { operation } = options;
  const end = performance.now() + options.deadline;
  const limit = startDeadline(options.what, options.deadline, options.signal);
  try {
    operation?.begin();
    for (let left = options.retries ?? 0; ; left--) {
      try {
        return await tryOnce(options, limit.signal, call);
      } catch (error) {
        limit.signal.throwIfAborted();
        if (left <= 0 || !(error instanceof UpstreamError) || !error.retryable) throw error;
        const wait = readPause(error);
        // Who is asked to come back later than there is time for need not wait at all.
        if (performance.now() + wait >= end || operation?.mayRepeat() === false) throw error;
        await pause(wait, limit.signal);
      }
    }
  } finally {
    limit.clear();
  }
}

async function tryOnce<T>(
  { operation, signal }: CallOptions,
  limit: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    // Raced, because an SDK that ignores its signal must not hold the request.
    const result = await rejectOnAbort(limit, call(limit));
    operation?.succeed();
    return result;
  } catch (error) {
    operation?.fail(limit.aborted ? limit.reason : error, signal.aborted);
    throw error;
  }
}

function readPause({ retryAfter }: UpstreamError): number {
  return retryAfter === undefined
    ? Math.random() * BACK_OFF
    : retryAfter * (1 + Math.random() * STRETCH);
}

/** A signal that aborts with `signal`, or with a DeadlineError after `milliseconds`. Call `clear` when done. */
export function startDeadline(
  what: string,
  milliseconds: number,
  signal: AbortSignal,
): { signal: AbortSignal; clear(): void } {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal.reason);
  if (signal.aborted) follow();
  signal.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(
    () => controller.abort(new DeadlineError(what, milliseconds)),
    milliseconds,
  );
  return {
    signal: controller.signal,
    clear(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", follow);
    },
  };
}

/** Settles as the promise does, or rejects with the signal's reason as soon as it aborts. */
export function rejectOnAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener("abort", abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener("abort", abort);
        reject(error);
      },
    );
  });
}

/** Waits; rejects with the signal's reason when it aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await rejectOnAbort(
      signal,
      new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds))),
    );
  } finally {
    clearTimeout(timer);
  }
}

const STOPPED = new Error("The call is over.");

/** A limit on silence. */
export interface IdleDeadline {
  signal: AbortSignal;
  /** Something came: the time runs anew. */
  restart(): void;
  /** It is we who are slow: no time runs until `restart`. */
  hold(): void;
  /** No time runs any more: nothing is waited for. */
  clear(): void;
  /** The same, and ends everything that listens to the signal. */
  stop(): void;
}

/**
 * Aborts with `signal`, or with a DeadlineError when nothing comes for `first` milliseconds, and for `next` after
 * that. A restart costs a timestamp; the one timer looks at it when it fires. Only the first restart sets the timer
 * anew, since it may be set for much longer than `next`.
 */
export function startIdleDeadline(
  what: string,
  first: number,
  next: number,
  signal: AbortSignal,
): IdleDeadline {
  const controller = new AbortController();
  const follow = (): void => {
    clearTimeout(timer);
    controller.abort(signal.reason);
  };
  let allowed = first;
  let begun = false;
  let since = performance.now();
  let timer: ReturnType<typeof setTimeout>;
  const check = (): void => {
    const left = since + allowed - performance.now();
    if (left > 0) timer = setTimeout(check, Math.min(left, allowed));
    else controller.abort(new DeadlineError(what, allowed));
  };
  timer = setTimeout(check, first);
  if (signal.aborted) follow();
  signal.addEventListener("abort", follow, { once: true });
  const clear = (): void => {
    clearTimeout(timer);
    signal.removeEventListener("abort", follow);
  };
  return {
    signal: controller.signal,
    restart() {
      since = performance.now();
      if (begun || controller.signal.aborted) return;
      begun = true;
      allowed = next;
      clearTimeout(timer);
      timer = setTimeout(check, next);
    },
    hold() {
      since = Infinity;
    },
    clear,
    stop() {
      clear();
      // A reason of our own: the default one is an exception with a stack, for every answer.
      controller.abort(STOPPED);
    },
  };
}
