// `npm run bench`: what a chat costs, ours beside what one would write instead. See --help.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureKeyless, measureReady } from "./keyless.ts";
import { CORES, pinSelf } from "./processes.ts";
import { type Report, renderReport } from "./report.ts";
import { SERVER_NAMES } from "./servers/servers.ts";
import { measureStreams, startUpstreams, UNPACED } from "./streams.ts";

const USAGE = `npm run bench -- [--quick] [--json] [--chats 2000] [--concurrency 64] [--tokens-per-write 1]

Under 4 minutes, with --quick under 1. Ends with 1 when a single chat came back incomplete.`;

const PACE = { embedMs: 30, firstTokenMs: 150, tokenMs: 20, tokensPerWrite: 1 };
/** Milliseconds that a paced chat takes at least. */
const PACED_CHAT = 2200;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      chats: { type: "string" },
      concurrency: { type: "string", default: "64" },
      "tokens-per-write": { type: "string", default: "1" },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { quick } = values;
  const progress = (text: string): void => void (values.json || console.error(`  … ${text}`));
  pinSelf();
  const upstreams = await startUpstreams();

  const streams = await measureStreams(
    upstreams,
    {
      servers: SERVER_NAMES,
      rounds: quick ? 1 : 3,
      pace: { ...UNPACED, tokensPerWrite: Number(values["tokens-per-write"]) },
      load: {
        chats: Number(values.chats ?? (quick ? 600 : 2000)),
        concurrency: Number(values.concurrency),
      },
      warmUp: quick ? 200 : 400,
    },
    (server) => progress(`A: ${server}`),
  );
  const paced = await measureStreams(
    upstreams,
    {
      servers: ["tributary", "streamText"],
      rounds: 1,
      pace: PACE,
      load: { chats: quick ? 100 : 250, concurrency: 50, spread: PACED_CHAT },
      warmUp: quick ? 200 : 400,
    },
    (server) => progress(`D: ${server}`),
  );
  await upstreams.process.stop();
  progress("B: keyless");
  const keyless = await measureKeyless(quick ? 100 : 200);
  progress("C: ready");
  const report: Report = {
    machine: {
      node: process.version,
      cpu: cpus()[0]?.model ?? "unknown CPU",
      cores: cpus().length,
      pinned: CORES !== undefined,
    },
    streams,
    paced,
    keyless: keyless.figures,
    readySeconds: await measureReady(quick ? 3 : 5),
  };
  console.log(values.json ? JSON.stringify(report, undefined, 2) : renderReport(report));

  const failures = [...streams.failures, ...paced.failures, ...keyless.failures];
  for (const failure of failures) console.error(`FAILED ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

// The children end with this process (see startProcess), however it ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
