import { existsSync } from "node:fs";
import { ConfigError, readConfig, usesSamples } from "../config.ts";
import { loadSamples } from "../samples.ts";
import type { Services } from "../services.ts";
import { keepConnections } from "./connections.ts";
import { readSamples } from "./files.ts";
import { startProgress } from "./progress.ts";
import { startServer } from "./server.ts";

async function main(): Promise<void> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env);
  await keepConnections();

  const withSamples = usesSamples(config);
  const server = await startServer(config, withSamples ? prepareSamples : undefined);
  console.log(`\nTributary answers at ${server.url}  (model: ${server.services.modelName})\n`);
  const question = withSamples ? "How heavy is the Aurora 2 tent?" : "What is this about?";
  console.log("Ask from the terminal:");
  console.log(
    `curl -N -H 'accept: text/plain' -H 'content-type: application/json' -d '{"message":"${question}"}' ${server.url}/chat\n`,
  );

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void server.close().then(() => process.exit(0)));
  }
}

async function prepareSamples(services: Services): Promise<void> {
  const samples = readSamples();
  const total = Object.values(samples).reduce((sum, documents) => sum + documents.length, 0);
  const progress = startProgress("Loading the sample collections", total);
  await loadSamples(samples, services, AbortSignal.timeout(60_000), (name, documents) =>
    progress.advance(documents, `${name}: ${documents} documents`),
  );
  progress.stop(`Loaded ${total} sample documents in ${Object.keys(samples).length} collections`);
}

main().catch((error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE")
    console.error(`The port is in use. Set PORT to another one, for example: PORT=8788 npm start`);
  else if (error.code === "EACCES")
    console.error("This port needs more rights. Set PORT to one above 1023.");
  else console.error(error instanceof ConfigError ? error.message : error);
  process.exit(1);
});
