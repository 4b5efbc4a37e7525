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
  /** Rejects all that is open or comes later. */
  end(error: Error): void;
}

type Question<Input> = { id: number; input: Input } | { id: number; abort: string };
type Answer<Output> = { id: number; output: Output } | { id: number; error: PackedError };

interface Open<Output> {
  resolve(output: Output): void;
  reject(error: unknown): void;
}

export function makeCalls<Input, Output>(port: MessagePort): Calls<Input, Output> {
  const open = new Map<number, Open<Output>>();
  let lastId = 0;
  let ended: Error | undefined;

  port.on("message", (answer: Answer<Output>) => {
    const caller = open.get(answer.id);
    open.delete(answer.id);
    if ("error" in answer) caller?.reject(unpackError(answer.error));
    else caller?.resolve(answer.output);
  });

  return {
    call({ value, transfer = [] }, signal) {
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
    end(error) {
      ended = error;
      for (const caller of open.values()) caller.reject(error);
      open.clear();
    },
  };
}

/** Answers what comes through a port, everything at once. */
export function answerCalls<Input, Output>(
  port: MessagePort,
  answer: (input: Input, signal: AbortSignal) => Promise<Parcel<Output>>,
): void {
  const running = new Map<number, AbortController>();

  async function run(id: number, input: Input): Promise<void> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const { value, transfer = [] } = await answer(input, controller.signal);
      port.postMessage({ id, output: value } satisfies Answer<Output>, transfer);
    } catch (error) {
      port.postMessage({ id, error: packError(error) } satisfies Answer<Output>);
    } finally {
      running.delete(id);
    }
  }

  port.on("message", (question: Question<Input>) => {
    if ("abort" in question) running.get(question.id)?.abort(new Error(question.abort));
    else void run(question.id, question.input);
  });
}
