import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { readFolder } from "./cli-files.ts";
import { type CliDocument, sendDocuments } from "./cli-send.ts";
import { startProgress } from "./progress.ts";

const USAGE = `Stores Markdown and text files in a collection of a running Tributary.

  npm run ingest -- <folder|file…> --collection <name> [--url http://127.0.0.1:8787]

Document ids are paths below the given folder. With ADMIN_KEY in the environment or .env it is sent along.`;

interface Command {
  paths: string[];
  collection: string;
  url: string;
}

async function main(): Promise<number> {
  if (existsSync(".env")) process.loadEnvFile(".env");
  const command = readCommand();
  if (typeof command === "number") return command;
  const { documents, refused } = readFolder(command.paths);
  const progress = startProgress(
    `Sending ${documents.length} documents to ${command.collection}`,
    documents.length,
  );
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Error("Interrupted.")));
  const target = {
    url: command.url,
    collection: command.collection,
    adminKey: process.env["ADMIN_KEY"],
    signal: controller.signal,
  };
  const result = await sendDocuments(documents, target, (batch: CliDocument[]) =>
    progress.advance(batch.length, batch.length === 1 ? batch[0]!.id : `${batch.length} documents`),
  );
  progress.stop(`Stored ${result.stored} documents, ${result.chunks} chunks`);
  const leftOut = [...refused, ...result.refused];
  if (leftOut.length === 0 && result.stored > 0) return 0;
  if (leftOut.length > 0) console.error(`Left out ${leftOut.length}:`);
  else console.error("There was nothing to store.");
  for (const { name, why } of leftOut) console.error(`  ${name}: ${why}`);
  return 1;
}

/** What is to be done, or the exit code where there is nothing to do. */
function readCommand(): Command | number {
  let parsed: ReturnType<typeof parseCommandLine>;
  try {
    parsed = parseCommandLine();
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  const { values, positionals: paths } = parsed;
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  if (paths.length === 0 || values.collection === undefined || !URL.canParse(values.url)) {
    console.error(
      `What is missing is a folder or files, a --collection, or a --url that is one.\n\n${USAGE}`,
    );
    return 2;
  }
  return { paths, collection: values.collection, url: values.url };
}

function parseCommandLine() {
  return parseArgs({
    allowPositionals: true,
    options: {
      collection: { type: "string" },
      url: { type: "string", default: "http://127.0.0.1:8787" },
      help: { type: "boolean" },
    },
  });
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
