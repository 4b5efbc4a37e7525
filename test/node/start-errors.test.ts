import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startFaultServer } from "../support/fault-server.ts";
import { MAIN, ROOT, runProcess, type Finished } from "./tributary.ts";

const CANARY = "canary-5ecret";
const STACK = /^\s+at .+[:(]|node:internal|file:\/\//m;

function start(env: Record<string, string>): Promise<Finished> {
  return runProcess(process.execPath, [MAIN], {
    env: { PORT: "0", SAMPLES: "false", DATA_DIR: ":memory:", ...env },
  });
}

describe("a start with wrong variables", () => {
  it("names all of them at once, never their values, and ends with code 1", async () => {
    const { code, stdout, stderr } = await start({
      PORT: `${CANARY}-port`,
      QDRANT_URL: `${CANARY}-url`,
      MODEL: `${CANARY}-model`,
      RETRIEVAL_TIMEOUT_MS: "-1",
      ADMIN_KEY: "5hort",
      SAMPLES: `${CANARY}-samples`,
      ALLOWED_ORIGINS: `https://${CANARY}.example/path`,
      // A right one, which must not be named.
      QDRANT_API_KEY: CANARY,
    });
    expect(code).toBe(1);
    const names = [...stderr.matchAll(/^ +- ([A-Z_]+) (.+)$/gm)].map(([, name]) => name);
    expect(names.toSorted()).toEqual([
      "ADMIN_KEY",
      "ALLOWED_ORIGINS",
      "MODEL",
      "PORT",
      "QDRANT_URL",
      "RETRIEVAL_TIMEOUT_MS",
      "SAMPLES",
    ]);
    expect(stdout + stderr).not.toContain(CANARY);
    expect(stdout + stderr).not.toContain("5hort");
    expect(stderr).not.toMatch(STACK);
    expect(stdout).toBe("");
  });

  it("names what only two variables together can tell, beside the others", async () => {
    const { code, stdout, stderr } = await start({
      PORT: "abc",
      MODEL: `openai-compatible:${CANARY}`,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/- PORT /);
    expect(stderr).toMatch(/- MODEL_BASE_URL /);
    expect(stdout + stderr).not.toContain(CANARY);
    expect(stderr).not.toMatch(STACK);
  });

  it("asks for a key where the model needs one", async () => {
    const { code, stderr } = await start({ MODEL: "cohere:command-a-03-2025" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/- COHERE_API_KEY /);
  });

  it.each([
    ["PORT", "65536"],
    ["PORT", "80.5"],
    ["EMBED_DIMENSION", "0"],
    ["KEEP_ALIVE_MS", "soon"],
    ["MODEL_BASE_URL", "ftp://127.0.0.1/v1"],
    ["EVIDENCE_THRESHOLD", "-1"],
  ])("refuses %s=%s", async (name, value) => {
    const { code, stderr } = await start({ [name]: value });
    expect(code).toBe(1);
    expect([...stderr.matchAll(/^ +- ([A-Z_]+) /gm)].map(([, found]) => found)).toEqual([name]);
    expect(stderr).not.toMatch(STACK);
  });
});

describe("a start without a build", () => {
  it("says which command is missing", async () => {
    const copy = mkdtempSync(join(tmpdir(), "tributary-unbuilt-"));
    try {
      for (const part of ["package.json", "src", "prompts"])
        cpSync(join(ROOT, part), join(copy, part), { recursive: true });
      symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
      const { code, stdout, stderr } = await runProcess(
        process.execPath,
        [join(copy, "src/node/main.ts")],
        { env: { PORT: "0", SAMPLES: "false", DATA_DIR: ":memory:" } },
      );
      expect(stderr.trim()).toBe("The code for browsers is not built yet. Run: npm run build");
      expect(code).toBe(1);
      expect(stdout).toBe("");
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
});

describe("a start on a port that is in use", () => {
  it("says so and how to mend it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { code, stdout, stderr } = await start({ PORT: String(port) });
      expect(code).toBe(1);
      expect(stderr).toMatch(/port is in use.*PORT=/i);
      expect(stderr).not.toMatch(STACK);
      expect(stdout).not.toContain("Tributary answers at");
    } finally {
      server.close();
    }
  });
});

describe("a start whose samples can not be embedded", () => {
  it.each([
    [401, /^Cohere refuses the key \(status 401\)\. .*COHERE_API_KEY/],
    [400, /^The sample documents could not be embedded: .*status 400.*SAMPLES=false/],
  ])("says so and how to mend it: status %i", async (status, sentence) => {
    const upstream = await startFaultServer();
    upstream.fault("embed", { kind: "status", status, body: { message: CANARY } });
    try {
      const { code, stderr } = await start({
        SAMPLES: "true",
        COHERE_API_KEY: `${CANARY}-key`,
        COHERE_BASE_URL: upstream.url,
      });
      expect(code).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split("\n")).toHaveLength(1);
      expect(stderr).not.toContain(CANARY);
    } finally {
      await upstream.close();
    }
  });
});
