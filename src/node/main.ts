import { existsSync } from "node:fs";
import { ConfigError, readConfig, usesSamples } from "../config.ts";
import { holdsSamples } from "../samples.ts";
import { keepConnections } from "./connections.ts";
import { loadSamplesOnce } from "./load-samples.ts";
import { endOnSignals, logCrashes } from "./process-end.ts";
import { startServer } from "./server.ts";

/** Milliseconds; only the printed question depends on it. */
const READ_DEADLINE = 1000;

async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env);
  await keepConnections();

  const server = await startServer(config, usesSamples(config) ? loadSamplesOnce : undefined);
  endOnSignals((grace) => server.close(grace), config.SHUTDOWN_GRACE_MS);
  const { modelName, ingest } = server.services;
  console.log(`\nTributary answers at ${server.url}  (model: ${modelName})\n`);
  if (config.QDRANT_URL === undefined && config.DATA_DIR !== ":memory:")
    console.log(`Documents are kept in ${config.DATA_DIR}\n`);
  const known = await ingest.catalog
    .read(AbortSignal.timeout(READ_DEADLINE))
    .catch(() => undefined);
  const question =
    known !== undefined && holdsSamples(known)
      ? "How heavy is the Aurora 2 tent?"
      : "What is this about?";
  console.log("Ask from the terminal:");
  console.log(
    `curl -N -H 'accept: text/plain' -H 'content-type: application/json' -d '{"message":"${question}"}' ${server.url}/chat\n`,
  );
}

logCrashes();
main().catch((error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE")
    console.error(`The port is in use. Set PORT to another one, for example: PORT=8788 npm start`);
  else if (error.code === "EACCES")
    console.error("This port needs more rights. Set PORT to one above 1023.");
  else if (error.name === "StoreError")
    console.error(`${error.message} (DATA_DIR names the folder.)`);
  else console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
