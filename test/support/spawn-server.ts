// Runs a server as a child process and waits until it says that it is ready.
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const REPORT_UNHANDLED = fileURLToPath(new URL("report-unhandled.cjs", import.meta.url));

export interface StartProcessOptions {
  /** Matched against stdout and stderr together; its first group, if any, is the url. */
  ready: RegExp;
  /** Added to `inherited()`. */
  env?: Record<string, string>;
  cwd?: string;
  /** @default 25000 */
  readyTimeoutMs?: number;
  /**
   * Told of each unhandled rejection or uncaught exception in the process.
   * @default an unhandled rejection here, with which the test run fails
   */
  onUnhandled?: (report: string) => void;
}

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface RunningProcess {
  pid: number;
  url?: string;
  stdout(): string;
  stderr(): string;
  /** @default "SIGTERM" */
  kill(signal?: NodeJS.Signals): void;
  exited: Promise<ProcessExit>;
}

export async function startProcess(
  command: string,
  commandArguments: string[],
  {
    ready,
    env = {},
    cwd = process.cwd(),
    readyTimeoutMs = 25_000,
    onUnhandled = failTheRun,
  }: StartProcessOptions,
): Promise<RunningProcess> {
  const child = spawn(command, commandArguments, {
    cwd,
    env: { ...inherited(), ...env, ...reportingUnhandled(env) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let reported = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    const reports = readUnhandled(stderr);
    for (const report of reports.slice(reported)) onUnhandled(report);
    reported = reports.length;
  });

  // A test run that is broken off must not leave its servers behind.
  const killWithParent = (): void => void child.kill("SIGKILL");
  process.once("exit", killWithParent);
  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    // "close" rather than "exit": by then the output has been read to its end.
    child.once("close", (code, signal) => resolve((exit = { code, signal })));
    child.once("error", (error) => {
      stderr += String(error);
      resolve((exit = { code: null, signal: null }));
    });
  });
  void exited.then(() => process.off("exit", killWithParent));

  const readyLine = await waitUntilReady();

  async function waitUntilReady(): Promise<RegExpMatchArray> {
    const deadline = performance.now() + readyTimeoutMs;
    for (;;) {
      const match = `${stdout}\n${stderr}`.match(ready);
      if (match) return match;
      if (exit || performance.now() > deadline) break;
      await sleep(10);
    }
    child.kill("SIGKILL");
    const reason = exit
      ? `ended (${exit.code ?? exit.signal})`
      : `was silent for ${readyTimeoutMs} ms`;
    throw new Error(`${command} ${commandArguments.join(" ")} ${reason}\n${stdout}\n${stderr}`);
  }

  return {
    pid: child.pid ?? 0,
    ...(readyLine[1] === undefined ? {} : { url: readyLine[1] }),
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal = "SIGTERM") => void child.kill(signal),
    exited,
  };
}

/** What a process under test takes over from ours, and nothing else: no key of a developer leaks in. */
export function inherited(): Record<string, string> {
  return pick(process.env, ["PATH", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"]);
}

/** Variables with which a Node process tells of faults that nobody in it caught. */
export function reportingUnhandled(env: Record<string, string>): Record<string, string> {
  const own = env["NODE_OPTIONS"];
  const load = `--require "${REPORT_UNHANDLED}"`;
  return { NODE_OPTIONS: own === undefined ? load : `${own} ${load}` };
}

/** What such a process told, from its standard error. */
export function readUnhandled(stderr: string): string[] {
  return [...stderr.matchAll(/^@unhandled (.+)\n/gm)].map(([, report = ""]) => report);
}

/** Vitest fails a run for what nobody caught, also when the test that started the process has already passed. */
export function failTheRun(report: string): void {
  void Promise.reject(new Error(`A process that a test started did not catch: ${report}`));
}

function pick(source: NodeJS.ProcessEnv, names: string[]): Record<string, string> {
  const entries = names.map((name) => [name, source[name]] as const);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
