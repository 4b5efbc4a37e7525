import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { type ProcessExit, type RunningProcess, startProcess } from "../support/spawn-server.ts";
import {
  isListening,
  READY,
  ROOT,
  runProcess,
  startTributary,
  type Tributary,
} from "./tributary.ts";

/** The product's promise for a start without keys. */
const READY_WITHIN = 5000;
/** Not a promise: far below the time for which a hanging stream or a kept connection would hold the process. */
const PROMPTLY = 5000;

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.log("start.test.ts: there is no curl, so the printed line is not run.");

const started: RunningProcess[] = [];
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.kill("SIGKILL");
    await running.exited;
  }
});

async function start(env?: Record<string, string>, cwd?: string): Promise<Tributary> {
  const tributary = await startTributary(env, cwd);
  started.push(tributary);
  return tributary;
}

async function collectionsOf(url: string): Promise<{ name: string; documents: number }[]> {
  const response = await fetch(`${url}/collections`);
  return ((await response.json()) as { collections: { name: string; documents: number }[] })
    .collections;
}

describe("npm start without keys", () => {
  let tributary: Tributary;
  let readyAfter: number;

  beforeAll(async () => {
    const before = performance.now();
    tributary = await startTributary();
    expect((await fetch(`${tributary.url}/readyz`)).status).toBe(200);
    readyAfter = performance.now() - before;
  });
  afterAll(() => tributary.stop());

  it("is ready within 5 s", () => expect(readyAfter).toBeLessThan(READY_WITHIN));

  it("prints plain progress lines for three collections, where nobody looks at a terminal", () => {
    const lines = tributary.stdout().split("\n");
    for (const name of ["guides", "policies", "products"])
      expect(
        lines.filter((line) => new RegExp(`^\\s*${name}: \\d+ documents$`).test(line)),
      ).toHaveLength(1);
    // eslint-disable-next-line no-control-regex -- escape sequences are what is looked for
    expect(tributary.stdout()).not.toMatch(/[\u001B\r]/);
    expect(tributary.stderr()).toBe("");
  });

  it("prints one address and one curl line", () => {
    const lines = tributary.stdout().split("\n");
    expect(lines.filter((line) => READY.test(line))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith("curl -N "))).toHaveLength(1);
  });

  it.skipIf(!hasCurl)("prints a curl line that answers with sources", async () => {
    const line = tributary
      .stdout()
      .split("\n")
      .find((text) => text.startsWith("curl -N "))!;
    const { code, stdout } = await runProcess("sh", ["-c", line]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/1\.62 kg/);
    expect(stdout).toMatch(/\n\n\[1\] .+\n {4}https?:\/\//);
    expect(stdout).not.toContain("cut short");
  });

  it("listens on the loopback address only", () => {
    expect(new URL(tributary.url).hostname).toBe("127.0.0.1");
  });
});

describe("settings of a start", () => {
  it("starts empty with SAMPLES=false", async () => {
    const { url, stdout } = await start({ SAMPLES: "false" });
    expect(await collectionsOf(url)).toEqual([]);
    expect(stdout()).not.toContain("documents");
  });

  it("reads .env of the working folder, and the environment wins over it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tributary-env-"));
    try {
      writeFileSync(join(folder, ".env"), "SAMPLES=false\nADMIN_KEY=canary-from-file\nPORT=1\n");
      const { url } = await start({}, folder);
      expect(await collectionsOf(url)).toEqual([]);
      const put = (key: string): Promise<Response> =>
        fetch(`${url}/collections/x/documents/y`, {
          method: "PUT",
          headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
          body: JSON.stringify({ text: "One sentence." }),
        });
      expect((await put("canary-another")).status).toBe(401);
      expect((await put("canary-from-file")).status).toBe(200);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the end of the process", () => {
  let upstream: FaultServer;
  beforeAll(async () => {
    upstream = await startFaultServer();
  });
  afterEach(() => upstream.clear());
  afterAll(() => upstream.close());

  async function endsPromptly(running: RunningProcess): Promise<ProcessExit> {
    const late = new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error(`It still runs after ${PROMPTLY} ms.`)), PROMPTLY).unref();
    });
    return Promise.race([running.exited, late]);
  }

  it.each(["SIGTERM", "SIGINT"] as const)("ends with code 0 on %s", async (signal) => {
    const tributary = await start({ SAMPLES: "false" });
    // Leaves a kept connection behind, as every browser does.
    await (await fetch(`${tributary.url}/healthz`)).text();
    tributary.kill(signal);
    expect(await endsPromptly(tributary)).toEqual({ code: 0, signal: null });
    expect(await isListening(tributary.url)).toBe(false);
  });

  it("does not wait longer for an answer that is being written than it is told to", async () => {
    upstream.firstTokenDelayMs = 60_000;
    const tributary = await start({
      SHUTDOWN_GRACE_MS: "200",
      MODEL: "openai-compatible:test",
      MODEL_BASE_URL: `${upstream.url}/v1`,
    });
    const reader = await openRawRequest(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: "How heavy is the Aurora 2 tent?" }),
    });
    await upstream.waitFor(({ operation }) => operation === "chat", 5000);
    tributary.kill();
    expect(await endsPromptly(tributary)).toEqual({ code: 0, signal: null });
    await reader.closed;
    expect(upstream.openRequests()).toEqual([]);
  });

  it("ends through npm start too, and leaves nobody on the port", async () => {
    const npm = await startProcess("npm", ["start"], {
      ready: READY,
      cwd: ROOT,
      env: {
        PORT: "0",
        SAMPLES: "false",
        DATA_DIR: ":memory:",
        PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
        npm_config_update_notifier: "false",
      },
    });
    started.push(npm);
    const children = childrenOf(npm.pid);
    try {
      expect(await isListening(npm.url!)).toBe(true);
      npm.kill("SIGTERM");
      expect((await endsPromptly(npm)).code).toBe(0);
      expect(await isListening(npm.url!)).toBe(false);
    } finally {
      for (const pid of children.filter(isRunning)) process.kill(pid, "SIGKILL");
    }
  });
});

/** A failed test must not leave behind the very orphans that it looks for. Empty where there is no /proc. */
function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  const own = readFileSync(path, "utf8").trim().split(" ").filter(Boolean).map(Number);
  return own.flatMap((child) => [child, ...childrenOf(child)]);
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}
