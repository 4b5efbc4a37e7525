// nginx as a child process in front of a server under test.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freeAddress, isListening } from "../node/tributary.ts";
import { startProcess } from "./spawn-server.ts";

export interface Nginx {
  /** One for each location, in their order. */
  urls: string[];
  stop(): Promise<void>;
}

export function hasNginx(): boolean {
  return spawnSync("nginx", ["-v"]).status === 0;
}

/** Listens once for each location, a list of directives, and passes everything on to the target. */
export async function startNginx(target: string, locations: string[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "tributary-nginx-"));
  const urls = await Promise.all(locations.map(freeAddress));
  const servers = locations.map(
    (directives, index) => `
  server {
    listen ${new URL(urls[index]!).host};
    location / { proxy_pass ${target}; ${directives} }
  }`,
  );
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, servers));
  // One process, since a master that is root would give its workers to a user who may not read the folder.
  const nginx = await startProcess(
    "nginx",
    ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"],
    { ready: /start worker|using the|notice/ },
  );
  const deadline = performance.now() + 5000;
  while (!(await Promise.all(urls.map(isListening))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error(`nginx does not listen: ${nginx.stderr()}`);
    await sleep(10);
  }
  return {
    urls,
    async stop() {
      nginx.kill();
      await nginx.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configuration(folder: string, servers: string[]): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `  ${name}_temp_path ${folder}/${name};`)
    .join("\n");
  return `daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
${temporary}
${servers.join("\n")}
}
`;
}
