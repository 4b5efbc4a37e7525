import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Platform } from "../platform.ts";
import { readBrowserCode, readPage, readPrompts } from "./files.ts";

/** The host under which the local Qdrant answers in every thread. */
export const LOCAL_QDRANT = "qdrant.local";

/** What Node brings to the application. */
export function createNodePlatform(): Platform {
  return {
    prompts: readPrompts(),
    page: readPage(),
    readBrowserCode,
    localQdrantUrl: `http://${LOCAL_QDRANT}`,
    now: () => performance.now(),
    wallClock: Date.now,
    generateId: () => randomUUID().replaceAll("-", ""),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    log: (entry) => console.error(JSON.stringify({ time: new Date().toISOString(), ...entry })),
    cutsReaders: true,
    compresses: true,
    connectRedis: async (url) => (await import("./redis.ts")).connectRedis(url),
    peerAddress: (environment) =>
      (environment as { incoming?: IncomingMessage } | undefined)?.incoming?.socket.remoteAddress,
  };
}
