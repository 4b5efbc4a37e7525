import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type {
  QdrantThreadData,
  QdrantThreadGreeting,
  QdrantThreadMessage,
} from "./qdrant-thread-entry.ts";
import { unpackError } from "./thread-errors.ts";
import { type FetchPort, type Fetches, fetchThrough } from "./thread-fetch.ts";

const ENTRY = new URL("./qdrant-thread-entry.ts", import.meta.url);

export interface QdrantThreadOptions {
  /** The folder of the store. @default in memory only */
  path?: string | undefined;
  /** The thread's file, for tests. @default the local engine's */
  entry?: URL;
  /** Told when the thread has ended by itself. */
  onCrash?: (error: Error) => void;
}

/** The local Qdrant in a thread of its own: scans, JSON and the disk leave the caller's thread free. */
export interface QdrantThread extends Fetches {
  /** A way to the engine for another thread (`fetchThrough`), which does not lead through this one. */
  openPort(): MessagePort;
  /** Everything acknowledged is stored by then. */
  close(): Promise<void>;
}

interface Running {
  worker: Worker;
  port: FetchPort;
  serve(port: MessagePort): void;
}

/**
 * Resolves when the store is read. Rejects with the engine's own message when it can not be opened.
 * When the thread ends by itself, what is open is rejected. A store on the disk is opened again by the next request;
 * one in memory is gone, and every later request says so.
 */
export async function startQdrantThread({
  path,
  entry = ENTRY,
  onCrash = () => undefined,
}: QdrantThreadOptions = {}): Promise<QdrantThread> {
  let current: Promise<Running> | undefined = start();
  let isClosed = false;

  async function start(): Promise<Running> {
    const running = await startWorker(entry, { path }).catch((error: unknown) => {
      current = undefined;
      throw error;
    });
    let reason: Error | undefined;
    running.worker.once("error", (error) => (reason = error));
    running.worker.once("exit", (code) => {
      if (isClosed) return running.port.end(new TypeError("The local Qdrant is closed."));
      const error = crashError(reason ?? new Error(`it exited with code ${code}`), path);
      running.port.end(error);
      current = path === undefined ? Promise.reject(error) : undefined;
      current?.catch(() => undefined);
      onCrash(error);
    });
    return running;
  }

  const connect = (): Promise<Running> => (current ??= start());
  await current;

  return {
    async fetch(request) {
      const { port } = await connect();
      return port.fetch(request);
    },
    openPort() {
      const { port1, port2 } = new MessageChannel();
      connect().then(
        ({ serve }) => serve(port2),
        () => port2.close(),
      );
      return port1;
    },
    async close() {
      isClosed = true;
      const running = await current?.catch(() => undefined);
      if (running === undefined || running.worker.threadId === -1) return;
      const exited = new Promise((resolve) => running.worker.once("exit", resolve));
      running.worker.postMessage("close" satisfies QdrantThreadMessage);
      await exited;
    },
  };
}

async function startWorker(entry: URL, workerData: QdrantThreadData): Promise<Running> {
  const worker = new Worker(entry, { workerData });
  await new Promise<void>((resolve, reject) => {
    worker.once("message", (greeting: QdrantThreadGreeting) =>
      greeting === "ready" ? resolve() : reject(unpackError(greeting.failed)),
    );
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`The local Qdrant exited with code ${code}.`)));
  });
  const serve = (port: MessagePort): void =>
    worker.postMessage({ serve: port } satisfies QdrantThreadMessage, [port]);
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  return { worker, port: fetchThrough(port1), serve };
}

/** A TypeError, as a failed connection is one: callers may try again. */
function crashError(cause: Error, path: string | undefined): TypeError {
  const rest =
    path === undefined
      ? "What it kept in memory is gone: start again."
      : "The next request opens its store again.";
  return new TypeError(`The local Qdrant has crashed: ${cause.message}. ${rest}`, { cause });
}
