import { parseArgs } from "node:util";
import { createQdrantLocal } from "../qdrant-local/engine.ts";
import { serveQdrant } from "./serve-qdrant.ts";
import { openSqliteStorage } from "./sqlite.ts";

const USAGE = `Serves Qdrant's local mode: its REST API, as far as src/qdrant-local/README.md says.

  npm run qdrant -- [--port 6333] [--host 127.0.0.1] [--path <folder>]

Everything is kept in the folder, or in memory without --path. Port 0 takes a free one. There is no API key: whoever
reaches the port may read and write.`;

interface Command {
  port: number;
  host: string;
  path: string | undefined;
}

async function main(): Promise<void> {
  const command = readCommand();
  if (typeof command === "number") return void (process.exitCode = command);
  const storage = openSqliteStorage(command.path ?? ":memory:");
  const server = await serveQdrant(createQdrantLocal({ storage }), command);
  console.log(
    `Qdrant's local mode answers at ${server.url}  (${command.path === undefined ? "in memory" : `kept in ${command.path}`})`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void server.close().then(() => {
        storage.close();
        process.exit(0);
      });
    });
  }
}

/** What is to be done, or the exit code where there is nothing to do. */
function readCommand(): Command | number {
  try {
    const { values } = parseCommandLine();
    if (values.help === true) {
      console.log(USAGE);
      return 0;
    }
    const port = Number(values.port);
    if (/^\d+$/.test(values.port) && port <= 65_535 && values.host !== "" && values.path !== "")
      return { port, host: values.host, path: values.path };
    console.error(USAGE);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
  }
  return 2;
}

function parseCommandLine() {
  return parseArgs({
    options: {
      port: { type: "string", default: "6333" },
      host: { type: "string", default: "127.0.0.1" },
      path: { type: "string" },
      help: { type: "boolean" },
    },
  });
}

main().catch((error: NodeJS.ErrnoException) => {
  if (error.code === "EADDRINUSE")
    console.error("The port is in use. Take another one, for example: --port 6334");
  else console.error(error.name === "StoreError" ? error.message : error);
  process.exit(1);
});
