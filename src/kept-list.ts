import { callWithin } from "./resilience.ts";

/** Values that come one by one and stay, for readers who come at any time and take them at their own pace. */
export interface KeptList<T> {
  /** Everything that has come so far. */
  readonly values: readonly T[];
  add(value: T): void;
  /** Nothing more will come. */
  end(): void;
  /** How many read at the moment. */
  readers(): number;
  /**
   * All values from the first on, those still to come included. Whoever calls counts as a reader until the last value
   * is taken, the generator is ended, or the signal aborts, which it then throws the reason of. Throws a DeadlineError
   * when nothing more can come and nobody has said so.
   */
  read(signal: AbortSignal): AsyncGenerator<T>;
}

export interface KeptListOptions {
  /** Milliseconds in which everything comes. */
  longest: number;
  /** Called whenever a reader goes. */
  onLeave: () => void;
}

export function createKeptList<T>({ longest, onLeave }: KeptListOptions): KeptList<T> {
  const values: T[] = [];
  const latest = performance.now() + longest;
  let hasEnded = false;
  let readers = 0;
  let change: PromiseWithResolvers<void> | undefined;

  function tell(): void {
    change?.resolve();
    change = undefined;
  }

  async function* readAll(signal: AbortSignal, leave: () => void): AsyncGenerator<T> {
    try {
      for (let next = 0; ; next++) {
        while (next >= values.length) {
          if (hasEnded) return;
          const { promise } = (change ??= Promise.withResolvers<void>());
          const deadline = Math.max(0, latest - performance.now());
          await callWithin({ what: "the answer", signal, deadline }, () => promise);
        }
        signal.throwIfAborted();
        yield values[next]!;
      }
    } finally {
      leave();
    }
  }

  return {
    values,
    add(value) {
      values.push(value);
      tell();
    },
    end() {
      hasEnded = true;
      tell();
    },
    readers: () => readers,
    read(signal) {
      let isThere = true;
      const leave = (): void => {
        if (!isThere) return;
        isThere = false;
        signal.removeEventListener("abort", leave);
        readers--;
        onLeave();
      };
      readers++;
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
      return readAll(signal, leave);
    },
  };
}
