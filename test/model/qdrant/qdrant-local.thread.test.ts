import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QdrantClient } from "@qdrant/js-client-rest";
import { startQdrantThread } from "../../../src/node/qdrant-thread.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import { describeModel } from "./model.ts";
import type { Subject } from "./run.ts";

async function open(): Promise<Subject> {
  const path = mkdtempSync(join(tmpdir(), "tributary-model-"));
  async function start(): Promise<() => Promise<void>> {
    const thread = await startQdrantThread({ path });
    const uninstall = installQdrantLocal(thread);
    return async () => {
      uninstall();
      await thread.close();
    };
  }
  let stop = await start();
  const url = "http://qdrant.local:6333";
  return {
    client: new QdrantClient({ url, checkCompatibility: false, timeout: Infinity }),
    async restart() {
      await stop();
      stop = await start();
    },
    async close() {
      await stop();
      rmSync(path, { recursive: true });
    },
  };
}

describeModel({ name: "qdrant-local, in a worker thread", seeds: [21, 22, 23, 24, 25], open });
