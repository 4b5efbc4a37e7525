import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type QdrantServer, serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openApp } from "../support/open-app.ts";
import { freeAddress, MAIN, postJson, runProcess, startTributary } from "./tributary.ts";

let qdrant: QdrantServer;
let upstream: FaultServer;
let embedded: Record<string, string>;
beforeAll(async () => {
  [qdrant, upstream] = await Promise.all([serveQdrant(createQdrantLocal()), startFaultServer()]);
  embedded = {
    QDRANT_URL: qdrant.url,
    MODEL: "extractive",
    COHERE_API_KEY: "a-key",
    COHERE_BASE_URL: upstream.url,
    EMBED_DIMENSION: "32",
  };
  for (const [name, environment] of [
    ["embedded", embedded],
    ["more", embedded],
    ["keyless", { QDRANT_URL: qdrant.url }],
  ] as const) {
    const app = await openApp({ samples: false, environment });
    await app.services.ingester.ingest(
      name,
      [{ id: "a", text: "The otter lives at the lake." }],
      new AbortController().signal,
    );
    app.close();
  }
});
afterAll(async () => {
  await qdrant.close();
  await upstream.close();
});

describe("a start over collections that were embedded otherwise", () => {
  it("is refused in a sentence a collection that says what to do", async () => {
    const env = { PORT: "0", ...embedded, EMBED_DIMENSION: "48" };
    const { code, stdout, stderr } = await runProcess(process.execPath, [MAIN], { env });
    expect(code).toBe(1);
    expect(stdout).not.toContain("Tributary answers at");
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(
        /^The collection "embedded" was embedded by .*EMBED_DIMENSION=32.*npm run reindex -- embedded$/,
      ),
      expect.stringMatching(/^The collection "more" was .*npm run reindex -- more$/),
    ]);
  });

  it("is none of its business while they are not searched; the one without embeddings is named", async () => {
    const env = { ...embedded, EMBED_DIMENSION: "48", COLLECTIONS: "keyless" };
    const tributary = await startTributary(env);
    try {
      const lines = tributary.stderr().trim().split("\n");
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([
        { level: "warn", at: "start", collection: "keyless" },
      ]);
      const body = { query: "otter", collections: ["keyless", "embedded"] };
      const response = await postJson(`${tributary.url}/search`, body);
      expect(await response.json()).toMatchObject({
        results: [{ collection: expect.any(String), legs: { sparse: expect.any(Number) } }],
        retrieval: {
          degraded: false,
          collections: [
            { name: "keyless", status: "ok", dense: "no-vectors" },
            { name: "embedded", status: "ok", dense: "other-space" },
          ],
        },
      });
    } finally {
      await tributary.stop();
    }
  });
});

it("says at the start that Qdrant does not answer", async () => {
  const tributary = await startTributary({ QDRANT_URL: await freeAddress() });
  try {
    await expect
      .poll(tributary.stderr, { timeout: 10_000 })
      .toContain("check that it runs, QDRANT_URL");
  } finally {
    await tributary.stop();
  }
});
