import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QdrantClient } from "@qdrant/js-client-rest";
import { openSqliteStorage } from "../../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import type { Connect } from "./connection.ts";
import { describeLocalOnly } from "./local-only.ts";
import { describeQdrantContract } from "./suite.ts";

/** In memory where that can be: thousands of starts would wait for a disk. */
const QUICK = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const options = {
  url: "http://qdrant.local:6333",
  checkCompatibility: false,
  timeout: Infinity,
};

interface Engine {
  fetch(request: Request): Promise<Response>;
  close(): void;
}

function openEngine(folder: string): Engine {
  const storage = openSqliteStorage(folder);
  return { fetch: createQdrantLocal({ storage }).fetch, close: storage.close };
}

/** Ends and starts again before every request: whatever an answer rests on has come from the file. */
function openRestartingEngine(folder: string): Engine {
  let engine = openEngine(folder);
  let last: Promise<unknown> = Promise.resolve();
  return {
    fetch(request) {
      const answer = last.then(() => {
        engine.close();
        engine = openEngine(folder);
        return engine.fetch(request);
      });
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => engine.close(),
  };
}

function connectTo(open: (folder: string) => Engine): Connect {
  return async () => {
    const folder = mkdtempSync(join(QUICK, "qdrant-contract-"));
    const engine = open(folder);
    const uninstall = installQdrantLocal(engine);
    return {
      client: new QdrantClient(options),
      url: options.url,
      async close() {
        uninstall();
        engine.close();
        rmSync(folder, { recursive: true });
      },
    };
  };
}

describeQdrantContract("qdrant-local, kept in a file", connectTo(openEngine));
describeLocalOnly(connectTo(openEngine));
describeQdrantContract(
  "qdrant-local, started anew before every request",
  connectTo(openRestartingEngine),
);
