// The server as its users start it, and besides a way to ask what it holds.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MAIN, READY, type Tributary } from "../node/tributary.ts";
import type { Holdings } from "./leak-probe.ts";
import { startProcess, type StartProcessOptions } from "./spawn-server.ts";

const PROBE = fileURLToPath(new URL("leak-probe.ts", import.meta.url));
/** No `.env` of a developer lies here. */
const QUIET_FOLDER = fileURLToPath(new URL(".", import.meta.url));

export interface ProbedServer extends Tributary {
  /** Collects garbage, then tells what is left. */
  holdings(): Promise<Holdings>;
}

export async function startProbedServer(
  env: Record<string, string>,
  options: Pick<StartProcessOptions, "onUnhandled"> = {},
): Promise<ProbedServer> {
  // Conversations go to a file, as they do where a server runs for long: in memory they would count as growth.
  const folder = mkdtempSync(join(tmpdir(), "tributary-probed-"));
  const running = await startProcess(process.execPath, ["--expose-gc", "--import", PROBE, MAIN], {
    ready: READY,
    env: { PORT: "0", DATA_DIR: folder, ...env },
    cwd: QUIET_FOLDER,
    ...options,
  });
  const reports = (): string[] =>
    [...running.stdout().matchAll(/^@holdings (.*)\n/gm)].map(([, json = ""]) => json);
  return {
    ...running,
    url: running.url!,
    async holdings() {
      const before = reports().length;
      running.kill("SIGUSR2");
      const deadline = performance.now() + 10_000;
      while (reports().length === before) {
        if (performance.now() > deadline)
          throw new Error(`the server does not answer: ${running.stderr()}`);
        await sleep(5);
      }
      return JSON.parse(reports().at(-1)!) as Holdings;
    },
    async stop() {
      running.kill("SIGKILL");
      await running.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
