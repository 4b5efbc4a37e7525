import type { ModelCitation } from "../ports.ts";
import { truncated } from "./model-error.ts";

/** Text that waits for the reader at most; beyond it the model's socket is not read. */
const WAITING_CHARACTERS = 4096;

/** Between the model, which writes when it likes, and the reader, who reads when he likes. */
export interface TokenQueue {
  /** Throws an `answer-truncated` when that makes more than the queue was made for, and leaves it out. */
  add(text: string): void;
  /** What its provider says of the text so far. */
  cite(citation: ModelCitation): void;
  /**
   * Everything added since the last time, in its order, no two texts in a row. Throws the error that the queue was
   * closed with, once it is empty.
   */
  take(): (string | ModelCitation)[];
  /** Throws the error that the queue was closed with, when there is nothing to take before it. */
  throwIfFailed(): void;
  /** Resolves when there is text, or the queue is closed. */
  available(): Promise<void>;
  /** Resolves when the reader is near enough. */
  room(): Promise<void> | undefined;
  close(error?: Error): void;
  closed(): boolean;
}

/** `longest` is in characters of the whole text, and of all that is cited. */
export function createTokenQueue(longest: number): TokenQueue {
  let left = longest;
  let pieces: (string | ModelCitation)[] = [];
  let waiting = 0;
  let ended = false;
  let failure: Error | undefined;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;

  function count(text: string): void {
    left -= text.length;
    if (left < 0) throw truncated();
    waiting += text.length;
  }

  return {
    add(delta) {
      count(delta);
      if (delta === "") return;
      const last = pieces.at(-1);
      if (typeof last === "string") pieces[pieces.length - 1] = last + delta;
      else pieces.push(delta);
      wakeReader?.();
    },
    cite(citation) {
      count(citation.text);
      pieces.push(citation);
      wakeReader?.();
    },
    take() {
      const taken = pieces;
      pieces = [];
      waiting = 0;
      wakeWriter?.();
      if (taken.length === 0 && failure !== undefined) throw failure;
      return taken;
    },
    throwIfFailed() {
      if (pieces.length === 0 && failure !== undefined) throw failure;
    },
    available: () =>
      pieces.length > 0 || ended
        ? Promise.resolve()
        : new Promise((resolve) => (wakeReader = resolve)),
    room: () =>
      waiting < WAITING_CHARACTERS ? undefined : new Promise((resolve) => (wakeWriter = resolve)),
    close(error) {
      ended = true;
      failure = error;
      wakeReader?.();
    },
    closed: () => ended && pieces.length === 0 && failure === undefined,
  };
}
