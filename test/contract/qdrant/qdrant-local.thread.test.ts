import { QdrantClient } from "@qdrant/js-client-rest";
import { afterAll } from "vitest";
import { startQdrantThread } from "../../../src/node/qdrant-thread.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import type { Connection } from "./connection.ts";
import { describeLocalOnly } from "./local-only.ts";
import { describeQdrantContract } from "./suite.ts";

/** One thread for all cases: each drops its collections, as against a server. */
const thread = await startQdrantThread();
const uninstall = installQdrantLocal(thread, "qdrant-thread.local");
afterAll(async () => {
  uninstall();
  await thread.close();
});

async function connect(): Promise<Connection> {
  const url = "http://qdrant-thread.local:6333";
  const client = new QdrantClient({ url, checkCompatibility: false, timeout: Infinity });
  return { client, url, close: async () => undefined };
}

describeQdrantContract("qdrant-local, in a worker thread", connect);
describeLocalOnly(connect);
