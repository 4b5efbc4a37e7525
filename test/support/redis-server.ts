// A real Redis of the test's own, which can be held, ended and started again. Tests that need it skip where there is none.
import { spawnSync } from "node:child_process";
import { freeAddress } from "../node/tributary.ts";
import { type RunningProcess, startProcess } from "./spawn-server.ts";

export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.log("redis-server is missing: the tests with Redis are skipped.");

export interface RedisServer {
  url: string;
  /** Keeps its connections and answers nothing. */
  hold(): void;
  release(): void;
  /** Ends it; its address stays the same for `start`. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startRedisServer(): Promise<RedisServer> {
  const { port } = new URL(await freeAddress());
  let running: RunningProcess;
  async function start(): Promise<void> {
    running = await startProcess(
      "redis-server",
      ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
      { ready: /Ready to accept connections/, cwd: "/tmp" },
    );
  }
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    hold: () => running.kill("SIGSTOP"),
    release: () => running.kill("SIGCONT"),
    async kill() {
      running.kill("SIGKILL");
      await running.exited;
    },
    start,
  };
}
