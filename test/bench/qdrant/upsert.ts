// Writing to a store on the disk through the client that the application ships with, and opening it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Api, createQdrantApi } from "../../../src/adapters/qdrant-client.ts";
import { openSqliteStorage } from "../../../src/node/sqlite.ts";
import { createQdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import { COLLECTION, createRandom, definition, randomDense, TENANTS } from "./data.ts";
import { median } from "./timing.ts";

export interface UpsertFigures {
  pointsPerSecond: number;
  /** From the file to an engine that answers. */
  openMs: number;
}

const BATCH = 200;
/** About 1 KB of payload with the other fields. */
const TEXT = "The quick brown fox jumps over the lazy dog. ".repeat(22).trim();

export async function measureUpsert(
  points: number,
  size: number,
  runs: number,
): Promise<UpsertFigures> {
  const batches = createBatches(points, size);
  const figures: UpsertFigures[] = [];
  for (let run = 0; run < runs; run++) figures.push(await measureOnce(batches, size));
  return {
    pointsPerSecond: median(figures.map(({ pointsPerSecond }) => pointsPerSecond)),
    openMs: median(figures.map(({ openMs }) => openMs)),
  };
}

async function measureOnce(batches: object[][], size: number): Promise<UpsertFigures> {
  const folder = mkdtempSync(join(tmpdir(), "bench-qdrant-"));
  try {
    const points = batches.flat().length;
    const seconds = await writeBatches(folder, batches, size);
    return { pointsPerSecond: points / seconds, openMs: openStore(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function writeBatches(folder: string, batches: object[][], size: number): Promise<number> {
  const storage = openSqliteStorage(folder);
  const uninstall = installQdrantLocal(createQdrantLocal({ storage }));
  const api = await createQdrantApi({ url: "http://qdrant.local" });
  await createBenchCollection(api, size);
  const started = performance.now();
  for (const points of batches) {
    await api.upsertPoints({ collection_name: COLLECTION, wait: true, points } as never);
  }
  const seconds = (performance.now() - started) / 1000;
  uninstall();
  storage.close();
  return seconds;
}

async function createBenchCollection(api: Api, size: number): Promise<void> {
  await api.createCollection({
    collection_name: COLLECTION,
    ...definition({ size, hasSparse: false }),
  });
  await api.createFieldIndex({
    collection_name: COLLECTION,
    field_name: "tenant",
    field_schema: "keyword",
    wait: true,
  });
}

function openStore(folder: string): number {
  const started = performance.now();
  const storage = openSqliteStorage(folder);
  createQdrantLocal({ storage });
  const elapsed = performance.now() - started;
  storage.close();
  return elapsed;
}

function createBatches(points: number, size: number): object[][] {
  const random = createRandom(1);
  return Array.from({ length: points / BATCH }, (_, batch) =>
    Array.from({ length: BATCH }, (_, i) => {
      const id = batch * BATCH + i;
      return {
        id: `00000000-0000-4000-8000-${String(id).padStart(12, "0")}`,
        vector: { dense: Array.from(randomDense(size, random)) },
        payload: { tenant: `tenant-${id % TENANTS}`, text: TEXT },
      };
    }),
  );
}
