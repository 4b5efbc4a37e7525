// A store under kill -9, a full disk and a broken one, at every kind of call that changes its files.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSqliteStorage } from "../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { digest, OPERATIONS, send } from "../support/store-operations.ts";

const WRITER = fileURLToPath(new URL("../support/store-writer.ts", import.meta.url));
/** In one file: strace stops a process at every call, also at those that look for its modules. */
const BUILT = join(tmpdir(), `store-writer-${process.pid}.mjs`);
const CALLS = ["pwrite64", "fsync", "ftruncate", "unlink", "openat"];
const IS_FULL = process.env["FULL"] === "1";

const canTrace = spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;
if (!canTrace)
  console.warn("store-faults: skipped, strace cannot run here (apt-get install strace)");

interface Run {
  folder: string;
  lines: string[];
  wasKilled: boolean;
}

/** Runs the writer under strace, which sees only calls on the files of the store. */
async function runWriter(inject: string | undefined, mode: string, log?: string): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), "store-faults-"));
  const files = ["", "/qdrant.sqlite", "/qdrant.sqlite-wal", "/qdrant.sqlite-journal"];
  const child = spawn(
    "strace",
    [
      // Without --seccomp-bpf, under which strace injects errors but no signals.
      "-fqqo",
      log ?? "/dev/null",
      "-e",
      `trace=${CALLS.join(",")}`,
      ...files.flatMap((file) => ["-P", folder + file]),
      ...(inject === undefined ? [] : ["-e", `inject=${inject}`]),
      process.execPath,
      BUILT,
      folder,
      mode,
    ],
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const wasKilled = await new Promise<boolean>((resolve) => {
    child.once("close", (code, signal) => resolve(signal !== null || code !== 0));
  });
  return { folder, lines: output.split("\n").filter(Boolean), wasKilled };
}

/** How often each call changes the files in a run without faults. */
async function countCalls(mode: string): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "store-calls-"));
  const log = join(folder, "log");
  const run = await runWriter(undefined, mode, log);
  const traced = readFileSync(log, "utf8");
  for (const used of [folder, run.folder]) rmSync(used, { recursive: true });
  expect(run.lines).toEqual(OPERATIONS.map((_, i) => `${i} 200 200`));
  return Object.fromEntries(
    CALLS.map((call) => [
      call,
      traced.split("\n").filter((line) => line.includes(` ${call}(`)).length,
    ]),
  );
}

/** `count` places from 1 to `last`, evenly spread; all of them in the full run. */
function spread(last: number, count: number): number[] {
  if (IS_FULL || count >= last) return Array.from({ length: last }, (_, i) => i + 1);
  return Array.from({ length: count }, (_, i) => 1 + Math.floor((i * (last - 1)) / (count - 1)));
}

async function twoAtATime<Item>(items: readonly Item[], work: (item: Item) => Promise<void>) {
  const rest = [...items];
  const worker = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
  };
  await Promise.all([worker(), worker()]);
}

/** What a new process sees in the store, whose file SQLite finds whole. */
async function reopen(folder: string): Promise<string> {
  const storage = openSqliteStorage(folder);
  const seen = await digest(createQdrantLocal({ storage }));
  storage.close();
  const database = new DatabaseSync(join(folder, "qdrant.sqlite"), { readOnly: true });
  expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  database.close();
  rmSync(folder, { recursive: true });
  return seen;
}

/** What is to be seen after these operations, by an engine that keeps nothing. */
async function digestAfter(operations: readonly number[]): Promise<string> {
  const engine = createQdrantLocal();
  for (const i of operations) await send(engine, OPERATIONS[i]!);
  return digest(engine);
}

describe.skipIf(!canTrace)("a store under faults", () => {
  beforeAll(() => {
    buildSync({
      entryPoints: [WRITER],
      outfile: BUILT,
      bundle: true,
      platform: "node",
      format: "esm",
    });
  });
  afterAll(() => rmSync(BUILT));

  it("loses nothing acknowledged and shows nothing half-done, killed at any call", async () => {
    const states: string[] = [];
    for (let i = 0; i <= OPERATIONS.length; i++) {
      states.push(await digestAfter(Array.from({ length: i }, (_, n) => n)));
    }
    expect(new Set(states).size).toBe(OPERATIONS.length + 1);

    const counts = await countCalls("--restart");
    const places = CALLS.flatMap((call) =>
      spread(counts[call]!, call === "pwrite64" ? 30 : 8).map((n) => [call, n] as const),
    );
    let killed = 0;
    await twoAtATime(places, async ([call, n]) => {
      const run = await runWriter(`${call}:signal=KILL:when=${n}`, "--restart");
      if (run.wasKilled) killed++;
      const acknowledged = run.lines.length;
      const seen = states.indexOf(await reopen(run.folder));
      const where = `killed at ${call} ${n}, acknowledged ${acknowledged}, seen ${seen}`;
      expect([acknowledged, acknowledged + 1], where).toContain(seen);
    });
    console.log(`store-faults: killed at ${killed} of ${places.length} calls`);
    expect(killed).toBeGreaterThanOrEqual(IS_FULL ? 100 : 40);
  }, 1_800_000);

  it("answers 500 where the disk is full or broken, reads on, and keeps what it acknowledged", async () => {
    const counts = await countCalls("");
    const faults = [
      ...spread(counts["pwrite64"]!, 8).map((n) => `pwrite64:error=ENOSPC:when=${n}+`),
      ...spread(counts["pwrite64"]!, 5).map((n) => `pwrite64:error=EIO:when=${n}`),
      ...spread(counts["fsync"]!, 5).map((n) => `fsync:error=EIO:when=${n}`),
      ...spread(counts["fsync"]!, 5).map((n) => `fsync:error=EIO:when=${n}+`),
    ];
    let failures = 0;
    await twoAtATime(faults, async (fault) => {
      const run = await runWriter(fault, "");
      if (run.lines.some((line) => !/^\d/.test(line))) {
        // The store could not even be made.
        failures++;
        expect(run.lines, fault).toEqual([
          expect.stringMatching(/^The store in .* cannot be opened/),
        ]);
        expect(await reopen(run.folder), fault).toBe(await digestAfter([]));
        return;
      }
      const answers = run.lines.map((line) => line.split(" ").map(Number));
      expect(answers, fault).toHaveLength(OPERATIONS.length);
      expect(
        answers.every(([, , read]) => read === 200),
        fault,
      ).toBe(true);
      const acknowledged = answers.filter(([, status]) => status === 200).map(([i]) => i!);
      const broken = answers.filter(([, status]) => status === 500).map(([i]) => i!);
      failures += broken.length;
      // What failed last may be in the log all the same: whoever asked for it was told of an error.
      const allowed = [await digestAfter(acknowledged)];
      if (broken.length > 0) allowed.push(await digestAfter([...acknowledged, broken.at(-1)!]));
      expect(allowed, fault).toContain(await reopen(run.folder));
    });
    console.log(`store-faults: ${failures} errors from ${faults.length} faults`);
    expect(failures).toBeGreaterThanOrEqual(faults.length / 2);
  }, 1_800_000);
});
