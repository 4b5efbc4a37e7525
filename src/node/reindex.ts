import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { ConfigError, readConfig } from "../config.ts";
import { AppError, DeadlineError, UpstreamError } from "../errors.ts";
import { type ReindexDependencies, reindexCollection } from "../ingest/reindex.ts";
import type { CollectionRecord } from "../ports.ts";
import { installQdrantLocal } from "../qdrant-local/install.ts";
import { createServices, type Services } from "../services.ts";
import { keepConnections } from "./connections.ts";
import { createNodePlatform, LOCAL_QDRANT } from "./platform.ts";
import { type Progress, startProgress } from "./progress.ts";
import { startQdrantThread } from "./qdrant-thread.ts";

const USAGE = `Makes vectors and term statistics anew, from the documents that the store keeps.

  npm run reindex [-- <collection>…] [--words-only]

Without a name: all collections that Tributary made. It works on the store itself (QDRANT_URL, or DATA_DIR of a server
that is stopped), and embeds where COHERE_API_KEY is set. Run it when the log says so, after EMBED_MODEL or
EMBED_DIMENSION has changed, and to give a collection its first embeddings. A collection whose embeddings change is not
whole until the end, and nothing may be written to any meanwhile. Interrupted, run it again.

  --words-only   Leave the collections without embeddings.`;

interface Command {
  collections: string[];
  isWordsOnly: boolean;
}

async function main(): Promise<number> {
  const command = readCommand();
  if (typeof command === "number") return command;
  if (existsSync(".env")) process.loadEnvFile(".env");
  const config = readConfig(process.env);
  if (config.QDRANT_URL === undefined && !existsSync(config.DATA_DIR))
    throw new ConfigError(
      "There is no store to re-index: DATA_DIR names no folder that exists, and QDRANT_URL is not set.",
    );
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () =>
      controller.abort(
        new ConfigError("Interrupted. Run it again: until then a collection may not be whole."),
      ),
    );
  await keepConnections();
  const qdrant =
    config.QDRANT_URL === undefined
      ? await startQdrantThread({ path: config.DATA_DIR })
      : undefined;
  try {
    if (qdrant !== undefined) installQdrantLocal(qdrant, LOCAL_QDRANT);
    // Nobody asks this process for answers.
    const services = await createServices(
      { ...config, REDIS_URL: undefined },
      createNodePlatform(),
    );
    return await reindex(command, services, controller.signal);
  } finally {
    await qdrant?.close();
  }
}

async function reindex(
  { collections, isWordsOnly }: Command,
  services: Services,
  signal: AbortSignal,
): Promise<number> {
  const records = await chooseRecords(collections, services, signal);
  let leftOut = 0;
  for (const record of records) {
    let progress: Progress | undefined;
    let all = 0;
    const done = { measuring: 0, writing: 0 };
    const dependencies: ReindexDependencies = {
      ...services.ingest,
      onBegin(documents) {
        all = documents;
        progress = startProgress(`Re-indexing ${record.name}: ${all} documents`, 2 * all);
      },
      onProgress(pass, documents) {
        if (documents === 0) return;
        done[pass] += documents;
        progress?.advance(documents, `${pass}: ${done[pass]} of ${all}`);
      },
    };
    const report = await reindexCollection(record, { isWordsOnly }, dependencies, signal).catch(
      (error: unknown) => {
        progress?.stop(`${record.name} is not complete`);
        throw error;
      },
    );
    progress?.stop(
      `Re-indexed ${record.name}: ${report.documents} documents, ${report.chunks} chunks` +
        (report.removed > 0 ? `, ${report.removed} stale chunks removed` : ""),
    );
    for (const { why } of report.leftOut) console.error(`Left out: ${why}`);
    leftOut += report.leftOut.length;
  }
  return leftOut === 0 ? 0 : 1;
}

async function chooseRecords(
  names: string[],
  { ingest }: Services,
  signal: AbortSignal,
): Promise<CollectionRecord[]> {
  const { collections } = await ingest.catalog.refresh(signal);
  const all = collections.filter((record) => record.foreign === undefined);
  if (all.length === 0) throw new ConfigError("The store holds no collection of Tributary.");
  if (names.length === 0) return all;
  return [...new Set(names)].map((name) => {
    const record = all.find((known) => known.name === name);
    if (record !== undefined) return record;
    const known = all.map((other) => other.name).join(", ");
    throw new ConfigError(`There is no collection "${name}" of Tributary. There are: ${known}`);
  });
}

/** What is to be done, or the exit code where there is nothing to do. */
function readCommand(): Command | number {
  try {
    const { values, positionals: collections } = parseCommandLine();
    if (values.help !== true) return { collections, isWordsOnly: values["words-only"] };
    console.log(USAGE);
    return 0;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
}

function parseCommandLine() {
  return parseArgs({
    allowPositionals: true,
    options: {
      "words-only": { type: "boolean", default: false },
      help: { type: "boolean" },
    },
  });
}

/** One sentence that says what to do; the error itself where it is none that a user can mend. */
function describeError(error: Error): unknown {
  if (error.name === "StoreError") return `${error.message} (DATA_DIR names the folder.)`;
  if (error instanceof ConfigError || error instanceof AppError) return error.message;
  if (error instanceof DeadlineError)
    return `Qdrant or Cohere is too slow (${error.message}): run it again, with a larger INGEST_TIMEOUT_MS if that does not help.`;
  if (error instanceof UpstreamError)
    return error.service === "cohere"
      ? `Cohere could not embed (status ${error.status ?? "none"}): see that COHERE_API_KEY, EMBED_MODEL and EMBED_DIMENSION are right, and run it again.`
      : `${error.message}. See that QDRANT_URL and QDRANT_API_KEY are right, and run it again.`;
  return error;
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(describeError(error));
    process.exitCode = 1;
  },
);
