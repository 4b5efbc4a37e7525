// Our own part alone: no key, no upstream, the sample collections in the process.
import { setTimeout as sleep } from "node:timers/promises";
import { type Figures, percentile } from "./figures.ts";
import { drive } from "./load.ts";
import { CORES, startMeasured } from "./processes.ts";

export interface KeylessFigures extends Figures {
  sourcesP50: number;
  sourcesP95: number;
  firstTokenP50: number;
  firstTokenP95: number;
}

const MAIN = "src/node/main.ts";
const READY = /answers at (http:\S+)/;

/** One chat after another: what we add before the first token. */
export async function measureKeyless(
  chats: number,
): Promise<{ figures: KeylessFigures; failures: string[] }> {
  const server = await startMeasured(MAIN, {
    ready: READY,
    env: { PORT: "0", DATA_DIR: ":memory:" },
    core: CORES?.server,
  });
  try {
    await drive({ url: server.answer, chats: 30, concurrency: 1 });
    const { times, failed, failure } = await drive({ url: server.answer, chats, concurrency: 1 });
    const sources = times.flatMap((time) => time.sources ?? []);
    const firstTokens = times.map(({ firstToken }) => firstToken);
    return {
      failures: failed === 0 ? [] : [`keyless: ${failed} chats failed, the first: ${failure}`],
      figures: {
        sourcesP50: percentile(sources, 0.5),
        sourcesP95: percentile(sources, 0.95),
        firstTokenP50: percentile(firstTokens, 0.5),
        firstTokenP95: percentile(firstTokens, 0.95),
      },
    };
  } finally {
    await server.stop();
  }
}

/** Seconds from the start of the process to the line that says where it answers; the median. */
export async function measureReady(runs: number): Promise<number> {
  const seconds: number[] = [];
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    const cores = CORES === undefined ? undefined : `${CORES.server},${CORES.load}`;
    const server = await startMeasured(MAIN, {
      ready: READY,
      env: { PORT: "0", DATA_DIR: ":memory:" },
      core: cores,
    });
    seconds.push((performance.now() - started) / 1000);
    await server.stop();
    await sleep(100);
  }
  return percentile(seconds, 0.5);
}
