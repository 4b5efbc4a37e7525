import { QdrantClient } from "@qdrant/js-client-rest";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningProcess, startProcess } from "../support/spawn-server.ts";
import { type Finished, ROOT, runProcess } from "./tributary.ts";

const COMMAND = `${ROOT}src/node/qdrant-cli.ts`;
const READY = /answers at (http:\/\/\S+)/;
const LIMIT = 32 * 1024 * 1024;

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.log("qdrant-cli.test.ts: there is no curl, so it is not tried.");

let folder: string;
let started: RunningProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tributary-qdrant-"));
});
afterEach(async () => {
  for (const running of started.splice(0)) {
    running.kill("SIGKILL");
    await running.exited;
  }
  rmSync(folder, { recursive: true });
});

async function start(...options: string[]): Promise<RunningProcess & { url: string }> {
  const running = await startProcess(process.execPath, [COMMAND, "--port", "0", ...options], {
    ready: READY,
    cwd: folder,
  });
  started.push(running);
  return { ...running, url: running.url! };
}

function run(...options: string[]): Promise<Finished> {
  return runProcess(process.execPath, [COMMAND, ...options], { cwd: folder });
}

const clientOf = (url: string): QdrantClient =>
  new QdrantClient({ url, checkCompatibility: true, timeout: 10_000 });

/** Sends bytes as they are and gives back what comes until the other side closes. */
function sendRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.end(bytes));
    socket.on("data", (part) => (received += String(part)));
    socket.once("close", () => resolve(received)).once("error", reject);
  });
}

/** A PUT whose body comes in parts of 1 MB; `length` is what it announces. */
async function putLarge(
  url: string,
  megabytes: number,
  length: number | undefined,
): Promise<{ status: number | undefined; body: string }> {
  const outgoing = request(`${url}/collections/x/points`, {
    method: "PUT",
    headers: {
      "content-type": "application/json",
      ...(length === undefined ? {} : { "content-length": length }),
    },
  });
  const answered = new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    outgoing.once("response", (response) => {
      void text(response).then((body) => resolve({ status: response.statusCode, body }));
    });
    outgoing.once("error", reject);
  });
  const part = Buffer.alloc(1024 * 1024, " ");
  // Without waiting for "drain", which Node's client does not tell any more once an answer has come.
  for (let sent = 0; sent < megabytes; sent++) outgoing.write(part);
  outgoing.end();
  return answered;
}

describe("npm run qdrant", () => {
  it("serves the official client, and keeps what was acknowledged in --path", async () => {
    const path = join(folder, "store");
    const first = await start("--path", path);
    expect(first.stdout()).toContain(`kept in ${path}`);
    const client = clientOf(first.url);
    await client.createCollection("docs", { vectors: { size: 2, distance: "Dot" } });
    await client.upsert("docs", { points: [{ id: 1, vector: [1, 2], payload: { a: "b" } }] });
    first.kill("SIGTERM");
    expect(await first.exited).toEqual({ code: 0, signal: null });
    expect(first.stderr()).toBe("");

    const second = await start("--path", path);
    const { points } = await clientOf(second.url).query("docs", {
      query: [3, 4],
      with_payload: true,
    });
    expect(points).toMatchObject([{ id: 1, score: 11, payload: { a: "b" } }]);
  });

  it("keeps everything in memory without --path", async () => {
    const { url, stdout } = await start();
    expect(new URL(url).hostname).toBe("127.0.0.1");
    expect(stdout()).toContain("in memory");
    await clientOf(url).createCollection("docs", { vectors: { size: 2, distance: "Dot" } });
    expect(spawnSync("ls", ["-A", folder]).stdout.toString()).toBe("");
  });

  it("starts through npm", async () => {
    const npm = await startProcess("npm", ["run", "qdrant", "--", "--port", "0"], {
      ready: READY,
      cwd: ROOT,
      env: { npm_config_update_notifier: "false" },
    });
    started.push(npm);
    expect(await clientOf(npm.url!).getCollections()).toEqual({ collections: [] });
    npm.kill("SIGTERM");
    await npm.exited;
  });

  it.skipIf(!hasCurl)("answers curl, and keeps its connection", async () => {
    const { url } = await start();
    const put = [
      "-X",
      "PUT",
      "-H",
      "content-type: application/json",
      "-d",
      '{"vectors":{"size":2,"distance":"Dot"}}',
    ];
    const made = await runProcess("curl", ["-s", ...put, `${url}/collections/docs`]);
    expect(JSON.parse(made.stdout)).toMatchObject({ result: true, status: "ok" });
    const twice = await runProcess("curl", ["-sv", `${url}/readyz`, `${url}/collections/docs`]);
    expect(twice.stdout).toContain("all shards are ready");
    expect(twice.stderr).toMatch(/Re-?using existing (?:http: )?connection/i);
    const head = await runProcess("curl", ["-sI", `${url}/collections/docs`]);
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("lets one process have a store at a time", async () => {
    const path = join(folder, "store");
    await start("--path", path);
    const { code, stdout, stderr } = await run("--port", "0", "--path", path);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The store in .+ is in use by another process: .+\n$/);
    expect(stdout).toBe("");
  });

  it("says that a port is in use", async () => {
    const { url } = await start();
    const { code, stderr } = await run("--port", new URL(url).port);
    expect(code).toBe(1);
    expect(stderr).toMatch(/port is in use.+--port/);
  });

  it("shows how it is used", async () => {
    const { code, stdout } = await run("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("npm run qdrant -- [--port 6333]");
  });

  it.each([
    ["--port", "65536"],
    ["--port", "x"],
    ["--port"],
    ["--path", ""],
    ["--host", ""],
    ["--bogus"],
    ["stray"],
  ])("shows it for wrong options, with code 2: %s %s", async (...options) => {
    const { code, stderr } = await run(...options.filter((option) => option !== undefined));
    expect(code).toBe(2);
    expect(stderr).toContain("npm run qdrant -- [--port 6333]");
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("what it refuses", () => {
  let running: RunningProcess;
  beforeAll(async () => {
    running = await startProcess(process.execPath, [COMMAND, "--port", "0"], { ready: READY });
  });
  afterEach(async () => {
    expect(await clientOf(running.url!).getCollections()).toEqual({ collections: [] });
    expect(running.stderr()).toBe("");
  });
  afterAll(async () => {
    running.kill("SIGKILL");
    await running.exited;
  });

  it("bodies over 32 MB, with Qdrant's words, announced or not, and goes on", async () => {
    const url = running.url!;
    const announced = await putLarge(url, 33, 33 * 1024 * 1024);
    expect(announced.status).toBe(400);
    expect(JSON.parse(announced.body)).toMatchObject({
      status: {
        error: `JSON payload (${33 * 1024 * 1024} bytes) is larger than allowed (limit: ${LIMIT} bytes).`,
      },
    });
    const unannounced = await putLarge(url, 33, undefined);
    expect(unannounced.status).toBe(400);
    expect(JSON.parse(unannounced.body)).toMatchObject({
      status: { error: `JSON payload has exceeded limit (${LIMIT} bytes).` },
    });
    // A body of just 32 MB is read: white space is no JSON.
    const largest = await putLarge(url, 32, undefined);
    expect(largest.body).toContain("Format error in JSON body");
  });

  it.each([
    ["no HTTP at all", "garbage\r\n\r\n", /^HTTP\/1\.1 400 /],
    [
      "an address that is none",
      "GET http://[ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      /^HTTP\/1\.1 (?:400|501) /,
    ],
    [
      "a broken escape",
      "GET /collections/%zz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      /400/,
    ],
    ["TRACE", "TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", /^HTTP\/1\.1 405 /],
    [
      "an unknown route",
      "PATCH /nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
      /^HTTP\/1\.1 501 /,
    ],
    [
      "a strange host",
      "GET /healthz HTTP/1.1\r\nhost: \u0001[\r\nconnection: close\r\n\r\n",
      /^HTTP\/1\.1 (?:200|400) /,
    ],
    [
      "half a body",
      "PUT /collections/x HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\n{",
      /^(?:HTTP\/1\.1 400 |$)/,
    ],
    [
      "a body with GET",
      "GET /collections HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
      /^HTTP\/1\.1 200 /,
    ],
  ])("survives %s", async (_name, bytes, expected) => {
    expect(await sendRaw(running.url!, bytes)).toMatch(expected);
  });
});
