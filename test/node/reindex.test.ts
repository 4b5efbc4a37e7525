import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { startServer } from "../../src/node/server.ts";
import { startFaultServer } from "../support/fault-server.ts";
import { startProcess } from "../support/spawn-server.ts";
import { postJson, ROOT, runProcess, startTributary, type Tributary } from "./tributary.ts";

const REINDEX = `${ROOT}src/node/reindex.ts`;
const STACK = /^\s+at .+[:(]|node:internal|file:\/\//m;

const folders: string[] = [];
let tributary: Tributary | undefined;
afterEach(async () => {
  await tributary?.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tributary-reindex-"));
  folders.push(folder);
  return folder;
}

async function store({ url }: { url: string }, texts: string[]): Promise<void> {
  const documents = texts.map((text, index) => ({ id: `d${index}`, text }));
  const response = await postJson(`${url}/collections/lakes/documents`, { documents });
  expect(response.status).toBe(200);
}

async function findFirst({ url }: { url: string }, query: string): Promise<unknown> {
  const response = await postJson(`${url}/search`, { query });
  const { results } = (await response.json()) as { results: Record<string, unknown>[] };
  return results[0];
}

// Several processes start one after the other.
describe("npm run reindex", { timeout: 60_000 }, () => {
  it("is asked for in the log when lengths drift, and waits for the server to stop", async () => {
    const DATA_DIR = makeFolder();
    const reindex = (): ReturnType<typeof runProcess> =>
      runProcess(process.execPath, [REINDEX, "lakes"], { env: { DATA_DIR } });
    const lakes = Array.from({ length: 60 }, (_, index) => `The heron of lake ${index}.`);

    tributary = await startTributary({ DATA_DIR, SAMPLES: "false" });
    await store(tributary, ["Lake."]);
    for (let round = 0; round < 2; round++) await store(tributary, lakes);
    await expect.poll(() => tributary?.stderr()).toContain("\n");
    const warnings = tributary.stderr().trim().split("\n");
    expect(warnings).toHaveLength(1);
    expect(JSON.parse(warnings[0]!)).toMatchObject({
      level: "warn",
      collection: "lakes",
      message: expect.stringMatching(/"lakes".*npm run reindex -- lakes$/),
    });

    const refused = await reindex();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^The store in .+ is in use by another process: stop that one/);
    expect(refused.stderr).not.toMatch(STACK);
    await tributary.stop();

    const done = await reindex();
    expect(done).toMatchObject({ code: 0, stderr: "" });
    expect(done.stdout).toContain("Re-indexed lakes: 60 documents");
  });

  it("interrupted or killed while it embeds, completes with the next run", async () => {
    const DATA_DIR = makeFolder();
    const upstream = await startFaultServer();
    const env = {
      DATA_DIR,
      SAMPLES: "false",
      MODEL: "extractive",
      COHERE_API_KEY: "a-key",
      COHERE_BASE_URL: upstream.url,
      EMBED_DIMENSION: "32",
    };
    try {
      const keyless = await startServer(readConfig({ DATA_DIR, PORT: "0" }));
      const animals = (lake: number): string =>
        Array.from(
          { length: 50 },
          (_, part) => `## Part ${part}\n\nThe newt of lake ${lake}.`,
        ).join("\n\n");
      await store(keyless, [animals(0), animals(1), animals(2)]);
      await keyless.close();

      for (const signal of ["SIGINT", "SIGKILL"] as const) {
        let calls = 0;
        const match = (): boolean => ++calls > 2;
        upstream.fault("embed", { kind: "hang-before-headers" }, { match });
        const ended = await startProcess(process.execPath, [REINDEX], { env, ready: /writing: 2/ });
        ended.kill(signal);
        const { code } = await ended.exited;
        if (signal === "SIGINT") {
          expect(code).toBe(1);
          expect(ended.stdout()).toMatch(/lakes is not complete$/m);
          expect(ended.stderr()).toBe(
            "Interrupted. Run it again: until then a collection may not be whole.\n",
          );
        }
        upstream.clearFaults();
      }

      const done = await runProcess(process.execPath, [REINDEX], { env });
      expect(done).toMatchObject({ code: 0, stderr: "" });
      const server = await startServer(readConfig({ ...env, PORT: "0" }));
      expect(await findFirst(server, "newt of lake 2")).toMatchObject({
        documentId: "d2",
        legs: { sparse: expect.any(Number), dense: expect.any(Number) },
      });
      await server.close();
    } finally {
      await upstream.close();
    }
  });

  it("says what is wrong", async () => {
    const env = { QDRANT_URL: "http://127.0.0.1:1" };
    const { code, stderr } = await runProcess(process.execPath, [REINDEX], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\[qdrant\] list collections.*QDRANT_URL/);
    expect(stderr).not.toMatch(STACK);
  });
});
