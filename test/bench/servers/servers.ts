import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MeasuredProcess, startMeasured } from "../processes.ts";
import { environmentFor, type UpstreamSettings } from "../settings.ts";

export type ServerName = "tributary" | "streamText" | "hono";

export const SERVER_NAMES: readonly ServerName[] = ["tributary", "streamText", "hono"];

const SCRIPTS: Record<ServerName, string> = {
  tributary: "src/node/main.ts",
  streamText: "test/bench/servers/stream-text.ts",
  hono: "test/bench/servers/bare-hono.ts",
};

/** Starts one server before the upstreams; its `answer` is its address. */
export function startServer(
  name: ServerName,
  upstreams: UpstreamSettings,
  {
    core,
    profile,
    env = {},
  }: {
    core: string | undefined;
    profile?: string | undefined;
    /** Variables for our own server. */
    env?: Record<string, string>;
  },
): Promise<MeasuredProcess> {
  return startMeasured(SCRIPTS[name], {
    ready: /answers at (http:\S+)/,
    env: {
      ...(name === "tributary"
        ? { ...environmentFor(upstreams), PORT: "0", DATA_DIR: emptyFolder(), ...env }
        : { BENCH: JSON.stringify(upstreams) }),
      ...(profile === undefined ? {} : { PROFILE: `${profile}/${name}.cpuprofile` }),
    },
    core,
  });
}

/** For conversations, as every server keeps them; gone when the bench ends. */
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "tributary-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
