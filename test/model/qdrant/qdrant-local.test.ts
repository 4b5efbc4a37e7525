import { QdrantClient } from "@qdrant/js-client-rest";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import { createKeepingStorage } from "./keeping-storage.ts";
import { describeModel } from "./model.ts";
import type { Subject } from "./run.ts";

async function open(): Promise<Subject> {
  const storage = createKeepingStorage();
  const start = (): (() => void) => installQdrantLocal(createQdrantLocal({ storage }));
  let stop = start();
  const url = "http://qdrant.local:6333";
  return {
    client: new QdrantClient({ url, checkCompatibility: false, timeout: Infinity }),
    async restart() {
      stop();
      stop = start();
    },
    close: async () => stop(),
  };
}

const isWorkerd = navigator.userAgent === "Cloudflare-Workers";

describeModel({
  name: "qdrant-local, in process",
  seeds: [1, 2, 3, 4, 5],
  operations: isWorkerd ? 2_000 : 10_000,
  open,
});
