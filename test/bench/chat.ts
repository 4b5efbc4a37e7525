// `npm run bench -- chat`: what a chat costs, ours beside what one would write instead. See --help.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { measureKeyless, measureReady } from "./keyless.ts";
import { CORES, pinSelf } from "./processes.ts";
import { type Report, renderReport } from "./report.ts";
import { SERVER_NAMES } from "./servers/servers.ts";
import { measureStreams, PACED, startUpstreams, type StreamPlan, UNPACED } from "./streams.ts";

const USAGE = `npm run bench -- chat [--quick] [--json] [--chats <n>] [--concurrency 64] [--tokens-per-write 1] [--profile <folder>]

Takes less than 4 minutes, with --quick less than 1. Ends with 1 when a single chat came back incomplete.
--profile writes a CPU profile of each server's last run; its figures are then too high.`;

/** Milliseconds that a paced chat takes at least. */
const PACED_CHAT = 2160;

interface Plan {
  json: boolean;
  streams: StreamPlan;
  paced: StreamPlan;
  keylessChats: number;
  readyRuns: number;
}

/** Undefined when only the usage was asked for. */
function readPlan(): Plan | undefined {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
      chats: { type: "string" },
      concurrency: { type: "string", default: "64" },
      "tokens-per-write": { type: "string", default: "1" },
      profile: { type: "string" },
    },
  });
  if (values.help) return undefined;
  const { quick, profile } = values;
  const concurrency = Number(values.concurrency);
  const warmUp = quick ? 200 : 300;
  return {
    json: values.json,
    streams: {
      servers: SERVER_NAMES,
      rounds: quick ? 1 : 3,
      pace: { ...UNPACED, tokensPerWrite: Number(values["tokens-per-write"]) },
      load: { chats: Number(values.chats ?? (quick ? 600 : 2000)), concurrency },
      warmUp,
      profile,
    },
    paced: {
      servers: ["tributary", "streamText"],
      rounds: 1,
      pace: PACED,
      load: { chats: quick ? 100 : 250, concurrency: 50, spread: PACED_CHAT },
      warmUp,
    },
    keylessChats: quick ? 100 : 200,
    readyRuns: quick ? 3 : 5,
  };
}

async function measure(plan: Plan): Promise<{ report: Report; failures: string[] }> {
  const progress = (text: string): void => void (plan.json || console.error(`  … ${text}`));
  const upstreams = await startUpstreams();
  const streams = await measureStreams(upstreams, plan.streams, (server) =>
    progress(`A: ${server}`),
  );
  const paced = await measureStreams(upstreams, plan.paced, (server) => progress(`D: ${server}`));
  await upstreams.process.stop();
  progress("B");
  const keyless = await measureKeyless(plan.keylessChats);
  progress("C");
  const readySeconds = await measureReady(plan.readyRuns);
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown CPU",
    cores: cpus().length,
    pinned: CORES !== undefined,
  };
  return {
    report: { machine, streams, paced, keyless: keyless.figures, readySeconds },
    failures: [...streams.failures, ...paced.failures, ...keyless.failures],
  };
}

async function main(): Promise<number> {
  const plan = readPlan();
  if (plan === undefined) {
    console.log(USAGE);
    return 0;
  }
  pinSelf();
  const { report, failures } = await measure(plan);
  console.log(plan.json ? JSON.stringify(report, undefined, 2) : renderReport(report));
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
