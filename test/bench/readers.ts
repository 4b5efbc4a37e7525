// `npm run bench -- readers`: what readers who take nothing of an endless answer cost those who read.
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { readSendQueues } from "../support/process-figures.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { percentile } from "./figures.ts";
import { ask, drive } from "./load.ts";
import { CORES, pinSelf } from "./processes.ts";
import { FLOOD_QUESTION, QUESTIONS, REPLY_TEXT } from "./questions.ts";
import { startServer } from "./servers/servers.ts";
import { PACED, setPace, startUpstreams, UNPACED } from "./streams.ts";

const SILENT = 200;
const NORMAL = 20;
/** Milliseconds for which each phase is measured. */
const PHASE = 20_000;
/** Milliseconds: they are not to be cut while they are measured. */
const WRITE_TIMEOUT = 120_000;
const TARGETS = { ratio: 1.2, memoryMb: 200 };

interface Phase {
  name: string;
  firstTokens: number[];
  rssMb: number;
}

async function main(): Promise<number> {
  pinSelf();
  const upstreams = await startUpstreams();
  const server = await startServer("tributary", upstreams.settings, {
    core: CORES?.server,
    env: {
      MAX_CHATS: "500",
      MAX_OUTPUT_TOKENS: "1000000",
      WRITE_TIMEOUT_MS: String(WRITE_TIMEOUT),
    },
  });
  const url = server.answer;
  const failures: string[] = [];

  /** Readers who read, one chat after another, for so long. */
  async function measure(name: string, duration: number): Promise<Phase> {
    console.error(`  … ${name}`);
    const agent = new Agent({ keepAlive: true });
    const end = performance.now() + duration;
    const firstTokens: number[] = [];
    const read = async (number: number): Promise<void> => {
      await sleep((2000 * number) / NORMAL);
      for (let chat = number; performance.now() < end; chat++) {
        const question = QUESTIONS[chat % QUESTIONS.length]!;
        await ask({ url, text: REPLY_TEXT }, question, agent).then(
          ({ firstToken }) => void firstTokens.push(firstToken),
          (error: unknown) => void failures.push(String(error)),
        );
      }
    };
    await Promise.all(Array.from({ length: NORMAL }, (_, number) => read(number)));
    agent.destroy();
    return { name, firstTokens, rssMb: (await server.measure()).rssMb };
  }

  await setPace(upstreams, UNPACED);
  // As many at the same time as there will be.
  await drive({ url, chats: 3 * SILENT, concurrency: SILENT });
  await setPace(upstreams, PACED);
  const phases = [await measure("without", PHASE)];
  const silent = await Promise.all(
    Array.from({ length: SILENT }, () =>
      openRawRequest(`${url}/chat`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ message: FLOOD_QUESTION }),
        paused: true,
      }),
    ),
  );
  phases.push(await measure("while buffers fill", PHASE));
  await untilStandstill(Number(new URL(url).port));
  phases.push(await measure("beside them", PHASE));
  silent.forEach((reader) => reader.destroy());
  await server.stop();
  await upstreams.process.stop();
  console.log(render(phases));
  for (const failure of failures.slice(0, 5)) console.error(`FAILED ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

/** Until the buffers of all connections are full. */
async function untilStandstill(port: number): Promise<void> {
  let before = "";
  for (let look = 0; look < 30; look++) {
    const now = JSON.stringify([...readSendQueues(port)]);
    if (now === before) return;
    before = now;
    await sleep(2000);
  }
  console.error("  … some still take something");
}

function render(phases: Phase[]): string {
  const [without] = phases;
  const p95 = ({ firstTokens }: Phase): number => percentile(firstTokens, 0.95);
  return [
    `${NORMAL} readers beside ${SILENT} who take nothing of an endless answer; targets: p95 ≤ ${TARGETS.ratio}×, memory ≤ +${TARGETS.memoryMb} MB`,
    "",
    ...phases.map(
      (phase) =>
        `${phase.name.padEnd(20)} ${String(phase.firstTokens.length).padStart(5)} answers, first token p50 ${percentile(phase.firstTokens, 0.5).toFixed(0)} ms, p95 ${p95(phase).toFixed(0)} ms (${(p95(phase) / p95(without!)).toFixed(2)}×), memory ${phase.rssMb.toFixed(0)} MB (${(phase.rssMb - without!.rssMb).toFixed(0)})`,
    ),
  ].join("\n");
}

process.exit(await main());
