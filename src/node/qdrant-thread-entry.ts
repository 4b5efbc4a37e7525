// The thread of the local Qdrant: answers whatever port it is handed, and keeps what is written in its file.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createQdrantLocal } from "../qdrant-local/engine.ts";
import { openSqliteStorage } from "./sqlite.ts";
import { serveThrough } from "./thread-fetch.ts";

export interface QdrantThreadData {
  /** The folder of the store; in memory when absent. */
  path: string | undefined;
}

export type QdrantThreadMessage = { serve: MessagePort } | "close";

const { path } = workerData as QdrantThreadData;
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
parentPort?.postMessage("ready");
