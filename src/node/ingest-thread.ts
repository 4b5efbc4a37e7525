import { MessageChannel, type MessagePort, type Transferable, Worker } from "node:worker_threads";
import type { Config } from "../config.ts";
import { AppError, invalidField } from "../errors.ts";
import type { IngestReport } from "../ingest/ingest.ts";
import type { Ingester } from "../ingest/ingester.ts";
import type { CollectionRecord } from "../ports.ts";
import type {
  IngestJob,
  IngestNotice,
  IngestResult,
  IngestThreadData,
} from "./ingest-thread-entry.ts";
import { type Calls, makeCalls } from "./thread-calls.ts";

const ENTRY = new URL("./ingest-thread-entry.ts", import.meta.url);
/** Milliseconds that open jobs get at the end, to write what they have counted. */
const LAST_WORDS = 2000;

export interface IngestThreadOptions {
  config: Config;
  /** A way to the local Qdrant, where there is one. */
  openQdrantPort: () => MessagePort | undefined;
  /** Told each record that the thread has saved, before the job is answered. */
  onSaved: (record: CollectionRecord) => void;
  /** Told when the thread has ended by itself. */
  onCrash: (error: Error) => void;
  /** The thread's file, for tests. */
  entry?: URL;
}

export interface IngestThread extends Ingester {
  close(): Promise<void>;
}

interface Running {
  worker: Worker;
  calls: Calls<IngestJob, IngestResult>;
}

/**
 * The ingester of Node. The thread starts with the first job, and again with the next one after it has ended.
 * A document that takes longer to parse than the ingest's deadline is refused, and its thread ended with it.
 */
export function createIngestThread(options: IngestThreadOptions): IngestThread {
  let current: Running | undefined;

  function start(): Running {
    if (current !== undefined) return current;
    const forget = (): void => void (current === running && (current = undefined));
    const running = startWorker(options, forget);
    let reason: Error | undefined;
    running.worker.once("error", (error) => {
      forget();
      options.onCrash((reason = error));
    });
    running.worker.once("exit", () => {
      forget();
      running.calls.end(interrupted(reason));
    });
    return (current = running);
  }

  const run = (job: IngestJob, transfer: Transferable[], signal: AbortSignal) =>
    start().calls.call({ value: job, transfer }, signal);

  return {
    async ingest(collection, documents, signal) {
      const transfer = Array.isArray(documents) ? [] : [documents.bytes];
      return (await run(
        { kind: "ingest", collection, documents },
        transfer,
        signal,
      )) as IngestReport;
    },
    async remove(collection, documentId, signal) {
      return (await run({ kind: "remove", collection, documentId }, [], signal)) as boolean;
    },
    async close() {
      if (current === undefined) return;
      const { worker } = current;
      const exited = new Promise((resolve) => worker.once("exit", resolve));
      worker.postMessage("close");
      const patience = setTimeout(() => void worker.terminate(), LAST_WORDS);
      await exited;
      clearTimeout(patience);
    },
  };
}

/** `onDoomed` is called before a thread is ended: a job that comes now belongs to the next one. */
function startWorker(
  { config, openQdrantPort, onSaved, entry = ENTRY }: IngestThreadOptions,
  onDoomed: () => void,
): Running {
  const { port1, port2: jobs } = new MessageChannel();
  const qdrant = openQdrantPort();
  const workerData: IngestThreadData = { config, jobs, qdrant };
  const transferList = qdrant === undefined ? [jobs] : [jobs, qdrant];
  const worker = new Worker(entry, { workerData, transferList });

  let deadline: ReturnType<typeof setTimeout> | undefined;
  const calls = makeCalls<IngestJob, IngestResult, IngestNotice>(port1, (notice) => {
    if ("saved" in notice) return onSaved(notice.saved);
    clearTimeout(deadline);
    if (notice.parsing === undefined) return;
    const { job, documentId } = notice.parsing;
    deadline = setTimeout(() => {
      onDoomed();
      calls.reject(job, takesTooLong(documentId));
      void worker.terminate();
    }, config.INGEST_TIMEOUT_MS);
  });
  worker.once("exit", () => clearTimeout(deadline));
  return { worker, calls };
}

function takesTooLong(documentId: string): AppError {
  return invalidField(
    "text",
    `The document "${documentId}" takes too long to read as Markdown. Store it with "format": "text".`,
  );
}

function interrupted(cause: Error | undefined): AppError {
  return new AppError(
    "storage-unavailable",
    "Storing documents was interrupted. Please try again.",
    { cause },
  );
}
