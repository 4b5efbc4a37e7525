// The same cases against a server: QDRANT_URL=http://127.0.0.1:6333 npx vitest run --config test/vitest.config.ts …/server.test.ts
import { QdrantClient } from "@qdrant/js-client-rest";
import { beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { describeQdrantContract } from "./suite.ts";

const URL_OF_SERVER = process.env["QDRANT_URL"];

if (URL_OF_SERVER) describeServer(URL_OF_SERVER, process.env["QDRANT_API_KEY"]);
else
  describe.skip("a Qdrant server: set QDRANT_URL, and QDRANT_API_KEY if it has one", () =>
    it("keeps the contract"));

function describeServer(url: string, apiKey: string | undefined): void {
  const { port, protocol } = new URL(url);
  const client = new QdrantClient({
    url,
    // Without it the client takes 6333 where the address names no port.
    port: Number(port) || (protocol === "https:" ? 443 : 80),
    ...(apiKey && { apiKey }),
    checkCompatibility: false,
  });

  async function connect(): Promise<Connection> {
    const headers: Record<string, string> = apiKey ? { "api-key": apiKey } : {};
    return { client, url, headers, close: async () => {} };
  }

  async function contents(): Promise<unknown> {
    return { ...(await client.getCollections()), ...(await client.getAliases()) };
  }

  describe(`Qdrant at ${url}`, () => {
    let before: unknown;
    beforeAll(async () => {
      before = await contents();
    });

    describeQdrantContract("the contract", connect);

    it("has the collections and aliases it had before", async () => {
      expect(await contents()).toEqual(before);
    });
  });
}
