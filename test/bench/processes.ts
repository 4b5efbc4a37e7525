// Starts what is measured, each process fresh and on the core that it is given.
import { spawnSync } from "node:child_process";
import { availableParallelism, cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startProcess } from "../support/spawn-server.ts";
import type { ProcessFigures } from "./probe.ts";

export interface MeasuredProcess {
  /** The first group of `ready`. */
  answer: string;
  /** What it has used since the last call. */
  measure(): Promise<ProcessFigures>;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Its first group is given back. */
  ready: RegExp;
  env?: Record<string, string>;
  /** @default the cores of this process */
  core?: string | undefined;
}

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));
/** Milliseconds that a process has to end by itself. */
const PATIENCE = 5000;
const PROBE = fileURLToPath(new URL("probe.ts", import.meta.url));

/** The server's core and everything else's; undefined where processes can not be pinned to two. */
export const CORES: { server: string; load: string } | undefined = findCores();

function findCores(): { server: string; load: string } | undefined {
  if (availableParallelism() < 2) return undefined;
  const { status } = spawnSync("taskset", ["-c", "0", "true"]);
  return status === 0 ? { server: "0", load: "1" } : undefined;
}

/** Pins this process, and so all that it starts without a core of their own. */
export function pinSelf(): void {
  if (CORES !== undefined) spawnSync("taskset", ["-a", "-c", "-p", CORES.load, `${process.pid}`]);
}

/** Milliseconds for which the cores have worked, for whomever. */
export function readBusyMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}

/** Starts a script of the repository with the probe in it. It ends with this process at the latest. */
export async function startMeasured(
  script: string,
  { ready, env = {}, core }: StartOptions,
): Promise<MeasuredProcess> {
  const node = [process.execPath, "--import", PROBE, script];
  const [command = "", ...rest] =
    core === undefined || CORES === undefined ? node : ["taskset", "-c", core, ...node];
  const child = await startProcess(command, rest, {
    ready,
    env,
    cwd: ROOT,
    readyTimeoutMs: 30_000,
  });
  const reports = (): string[] =>
    [...child.stdout().matchAll(/^@probe (.*)\n/gm)].map(([, json = ""]) => json);
  return {
    answer: child.url ?? "",
    async measure() {
      const before = reports().length;
      child.kill("SIGUSR2");
      const deadline = performance.now() + 10_000;
      while (reports().length === before) {
        if (performance.now() > deadline)
          throw new Error(`${script} does not answer:\n${child.stderr()}`);
        await sleep(5);
      }
      return JSON.parse(reports().at(-1)!) as ProcessFigures;
    },
    async stop() {
      child.kill();
      const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      await child.exited;
      clearTimeout(patience);
    },
  };
}
