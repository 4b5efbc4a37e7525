import { parseArgs } from "node:util";
import { readFolder } from "./cli-files.ts";
import { type CliDocument, sendDocuments } from "./cli-send.ts";
import { startProgress } from "./progress.ts";

const USAGE = `Stores Markdown and text files in a collection of a running Tributary.

  npm run ingest -- <folder|file…> --collection <name> [--url http://127.0.0.1:8787]

Document ids are paths below the given folder. With ADMIN_KEY in the environment it is sent along.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      collection: { type: "string" },
      url: { type: "string", default: "http://127.0.0.1:8787" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.length === 0 || values.collection === undefined || !URL.canParse(values.url)) {
    console.error(USAGE);
    return 2;
  }
  const { documents, refused } = readFolder(positionals);
  const progress = startProgress(
    `Sending ${documents.length} documents to ${values.collection}`,
    documents.length,
  );
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Error("Interrupted.")));
  const target = {
    url: values.url,
    collection: values.collection,
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

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
