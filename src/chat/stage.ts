import { toFailureReason } from "../errors.ts";
import type { Operation } from "../operations.ts";
import type { Clock } from "../ports.ts";
import { callWithin } from "../resilience.ts";
import type { RetrievalReport } from "./events.ts";

/**
 * Runs an optional stage: its failure is written into the report and costs nothing else. Undefined when it failed;
 * rejects only with the caller's own abort.
 */
export async function runStage<T>(
  stages: RetrievalReport["stages"],
  name: keyof RetrievalReport["stages"],
  options: { operation: Operation; deadline: number; now: Clock; signal: AbortSignal },
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const started = options.now();
  try {
    const result = await callWithin(
      {
        what: name,
        operation: options.operation,
        signal: options.signal,
        deadline: options.deadline,
        retries: 1,
      },
      call,
    );
    // A stage that runs twice in one retrieval stays failed when one of the two failed.
    if (stages[name].status !== "failed")
      stages[name] = { status: "ok", ms: elapsed(options.now, started) };
    return result;
  } catch (error) {
    options.signal.throwIfAborted();
    stages[name] = {
      status: "failed",
      ms: elapsed(options.now, started),
      reason: toFailureReason(error),
    };
    return undefined;
  }
}

/** Whole tenths of a millisecond since `started`. */
export function elapsed(now: Clock, started: number): number {
  return Math.round((now() - started) * 10) / 10;
}
