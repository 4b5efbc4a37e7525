// The thread of the local Qdrant: answers whatever port it is handed, and keeps what is written in its file.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createQdrantLocal } from "../qdrant-local/engine.ts";
import { openSqliteStorage } from "./sqlite.ts";
import { packError, type PackedError } from "./thread-errors.ts";
import { serveThrough } from "./thread-fetch.ts";

export interface QdrantThreadData {
  /** The folder of the store; in memory when absent. */
  path: string | undefined;
}

export type QdrantThreadMessage = { serve: MessagePort } | "close";

/** The first word of the thread: whether its store could be opened. */
export type QdrantThreadGreeting = "ready" | { failed: PackedError };

function main({ path }: QdrantThreadData): void {
  const storage = path === undefined ? undefined : openSqliteStorage(path);
  const engine = createQdrantLocal(storage === undefined ? {} : { storage });
  const ports: MessagePort[] = [];

  parentPort?.on("message", (message: QdrantThreadMessage) => {
    if (message !== "close") {
      ports.push(message.serve);
      return serveThrough(message.serve, engine);
    }
    storage?.close();
    // With nothing left to wait for the thread ends by itself: an exit would tear down what is running.
    for (const port of ports) port.close();
    parentPort?.close();
  });
}

let greeting: QdrantThreadGreeting = "ready";
try {
  main(workerData as QdrantThreadData);
} catch (error) {
  greeting = { failed: packError(error) };
}
parentPort?.postMessage(greeting);
