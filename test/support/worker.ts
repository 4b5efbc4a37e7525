// The real Workers entry in the real workerd, with the flags and variables of wrangler.toml: no `nodejs_compat`.
import { fileURLToPath } from "node:url";
import { unstable_startWorker } from "wrangler";
import { vi } from "vitest";

// Otherwise the first request waits for cloudflare.com.
vi.stubEnv("CLOUDFLARE_CF_FETCH_ENABLED", "false");
vi.stubEnv("WRANGLER_SEND_METRICS", "false");

export interface StartedWorker {
  url: string;
  stop(): Promise<void>;
}

/** `database`: name of a binding to a D1 database, which lives as long as the Worker. */
export async function startWorker(
  variables: Record<string, string> = {},
  { database }: { database?: string } = {},
): Promise<StartedWorker> {
  const worker = await unstable_startWorker({
    config: fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
    bindings: {
      ...Object.fromEntries(
        Object.entries(variables).map(
          ([name, value]) => [name, { type: "plain_text", value }] as const,
        ),
      ),
      ...(database === undefined ? {} : { [database]: { type: "d1", database_id: database } }),
    },
    // No `.dev.vars` of a developer.
    envFiles: [],
    dev: {
      server: { hostname: "127.0.0.1", port: 0 },
      inspector: false,
      logLevel: "none",
      watch: false,
      persist: false,
    },
  });
  await worker.ready;
  const url = String(await worker.url).replace(/\/$/, "");
  return { url, stop: () => worker.dispose() };
}
