// A thread like the local Qdrant's that never answers /hang, and dies of /crash and of a path that says so.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { serveThrough } from "../../src/node/thread-fetch.ts";

const { path } = workerData as { path?: string };
if (path === "damaged") throw new Error("The store is damaged.");

parentPort?.on("message", (message: { serve: MessagePort } | "close") => {
  if (message === "close") process.exit(0);
  serveThrough(message.serve, {
    async fetch({ url, signal }) {
      const { pathname } = new URL(url);
      if (pathname === "/crash")
        setImmediate(() => {
          throw new Error("out of luck");
        });
      if (pathname === "/answer") return new Response("here");
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  });
});
parentPort?.postMessage("ready");
