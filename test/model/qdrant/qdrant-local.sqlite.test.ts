import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QdrantClient } from "@qdrant/js-client-rest";
import { openSqliteStorage } from "../../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import { describeModel } from "./model.ts";
import type { Subject } from "./run.ts";

async function open(): Promise<Subject> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-model-"));
  function start(): () => void {
    const storage = openSqliteStorage(folder);
    const uninstall = installQdrantLocal(createQdrantLocal({ storage }));
    return () => {
      uninstall();
      storage.close();
    };
  }
  let stop = start();
  const url = "http://qdrant.local:6333";
  return {
    client: new QdrantClient({ url, checkCompatibility: false, timeout: Infinity }),
    async restart() {
      stop();
      stop = start();
    },
    async close() {
      stop();
      rmSync(folder, { recursive: true });
    },
  };
}

describeModel({ name: "qdrant-local, with its SQLite file", seeds: [11, 12, 13, 14, 15], open });
