import { QdrantClient } from "@qdrant/js-client-rest";
import { serveQdrant } from "../../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { createKeepingStorage } from "./keeping-storage.ts";
import { describeModel } from "./model.ts";
import type { Subject } from "./run.ts";

async function open(): Promise<Subject> {
  const storage = createKeepingStorage();
  let server = await serveQdrant(createQdrantLocal({ storage }));
  const connect = (): QdrantClient =>
    new QdrantClient({ url: server.url, checkCompatibility: false, timeout: Infinity });
  let client = connect();
  return {
    get client() {
      return client;
    },
    async restart() {
      await server.close();
      server = await serveQdrant(createQdrantLocal({ storage }));
      client = connect();
    },
    close: () => server.close(),
  };
}

describeModel({ name: "qdrant-local, over loopback", seeds: [31, 32, 33, 34, 35], open });
