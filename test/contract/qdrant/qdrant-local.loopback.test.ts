import { QdrantClient } from "@qdrant/js-client-rest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { type QdrantServer, serveQdrant } from "../../../src/node/serve-qdrant.ts";
import { describeLocalOnly } from "./local-only.ts";
import type { Connection } from "./connection.ts";
import { describeQdrantContract } from "./suite.ts";

// As with a real server, all cases share one: each has to clear up after itself.
describe("qdrant-local, over loopback", () => {
  let server: QdrantServer;
  beforeAll(async () => {
    server = await serveQdrant(createQdrantLocal());
  });
  afterAll(() => server.close());

  async function connect(): Promise<Connection> {
    const options = { url: server.url, checkCompatibility: false, timeout: Infinity };
    return { client: new QdrantClient(options), url: server.url, close: async () => {} };
  }

  describeQdrantContract("the contract", connect);
  describeLocalOnly(connect);

  it("is left without a collection or an alias", async () => {
    const { client } = await connect();
    expect(await client.getCollections()).toEqual({ collections: [] });
    expect(await client.getAliases()).toEqual({ aliases: [] });
  });
});
