import type { MessagePort, Transferable } from "node:worker_threads";
import { type PackedError, packError, unpackError } from "./thread-errors.ts";

/** What a call sends or gives back; `transfer` names buffers that move instead of being copied. */
export interface Parcel<T> {
  value: T;
  transfer?: Transferable[];
}

/** One side's calls to another thread. */
export interface Calls<Input, Output> {
  /** Rejects as the other side did, or with the signal's reason as soon as it aborts. */
  call(input: Parcel<Input>, signal: AbortSignal): Promise<Output>;
  /** Rejects one open call. */
  reject(id: number, error: Error): void;
  /** Rejects all that is open or comes later. */
  end(error: Error): void;
}

/** The other side, while it answers. */
export interface Answers<Notice> {
  /** Sends something that answers no call; it arrives before every later answer. */
  notify(notice: Parcel<Notice>): void;
  /** Resolves when nothing is open. */
  idle(): Promise<void>;
}

type Question<Input> = { id: number; input: Input } | { id: number; abort: string };
type Answer<Output> = { id: number; output: Output } | { id: number; error: PackedError };

interface Open<Output> {
  resolve(output: Output): void;
  reject(error: unknown): void;
}

export function makeCalls<Input, Output, Notice = never>(
  port: MessagePort,
  onNotice: (notice: Notice) => void = () => undefined,
): Calls<Input, Output> {
  const open = new Map<number, Open<Output>>();
  let lastId = 0;
  let ended: Error | undefined;

  port.on("message", (message: Answer<Output> | { notice: Notice }) => {
    if ("notice" in message) return onNotice(message.notice);
    const caller = open.get(message.id);
    open.delete(message.id);
    if ("error" in message) caller?.reject(unpackError(message.error));
    else caller?.resolve(message.output);
  });

  return {
    async call({ value, transfer = [] }, signal) {
      signal.throwIfAborted();
      if (ended !== undefined) throw ended;
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<Output>();
      const abort = (): void => {
        open.delete(id);
        port.postMessage({ id, abort: String(signal.reason) } satisfies Question<Input>);
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      open.set(id, { resolve, reject });
      port.postMessage({ id, input: value } satisfies Question<Input>, transfer);
      return promise.finally(() => signal.removeEventListener("abort", abort));
    },
    reject(id, error) {
      open.get(id)?.reject(error);
      open.delete(id);
    },
    end(error) {
      ended = error;
      for (const caller of open.values()) caller.reject(error);
      open.clear();
    },
  };
}

/** Answers what comes through a port, everything at once. `answer` is told the call's id, for its notices. */
export function answerCalls<Input, Output, Notice = never>(
  port: MessagePort,
  answer: (input: Input, signal: AbortSignal, id: number) => Promise<Parcel<Output>>,
): Answers<Notice> {
  const running = new Map<number, AbortController>();
  let onIdle: (() => void) | undefined;

  async function run(id: number, input: Input): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const { value, transfer = [] } = await answer(input, controller.signal, id);
      port.postMessage({ id, output: value } satisfies Answer<Output>, transfer);
    } catch (error) {
      port.postMessage({ id, error: packError(error) } satisfies Answer<Output>);
    } finally {
      running.delete(id);
      if (running.size === 0) onIdle?.();
    }
  }

  port.on("message", (question: Question<Input>) => {
    if ("abort" in question) running.get(question.id)?.abort(new Error(question.abort));
    else void run(question.id, question.input);
  });

  return {
    notify: ({ value, transfer = [] }) => port.postMessage({ notice: value }, transfer),
    idle: () =>
      new Promise((resolve) => {
        if (running.size === 0) resolve();
        else onIdle = resolve;
      }),
  };
}
