import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadSamples } from "../samples.ts";
import type { Services } from "../services.ts";
import { readSamples } from "./files.ts";
import { startProgress } from "./progress.ts";

/** Stands in the folder while samples are loaded: what is there may be a part of them. */
const MARKER = "samples-loading";

/** Loads the samples into an empty store, and again into one whose loading was interrupted. Others stay as they are. */
export async function loadSamplesOnce(services: Services): Promise<void> {
  const folder = services.config.DATA_DIR;
  const marker = folder === ":memory:" ? undefined : join(folder, MARKER);
  const signal = AbortSignal.timeout(60_000);
  const { collections } = await services.ingest.catalog.refresh(signal);
  const isInterrupted = marker !== undefined && existsSync(marker);
  if (collections.length > 0 && !isInterrupted) return;

  if (marker !== undefined) writeFileSync(marker, "");
  const samples = readSamples();
  const total = Object.values(samples).reduce((sum, documents) => sum + documents.length, 0);
  const progress = startProgress("Loading the sample collections", total);
  await loadSamples(samples, services, signal, (name, documents) =>
    progress.advance(documents, `${name}: ${documents} documents`),
  );
  progress.stop(`Loaded ${total} sample documents in ${Object.keys(samples).length} collections`);
  if (marker !== undefined) rmSync(marker);
}
