import { QdrantClient } from "@qdrant/js-client-rest";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { serveQdrant } from "../../../src/node/serve-qdrant.ts";
import { describeLocalOnly } from "./local-only.ts";
import type { Connection } from "./connection.ts";
import { describeQdrantContract } from "./suite.ts";

async function connect(): Promise<Connection> {
  const { url, close } = await serveQdrant(createQdrantLocal());
  const client = new QdrantClient({ url, checkCompatibility: false, timeout: Infinity });
  return { client, close };
}

describeQdrantContract("qdrant-local, over loopback", connect);
describeLocalOnly(connect);
