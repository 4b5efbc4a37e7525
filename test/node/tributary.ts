// The product as its users start it: the real entry in a process of its own.
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import {
  failTheRun,
  inherited,
  readUnhandled,
  reportingUnhandled,
  type RunningProcess,
  startProcess,
  type StartProcessOptions,
} from "../support/spawn-server.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
export const MAIN = `${ROOT}src/node/main.ts`;
export const CLI = `${ROOT}src/node/cli.ts`;
export const READY = /Tributary answers at (http:\/\/\S+)/;

/** No `.env` of a developer lies here. */
const QUIET_FOLDER = fileURLToPath(new URL(".", import.meta.url));

export interface Tributary extends RunningProcess {
  url: string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** `node src/node/main.ts` on a free port; nothing is kept unless `DATA_DIR` says where. */
export async function startTributary(
  env: Record<string, string> = {},
  cwd = QUIET_FOLDER,
  options: Pick<StartProcessOptions, "onUnhandled"> = {},
): Promise<Tributary> {
  const running = await startProcess(process.execPath, [MAIN], {
    ready: READY,
    env: { PORT: "0", DATA_DIR: ":memory:", ...env },
    cwd,
    ...options,
  });
  return {
    ...running,
    url: running.url!,
    async stop() {
      running.kill("SIGKILL");
      await running.exited;
    },
  };
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export function runProcess(
  command: string,
  commandArguments: string[],
  { env = {}, cwd = QUIET_FOLDER }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Finished> {
  const child = spawn(command, commandArguments, {
    cwd,
    env: { ...inherited(), ...env, ...reportingUnhandled(env) },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      readUnhandled(stderr).forEach(failTheRun);
      resolve({ code, stdout, stderr });
    });
  });
}

/** Whether anybody listens at the address. */
export function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** An address at which nobody listens. */
export async function freeAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export function postJson(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}
