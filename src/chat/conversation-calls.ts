import { AppError } from "../errors.ts";
import type { Operation } from "../operations.ts";
import { callWithin } from "../resilience.ts";

/** Runs something on the store, within a number of milliseconds. */
type Run<Failed> = <T>(
  what: string,
  deadline: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
) => Promise<T | Failed>;

export interface StoreCalls {
  /** Throws an AppError when the store fails. */
  call: Run<never>;
  /** Undefined when the store fails: whoever asked goes on without. */
  attempt: Run<undefined>;
}

/** A database that another process is writing to is asked again. */
const RETRIES = 3;

/** All methods share one circuit: a store that is away is away for all of them. */
export function createStoreCalls(
  operation: Operation,
  onState: (isUp: boolean, error?: unknown) => void,
): StoreCalls {
  let isUp = true;

  const tryRun: Run<never> = async (what, deadline, signal, run) => {
    const options = { what: `conversations: ${what}`, operation, signal, deadline };
    try {
      const result = await callWithin({ ...options, retries: RETRIES }, run);
      if (!isUp) onState((isUp = true));
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (isUp) onState((isUp = false), error);
      throw error;
    }
  };

  return {
    async call(...parts) {
      try {
        return await tryRun(...parts);
      } catch (cause) {
        parts[2].throwIfAborted();
        throw new AppError(
          "storage-unavailable",
          "The store of conversations is not available at the moment. Please try again.",
          { cause },
        );
      }
    },
    async attempt(...parts) {
      try {
        return await tryRun(...parts);
      } catch {
        parts[2].throwIfAborted();
        return undefined;
      }
    },
  };
}
