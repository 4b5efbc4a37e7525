// How the process ends: by a signal, or by a fault of our own.
import { constants } from "node:os";

/** Milliseconds. `npm start` passes Ctrl-C on to a process that has had it from the terminal already. */
const SAME_SIGNAL = 300;

/**
 * SIGINT or SIGTERM close the server with its grace, and the process ends with 0. Whoever does not want to wait sends
 * a second one, which ends it at once; what was acknowledged is stored even so.
 */
export function endOnSignals(close: (grace: number) => Promise<void>, grace: number): void {
  let since: number | undefined;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (since !== undefined) {
        if (performance.now() - since > SAME_SIGNAL) process.exit(128 + constants.signals[signal]);
        return;
      }
      since = performance.now();
      close(grace).then(
        () => process.exit(0),
        (error: unknown) => {
          logFault("the end of the process", error);
          process.exit(1);
        },
      );
    });
  }
}

/**
 * Faults of our own that nobody has caught, as lines of the log.
 *
 * An exception ends the process: it broke off code that may have left anything half done, and a supervisor starts a
 * sound one. A rejected promise that nobody waits for does not: all that code has run to its end, the request that it
 * belonged to has its own error or deadline, and hundreds of other answers must not be cut for it.
 */
export function logCrashes(): void {
  process.on("uncaughtException", (error) => {
    logFault("uncaught exception", error);
    process.exit(1);
  });
  process.on("unhandledRejection", (reason) => logFault("unhandled rejection", reason));
}

function logFault(at: string, error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const time = new Date().toISOString();
  console.error(JSON.stringify({ time, level: "error", at, name, message, stack }));
}
