// The same operations against a server, to see whether the reference is right.
import { QdrantClient } from "@qdrant/js-client-rest";
import { describe, it } from "vitest";
import { COLLECTIONS } from "./generate/writes.ts";
import { describeModel } from "./model.ts";
import type { Subject } from "./run.ts";

const url = process.env["QDRANT_URL"];

async function open(): Promise<Subject> {
  const client = new QdrantClient({ url: url!, checkCompatibility: false });
  const clear = async (): Promise<void> => {
    for (const name of COLLECTIONS) await client.deleteCollection(name);
  };
  await clear();
  const isEdge = JSON.stringify(await client.versionInfo()).includes("qdrant edge");
  return { client, close: clear, isServer: true, isEdge };
}

if (url) describeModel({ name: `Qdrant at ${url}`, seeds: [41], operations: 2_000, open });
else describe.skip("a Qdrant server: set QDRANT_URL", () => it("answers as the reference does"));
