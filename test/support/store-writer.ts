// Runs the operations against a store and says after each what became of it: `<index> <status> <reads>`.
// With `--restart` the store is closed and opened again on the way and at the end.
import { writeSync } from "node:fs";
import { openSqliteStorage } from "../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { OPERATIONS, send } from "./store-operations.ts";

const [folder = "", mode] = process.argv.slice(2);

function open() {
  const storage = openSqliteStorage(folder);
  return { storage, engine: createQdrantLocal({ storage }) };
}

try {
  let { storage, engine } = open();
  for (const [i, operation] of OPERATIONS.entries()) {
    if (mode === "--restart" && i === 6) {
      storage.close();
      ({ storage, engine } = open());
    }
    const { status } = await send(engine, operation);
    const read = await send(engine, { method: "GET", path: "/collections" });
    writeSync(1, `${i} ${status} ${read.status}\n`);
  }
  if (mode === "--restart") storage.close();
} catch (error) {
  writeSync(1, `${(error as Error).message}\n`);
}
