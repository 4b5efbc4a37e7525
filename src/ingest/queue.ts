import type { ChunkStore } from "../ports.ts";
import { callWithin } from "../resilience.ts";

const queues = new WeakMap<ChunkStore, Map<string, Promise<unknown>>>();

/** One writer a collection at a time: its statistics are read, changed and written back. */
export async function withCollection<T>(
  where: {
    store: ChunkStore;
    collection: string;
    /** Milliseconds after which an earlier writer counts as gone. */
    deadline: number;
  },
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const { store, collection, deadline } = where;
  const waiting = queues.get(store) ?? new Map<string, Promise<unknown>>();
  queues.set(store, waiting);
  const before = waiting.get(collection) ?? Promise.resolve();
  // On Workers a writer whose request was torn down never settles.
  const free = callWithin({ what: "an earlier write", signal, deadline }, () =>
    before.catch(() => undefined),
  );
  const mine = free.catch(() => signal.throwIfAborted()).then(work);
  waiting.set(collection, mine);
  try {
    return await mine;
  } finally {
    if (waiting.get(collection) === mine) waiting.delete(collection);
  }
}
