// Preloaded into a server (`node --expose-gc --import`). At SIGUSR2 it prints what the process still holds.
import { setImmediate as turn } from "node:timers/promises";

export interface Holdings {
  /** Bytes in use after garbage collection. */
  heap: number;
  /** What keeps the event loop alive, by type: sockets, timers, servers … */
  resources: Record<string, number>;
  /** Listeners on `process`. */
  listeners: number;
}

declare const gc: () => void;

async function report(): Promise<void> {
  // What one collection finalises only the next one frees.
  for (let round = 0; round < 4; round++) {
    gc();
    await turn();
  }
  const resources: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo().toSorted())
    resources[type] = (resources[type] ?? 0) + 1;
  // This very turn.
  delete resources["Immediate"];
  const holdings: Holdings = {
    heap: process.memoryUsage().heapUsed,
    resources,
    listeners: process
      .eventNames()
      .reduce((sum, name) => sum + process.listenerCount(name as "exit"), 0),
  };
  process.stdout.write(`@holdings ${JSON.stringify(holdings)}\n`);
}

process.on("SIGUSR2", () => void report());
