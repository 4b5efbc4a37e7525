import { DeadlineError } from "../errors.ts";
import { callWithin } from "../resilience.ts";
import type { SharedStreams } from "./redis-streams.ts";

/** Milliseconds for another process to send what it has, and between two looks whether it is still there. */
const SENT_WITHIN = 2000;
const LOOK = 100;

/** What another process sends, as it comes. */
export interface Following {
  /** The lines that have come since the last call. */
  take(): string[];
  /**
   * Whether something came in time, if only an empty message, which a process sends that has nothing yet. Rejects with
   * the signal's reason.
   */
  comes(milliseconds: number): Promise<boolean>;
  hasEnded(): boolean;
  leave(): void;
}

/**
 * Asks for another process's stream; undefined when it does not send, or Redis does not answer. Rejects only with the
 * signal's reason.
 */
export async function follow(
  id: string,
  streams: SharedStreams,
  reader: AbortSignal,
): Promise<Following | undefined> {
  let isWanted = true;
  const opened = streams.follow(id).then(
    (stream) => {
      if (isWanted) return stream ?? undefined;
      stream?.cancel().catch(() => undefined);
      return undefined;
    },
    () => undefined,
  );
  try {
    for (let waited = 0; waited < SENT_WITHIN; waited += LOOK) {
      const stream = await within(opened, LOOK, reader);
      if (stream !== LATE) return stream === undefined ? undefined : startFollowing(stream, reader);
      const owners = await streams.countOwners(id);
      if (owners === undefined || owners === 0) return undefined;
    }
    return undefined;
  } finally {
    isWanted = false;
  }
}

function startFollowing(stream: ReadableStream<string>, signal: AbortSignal): Following {
  const reader = stream.getReader();
  const leave = (): void => {
    signal.removeEventListener("abort", leave);
    reader.cancel().catch(() => undefined);
  };
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
  let lines: string[] = [];
  let hasCome = false;
  let hasEnded = false;
  let change = Promise.withResolvers<void>();

  async function read(): Promise<void> {
    for (let step = await reader.read(); !step.done; step = await reader.read()) {
      // A message holds whole lines.
      lines.push(...step.value.split("\n").filter((line) => line !== ""));
      hasCome = true;
      change.resolve();
    }
  }
  void read()
    .catch(() => undefined)
    .then(() => {
      hasEnded = true;
      change.resolve();
    });

  return {
    take() {
      const taken = lines;
      lines = [];
      hasCome = false;
      change = Promise.withResolvers<void>();
      return taken;
    },
    async comes(milliseconds) {
      if (!hasCome && !hasEnded) await within(change.promise, milliseconds, signal);
      return hasCome;
    },
    hasEnded: () => hasEnded,
    leave,
  };
}

const LATE = Symbol("late");

async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<T | typeof LATE> {
  const limit = { what: "another process", signal, deadline: milliseconds };
  try {
    return await callWithin(limit, () => promise);
  } catch (error) {
    if (!signal.aborted && error instanceof DeadlineError) return LATE;
    throw error;
  }
}
