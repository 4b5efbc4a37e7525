import { existsSync } from "node:fs";
import { checkCollections } from "../collection-check.ts";
import { ConfigError, readConfig, usesSamples } from "../config.ts";
import { holdsSamples } from "../samples.ts";
import type { Services } from "../services.ts";
import { keepConnections } from "./connections.ts";
import { loadSamplesOnce } from "./load-samples.ts";
import { endOnSignals, logCrashes } from "./process-end.ts";
import { startServer } from "./server.ts";
import { describeStartError } from "./start-error.ts";

/** Milliseconds; only what is printed depends on it. */
const READ_DEADLINE = 1000;
const SILENT_STORE =
  "Qdrant does not answer, so nothing can be found: check that it runs, QDRANT_URL and QDRANT_API_KEY.";
/** Milliseconds; a store that does not answer so soon is looked at by `/readyz`. */
const CHECK_DEADLINE = 5000;

async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env);
  await keepConnections();

  const server = await startServer(config, async (services) => {
    if (usesSamples(config)) await loadSamplesOnce(services);
    await requireSoundCollections(services);
  });
  endOnSignals((grace) => server.close(grace), config.SHUTDOWN_GRACE_MS);
  const { modelName, ingest, platform } = server.services;
  console.log(`\nTributary answers at ${server.url}  (model: ${modelName})\n`);
  if (config.QDRANT_URL === undefined && config.DATA_DIR !== ":memory:")
    console.log(`Documents are kept in ${config.DATA_DIR}\n`);
  const known = await ingest.catalog
    .read(AbortSignal.timeout(READ_DEADLINE))
    .catch(() => undefined);
  if (known === undefined && config.QDRANT_URL !== undefined)
    platform.log({ at: "start", level: "warn", message: SILENT_STORE });
  const question =
    known !== undefined && holdsSamples(known)
      ? "How heavy is the Aurora 2 tent?"
      : "What is this about?";
  console.log("Ask from the terminal:");
  console.log(
    `curl -N -H 'accept: text/plain' -H 'content-type: application/json' -d '{"message":"${question}"}' ${server.url}/chat\n`,
  );
}

/** Logs what is wrong with the collections that will be searched; throws where it must be mended first. */
async function requireSoundCollections(services: Services): Promise<void> {
  const findings = await checkCollections(services, AbortSignal.timeout(CHECK_DEADLINE));
  const errors = findings.filter(({ level }) => level === "error");
  if (errors.length > 0) throw new ConfigError(errors.map(({ message }) => message).join("\n"));
  for (const finding of findings) services.platform.log({ at: "start", ...finding });
}

logCrashes();
main().catch((error: NodeJS.ErrnoException) => {
  console.error(describeStartError(error));
  process.exit(1);
});
