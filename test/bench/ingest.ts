// `npm run bench -- ingest`: what chats feel while documents are ingested over HTTP. See --help.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { percentile } from "./figures.ts";
import { CHUNKS_A_DOCUMENT, ingestCorpus } from "./ingest-corpus.ts";
import { type ChatTimes, drive } from "./load.ts";
import { type MeasuredProcess, startMeasured } from "./processes.ts";
import type { ProcessFigures } from "./probe.ts";

const USAGE = `npm run bench -- ingest [--quick] [--json] [--chunks 10000] [--chats 4] [--profile <folder>]

Starts npm start's main on an empty DATA_DIR, asks it questions without and with an ingest beside them, and prints the
delay of the request thread's event loop. Ends with 1 when it is above 20 ms (p99), or when a request failed.`;

const TARGET_P99 = 20;
/** Milliseconds between two rounds of chats: readers at their pace, not as many as the server can take. */
const PAUSE = 150;
const COLLECTION = "corpus";

interface Load {
  process: ProcessFigures;
  times: ChatTimes[];
}

interface Figures {
  readySeconds: number;
  readyAgainSeconds: number;
  idleRssMb: number;
  idleWithAllRssMb: number;
  chunks: number;
  seconds: number;
  alone: Load;
  beside: Load;
}

/** Chats go on until `work` is done. */
async function measureBeside(
  server: MeasuredProcess,
  concurrency: number,
  work: () => Promise<void>,
): Promise<Load> {
  await server.measure();
  const done = new AbortController();
  const working = work().finally(() => done.abort());
  const times: ChatTimes[] = [];
  while (!done.signal.aborted) {
    const round = await drive({ url: server.answer, chats: concurrency, concurrency });
    if (round.failed > 0) throw new Error(`${round.failed} chats failed: ${round.failure}`);
    times.push(...round.times);
    await sleep(PAUSE);
  }
  await working;
  return { process: await server.measure(), times };
}

async function countChunks(url: string): Promise<number> {
  const { collections } = (await (await fetch(`${url}/collections`)).json()) as {
    collections: { name: string; chunks: number }[];
  };
  return collections.find(({ name }) => name === COLLECTION)?.chunks ?? 0;
}

async function start(folder: string): Promise<{ server: MeasuredProcess; seconds: number }> {
  const started = performance.now();
  const server = await startMeasured("src/node/main.ts", {
    ready: /answers at (http:\S+)/,
    env: {
      PORT: "0",
      DATA_DIR: folder,
      ...(profile === undefined ? {} : { PROFILE: join(profile, "ingest.cpuprofile") }),
    },
  });
  return { server, seconds: (performance.now() - started) / 1000 };
}

async function measureIdle(server: MeasuredProcess): Promise<number> {
  await sleep(1000);
  return (await server.measure()).rssMb;
}

async function measure(folder: string, chunks: number, chats: number): Promise<Figures> {
  const first = await start(folder);
  const { server } = first;
  try {
    const idleRssMb = profile === undefined ? await measureIdle(server) : 0;
    await drive({ url: server.answer, chats: 100, concurrency: chats });
    const alone =
      profile === undefined
        ? await measureBeside(server, chats, () => sleep(5000))
        : { process: {} as ProcessFigures, times: [] };
    const began = performance.now();
    let seconds = 0;
    const beside = await measureBeside(server, chats, async () => {
      await ingestCorpus(server.answer, COLLECTION, 0, Math.ceil(chunks / CHUNKS_A_DOCUMENT));
      seconds = (performance.now() - began) / 1000;
    });
    const stored = await countChunks(server.answer);
    if (stored !== chunks) throw new Error(`${stored} chunks are stored instead of ${chunks}.`);
    await server.stop();

    const second = await start(folder);
    const idleWithAllRssMb = await measureIdle(second.server);
    const kept = await countChunks(second.server.answer);
    await second.server.stop();
    if (kept !== chunks) throw new Error(`${kept} chunks are there after a start anew.`);
    return {
      readySeconds: first.seconds,
      readyAgainSeconds: second.seconds,
      idleRssMb,
      idleWithAllRssMb,
      chunks,
      seconds,
      alone,
      beside,
    };
  } finally {
    await server.stop();
  }
}

function render(figures: Figures): string {
  const row = (name: string, { process: used, times }: Load): string => {
    const tokens = times.map(({ firstToken }) => firstToken);
    const cells = [
      used.delayP50Ms,
      used.delayP99Ms,
      used.delayMaxMs,
      percentile(tokens, 0.5),
      percentile(tokens, 0.95),
    ].map((value) => (value ?? 0).toFixed(1).padStart(9));
    return `${name.padEnd(22)}${cells.join("")}${String(times.length).padStart(9)}`;
  };
  const columns = ["p50", "p99", "max", "p50", "p95", "chats"].map((name) => name.padStart(9));
  return `
${" ".repeat(22)}  event-loop delay, ms         first token, ms
${" ".repeat(22)}${columns.join("")}
${row("chats alone", figures.alone)}
${row("beside the ingest", figures.beside)}

${figures.chunks} chunks in ${figures.seconds.toFixed(1)} s: ${(figures.chunks / figures.seconds).toFixed(0)} a second
ready after ${figures.readySeconds.toFixed(2)} s with the samples to load, ${figures.readyAgainSeconds.toFixed(2)} s with all chunks on the disk
memory when idle: ${figures.idleRssMb.toFixed(0)} MB with the samples, ${figures.idleWithAllRssMb.toFixed(0)} MB with all chunks; at most ${figures.beside.process.peakRssMb.toFixed(0)} MB while ingesting`;
}

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    chunks: { type: "string" },
    chats: { type: "string", default: "4" },
    profile: { type: "string" },
  },
});
const { profile } = values;

async function main(): Promise<number> {
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), "tributary-bench-"));
  try {
    const chunks = Number(values.chunks ?? (values.quick ? 2000 : 10_000));
    const figures = await measure(folder, chunks, Number(values.chats));
    console.log(values.json ? JSON.stringify(figures, undefined, 2) : render(figures));
    const { delayP99Ms } = figures.beside.process;
    if (delayP99Ms <= TARGET_P99) return 0;
    console.error(`FAILED the p99 of ${delayP99Ms.toFixed(1)} ms is above ${TARGET_P99} ms`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// The child ends with this process (see startProcess), however it ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
