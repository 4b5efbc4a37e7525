// The thread of the local Qdrant: answers whatever port it is handed, and keeps what is written in its file.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createQdrantLocal } from "../qdrant-local/engine.ts";
import { serveThrough } from "./thread-fetch.ts";

export interface QdrantThreadData {
  /** The file of the store; in memory when absent. */
  path: string | undefined;
}

export type QdrantThreadMessage = { serve: MessagePort } | "close";

const { path: _path } = workerData as QdrantThreadData;
const engine = createQdrantLocal();

parentPort?.on("message", (message: QdrantThreadMessage) => {
  if (message === "close") process.exit(0);
  serveThrough(message.serve, engine);
});
parentPort?.postMessage("ready");
