import { truncated } from "./model-error.ts";

/** Text that waits for the reader at most; beyond it the model's socket is not read. */
const WAITING_CHARACTERS = 4096;

/** Between the model, which writes when it likes, and the reader, who reads when he likes. */
export interface TokenQueue {
  /** Throws an `answer-truncated` when that makes more than the queue was made for, and leaves it out. */
  add(text: string): void;
  /** Everything added since the last time. Throws the error that the queue was closed with, once it is empty. */
  take(): string;
  /** Throws the error that the queue was closed with, when there is nothing to take before it. */
  throwIfFailed(): void;
  /** Resolves when there is text, or the queue is closed. */
  available(): Promise<void>;
  /** Resolves when the reader is near enough. */
  room(): Promise<void> | undefined;
  close(error?: Error): void;
  closed(): boolean;
}

/** `longest` is in characters of the whole text. */
export function createTokenQueue(longest: number): TokenQueue {
  let left = longest;
  let text = "";
  let ended = false;
  let failure: Error | undefined;
  let wakeReader: (() => void) | undefined;
  let wakeWriter: (() => void) | undefined;
  return {
    add(delta) {
      left -= delta.length;
      if (left < 0) throw truncated();
      text += delta;
      wakeReader?.();
    },
    take() {
      const taken = text;
      text = "";
      wakeWriter?.();
      if (taken === "" && failure !== undefined) throw failure;
      return taken;
    },
    throwIfFailed() {
      if (text === "" && failure !== undefined) throw failure;
    },
    available: () =>
      text !== "" || ended ? Promise.resolve() : new Promise((resolve) => (wakeReader = resolve)),
    room: () =>
      text.length < WAITING_CHARACTERS
        ? undefined
        : new Promise((resolve) => (wakeWriter = resolve)),
    close(error) {
      ended = true;
      failure = error;
      wakeReader?.();
    },
    closed: () => ended && text === "" && failure === undefined,
  };
}
