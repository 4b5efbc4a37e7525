// The thread that ingests: parsing, encoding, embedding and the calls to Qdrant, with services of its own.
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import type { Config } from "../config.ts";
import type { IngestReport } from "../ingest/ingest.ts";
import { createIngester } from "../ingest/ingester.ts";
import type { DocumentInput } from "../ingest/prepare.ts";
import type { DocumentsBody } from "../ingest/read-documents.ts";
import type { CollectionRecord } from "../ports.ts";
import { installQdrantLocal } from "../qdrant-local/install.ts";
import { createServices } from "../services.ts";
import { keepConnections } from "./connections.ts";
import { createNodePlatform, LOCAL_QDRANT } from "./platform.ts";
import { answerCalls } from "./thread-calls.ts";
import { fetchThrough } from "./thread-fetch.ts";

export interface IngestThreadData {
  config: Config;
  /** Where the jobs come from. */
  jobs: MessagePort;
  /** Leads to the local Qdrant, where there is one. */
  qdrant: MessagePort | undefined;
}

export type IngestJob =
  | { kind: "ingest"; collection: string; documents: DocumentInput[] | DocumentsBody }
  | { kind: "remove"; collection: string; documentId: string };

export type IngestResult = IngestReport | boolean;

export type IngestNotice =
  | { saved: CollectionRecord }
  /** The document that a job is parsing; the thread is deaf meanwhile. */
  | { parsing: { job: number; documentId: string } | undefined };

const { config, jobs, qdrant } = workerData as IngestThreadData;

async function main(): Promise<void> {
  await keepConnections();
  if (qdrant !== undefined) {
    const engine = fetchThrough(qdrant);
    installQdrantLocal(engine, LOCAL_QDRANT);
    qdrant.once("close", () => {
      engine.end(new TypeError("The local Qdrant has ended."));
      // The next job starts a thread with a new port.
      void endWhenIdle();
    });
  }
  // Nobody asks this thread for answers.
  const { ingest } = await createServices(
    { ...config, REDIS_URL: undefined },
    createNodePlatform(),
  );
  const catalog = {
    ...ingest.catalog,
    update(record: CollectionRecord) {
      ingest.catalog.update(record);
      answers.notify({ value: { saved: record } });
    },
  };

  const answers = answerCalls<IngestJob, IngestResult, IngestNotice>(
    jobs,
    async (job, signal, id) => {
      const onParsing = (documentId: string | undefined): void =>
        answers.notify({
          value: { parsing: documentId === undefined ? undefined : { job: id, documentId } },
        });
      const ingester = createIngester(
        { ...ingest, catalog, onParsing },
        config.MAX_DOCUMENT_CHARACTERS,
      );
      const value =
        job.kind === "ingest"
          ? await ingester.ingest(job.collection, job.documents, signal)
          : await ingester.remove(job.collection, job.documentId, signal);
      return { value };
    },
  );

  async function endWhenIdle(): Promise<void> {
    await answers.idle();
    process.exit(0);
  }
  parentPort?.once("message", () => void endWhenIdle());
}

await main();
