// `npm run bench -- overload`: twice and five times as many readers as answers are written at the same time.
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "./figures.ts";
import { ask, ChatError, type ChatTimes, drive } from "./load.ts";
import { CORES, type MeasuredProcess, pinSelf, readBusyMs } from "./processes.ts";
import { QUESTIONS, REPLY_TEXT } from "./questions.ts";
import { startServer } from "./servers/servers.ts";
import { PACED, setPace, startUpstreams, UNPACED } from "./streams.ts";

/** Answers that the server writes at the same time. */
const BOUND = 50;
const LOADS = [1, 2, 5];
/** Milliseconds for which each load lasts. */
const DURATION = 20_000;
/** Milliseconds over which those who were refused at the same time spread when they come again. */
const JITTER = 1000;
const TARGETS = { refusedMs: 50, ratio: 1.5 };

interface LoadFigures {
  load: number;
  times: ChatTimes[];
  /** Milliseconds from each refused request to the end of its response. */
  refusals: number[];
  failures: string[];
  /** Shares of the server's core, and cores that processes of others took: beyond a tenth the times say little. */
  busy: number;
  others: number;
}

async function measureLoad(
  server: MeasuredProcess,
  upstreams: MeasuredProcess,
  load: number,
): Promise<LoadFigures> {
  const figures: LoadFigures = { load, times: [], refusals: [], failures: [], busy: 0, others: 0 };
  const url = server.answer;
  await Promise.all([server.measure(), upstreams.measure()]);
  const [busyBefore, ownBefore, started] = [readBusyMs(), process.cpuUsage(), performance.now()];
  const agent = new Agent({ keepAlive: true });
  const readers = BOUND * load;
  const end = performance.now() + DURATION;
  let next = 0;

  async function read(number: number): Promise<void> {
    // Not all at once: a model's pace would keep them in step.
    await sleep((2000 * number) / readers);
    while (performance.now() < end) {
      const question = QUESTIONS[next++ % QUESTIONS.length]!;
      try {
        figures.times.push(await ask({ url, text: REPLY_TEXT }, question, agent));
      } catch (error) {
        if (!(error instanceof ChatError) || error.status !== 503) {
          figures.failures.push(String(error));
          continue;
        }
        figures.refusals.push(error.total);
        await sleep(1000 * error.retryAfter + Math.random() * JITTER);
      }
    }
  }
  await Promise.all(Array.from({ length: readers }, (_, number) => read(number)));
  agent.destroy();
  const wall = performance.now() - started;
  const own = process.cpuUsage(ownBefore);
  const [ofServer, ofUpstreams] = await Promise.all([server.measure(), upstreams.measure()]);
  const ours = ofServer.cpuMs + ofUpstreams.cpuMs + (own.user + own.system) / 1000;
  figures.busy = ofServer.cpuMs / wall;
  figures.others = Math.max(0, readBusyMs() - busyBefore - ours) / wall;
  return figures;
}

function render(results: LoadFigures[]): string {
  const base = results[0]!;
  const p95 = ({ times }: LoadFigures, key: "firstToken" | "total"): number =>
    percentile(
      times.map((time) => time[key]),
      0.95,
    );
  const lines = results.map((result) => {
    const { load, times, refusals } = result;
    const late = refusals.filter((ms) => ms > TARGETS.refusedMs).length;
    const ratio = (key: "firstToken" | "total"): string =>
      `${p95(result, key).toFixed(0)} (${(p95(result, key) / p95(base, key)).toFixed(2)}×)`;
    return [
      `${load}×`.padStart(4),
      String(times.length).padStart(8),
      ratio("firstToken").padStart(16),
      ratio("total").padStart(16),
      String(refusals.length).padStart(8),
      percentile(refusals, 0.5).toFixed(1).padStart(8),
      percentile(refusals, 0.99).toFixed(1).padStart(8),
      Math.max(0, ...refusals)
        .toFixed(1)
        .padStart(8),
      String(late).padStart(8),
      result.busy.toFixed(2).padStart(8),
      result.others.toFixed(2).padStart(8),
    ].join(" ");
  });
  return [
    `${BOUND} answers at the same time (MAX_CHATS), a model's pace; targets: refused ≤ ${TARGETS.refusedMs} ms, p95 ≤ ${TARGETS.ratio}×`,
    "",
    "load  answers  first token p95  whole answer p95  refused   p50 ms   p99 ms   max ms  > 50 ms     busy   others",
    ...lines,
  ].join("\n");
}

async function main(): Promise<number> {
  pinSelf();
  const upstreams = await startUpstreams();
  const server = await startServer("tributary", upstreams.settings, {
    core: CORES?.server,
    env: { MAX_CHATS: String(BOUND) },
  });
  const url = server.answer;
  await setPace(upstreams, UNPACED);
  await drive({ url, chats: 300, concurrency: 16 });
  await setPace(upstreams, PACED);
  const results: LoadFigures[] = [];
  for (const load of LOADS) {
    console.error(`  … ${load}×`);
    results.push(await measureLoad(server, upstreams.process, load));
  }
  await server.stop();
  await upstreams.process.stop();
  console.log(render(results));
  const failures = results.flatMap(({ failures }) => failures);
  for (const failure of failures.slice(0, 5)) console.error(`FAILED ${failure}`);
  return failures.length === 0 ? 0 : 1;
}

process.exit(await main());
