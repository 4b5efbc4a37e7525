import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { unstable_readConfig } from "wrangler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT, runProcess } from "../node/tributary.ts";

const MOST_KIB = 600;
/**
 * Guarded `import("node:…")` of packages that a Worker never reaches. Today there is none; whoever adds one says here
 * which package it comes from.
 */
const ALLOWED_DYNAMIC: string[] = [];

let folder: string;
let output: string;
let script: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tributary-bundle-"));
  const { code, stdout, stderr } = await runProcess(
    `${ROOT}node_modules/.bin/wrangler`,
    ["deploy", "--dry-run", "--minify", "--outdir", folder],
    { cwd: ROOT, env: { WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", CI: "1" } },
  );
  output = stdout + stderr;
  expect(code, output).toBe(0);
  script = readFileSync(join(folder, "worker.js"), "utf8");
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is uploaded: the script and its text modules. */
function uploaded(): string[] {
  return readdirSync(folder).filter((name) => name !== "README.md" && !name.endsWith(".map"));
}

describe("the bundle for Workers", () => {
  it(`has at most ${MOST_KIB} KiB, zipped`, () => {
    const contents = uploaded().map((name) => readFileSync(join(folder, name)));
    const zipped = gzipSync(Buffer.concat(contents)).byteLength / 1024;
    expect(zipped).toBeLessThanOrEqual(MOST_KIB);
    const told = Number(/gzip: ([\d.]+) KiB/.exec(output)?.[1]);
    expect(told).toBeLessThanOrEqual(MOST_KIB);
  });

  it("is built without a warning", () => {
    expect(output).not.toMatch(/warning|error/i);
  });

  it("imports no module of Node", () => {
    const names = new Set(builtinModules.filter((name) => !name.startsWith("_")));
    const isNodes = (specifier: string): boolean =>
      specifier.startsWith("node:") || names.has(specifier);
    const find = (pattern: RegExp): string[] =>
      [...script.matchAll(pattern)].map(([, specifier]) => specifier ?? "").filter(isNodes);
    expect(find(/\bfrom\s*["'`]([^"'`\n]+)["'`]/g)).toEqual([]);
    expect(find(/\bimport\s*["'`]([^"'`\n]+)["'`]/g)).toEqual([]);
    expect(find(/\b\w*require\w*\(\s*["'`]([^"'`\n]+)["'`]\s*\)/g)).toEqual([]);
    expect(find(/\bimport\(\s*["'`]([^"'`\n]+)["'`]/g)).toEqual(ALLOWED_DYNAMIC);
    // Whatever form it may take that the patterns above do not know.
    const quoted = [...script.matchAll(/["'`](node:[a-z_/]+)["'`]/g)].map(([, name]) => name);
    expect(quoted).toEqual(ALLOWED_DYNAMIC);
  });

  it("carries every prompt, every sample document, the page and its code", () => {
    const files = (path: string): string[] =>
      readdirSync(`${ROOT}${path}`).filter((name) => name.endsWith(".md"));
    const wanted = ["prompts", "fixtures/guides", "fixtures/policies", "fixtures/products"];
    const carried = uploaded()
      .filter((name) => name !== "worker.js")
      .map((name) => name.replace(/^[0-9a-f]{40}-/, ""));
    expect(carried.toSorted()).toEqual(
      [...wanted.flatMap(files), "page.html", "demo.js.txt", "widget.js.txt"].toSorted(),
    );
  });
});

describe("wrangler.toml", () => {
  it("asks for enable_request_signal and for nothing of Node", () => {
    const config = unstable_readConfig({ config: `${ROOT}wrangler.toml` });
    expect(config.compatibility_flags).toContain("enable_request_signal");
    expect(config.compatibility_flags.filter((flag: string) => flag.includes("node"))).toEqual([]);
    expect(config).not.toHaveProperty("node_compat", true);
  });

  it("holds no secret", () => {
    const config = unstable_readConfig({ config: `${ROOT}wrangler.toml` });
    expect(Object.keys(config.vars).filter((name) => /KEY|TOKEN|SECRET/.test(name))).toEqual([]);
  });
});
