// `npm run soak -- [--minutes 10] [--seed n]`: the real server under random faults that change every few seconds, with
// readers who do everything readers do. Exit code 1 when anything happened that must never happen.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type ProbedServer, startProbedServer } from "../support/probed-server.ts";
import { createRandom, randomSeed } from "../support/random.ts";
import { readUnhandled } from "../support/spawn-server.ts";
import { nameOperation, startUpstreams, type Upstreams } from "../support/upstreams.ts";
import { startChaos } from "./chaos.ts";
import { ACTIONS, type ReaderOptions } from "./readers.ts";

const READERS = 12;
/** Milliseconds for a whole answer, and what an answer may take beyond it on a busy machine. */
const CHAT_TIMEOUT = 4000;
const SLACK = 2000;
/** Milliseconds for which an answer goes on without a reader, and is kept. */
const DETACHED_TIMEOUT = 2000;
/** Milliseconds for a broken operation to be tried again, and a little more. */
const RECOVERY = 7000;
/** Bytes that the heap may have grown by since a tenth of the time. */
const HEAP_GROWTH = 30 * 1024 * 1024;
/** Looks at the heap. */
const LOOKS = 10;

const LIMITS = {
  CHAT_TIMEOUT_MS: String(CHAT_TIMEOUT),
  EMBED_TIMEOUT_MS: "500",
  CONDENSE_TIMEOUT_MS: "500",
  RETRIEVAL_TIMEOUT_MS: "500",
  RERANK_TIMEOUT_MS: "500",
  FIRST_TOKEN_TIMEOUT_MS: "1500",
  TOKEN_TIMEOUT_MS: "1000",
  INGEST_TIMEOUT_MS: "2000",
  WRITE_TIMEOUT_MS: "2000",
  DETACHED_TIMEOUT_MS: String(DETACHED_TIMEOUT),
  KEEP_ALIVE_MS: "300",
};

const violations: string[] = [];
const outcomes = new Map<string, number>();

async function soak(minutes: number, seed: number): Promise<void> {
  const upstreams = await startUpstreams();
  const servers = await Promise.all(
    ["false", "true"].map((RESUMABLE) =>
      startProbedServer(
        { ...upstreams.environment, ...LIMITS, RESUMABLE },
        { onUnhandled: violate },
      ),
    ),
  );
  for (const server of servers)
    void server.exited.then(({ code, signal }) => {
      if (code !== 0) violate(`a server ended: ${code ?? signal}\n${server.stderr().slice(-3000)}`);
    });
  const random = createRandom(seed);
  const end = new AbortController();
  const chaos = startChaos(upstreams, random, end.signal);
  const options = {
    urls: servers.map(({ url }) => url),
    random,
    longest: CHAT_TIMEOUT + SLACK,
  };
  const readers = Array.from({ length: READERS }, () => readOn(options, end.signal));
  const heaps = await lookAtHeaps(servers, upstreams, minutes * 60_000);
  end.abort();
  await Promise.all([...readers, chaos.ended]);

  await expectRecovery(options);
  await expectNothingOpen(upstreams);
  expectBoundedHeaps(heaps);
  await expectNothingHeld(servers, upstreams);
  await Promise.all(servers.map(shutDown));
  report(minutes, seed, chaos.met, heaps);
}

function violate(what: string): void {
  violations.push(what);
  console.error(`\nVIOLATION: ${what}\n`);
}

/** One action after the other. */
async function readOn(options: ReaderOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const name = options.random.pick(Object.keys(ACTIONS));
    try {
      const outcome = `${name}: ${await ACTIONS[name]!(options)}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (error) {
      violate(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      // A server that is gone would else be asked ten thousand times a second.
      await sleep(500);
    }
  }
}

/** Bytes in use of each server, at each look. */
async function lookAtHeaps(
  servers: ProbedServer[],
  upstreams: Upstreams,
  milliseconds: number,
): Promise<number[][]> {
  const heaps: number[][] = servers.map(() => []);
  for (let look = 0; look < LOOKS; look++) {
    const end = performance.now() + milliseconds / LOOKS;
    while (performance.now() < end) {
      await sleep(Math.min(1000, Math.max(0, end - performance.now())));
      upstreams.forgetEnded();
    }
    const held = await Promise.all(servers.map((server) => server.holdings()));
    for (const [index, { heap }] of held.entries()) heaps[index]!.push(heap);
    process.stdout.write(`\r${look + 1} of ${LOOKS}, ${violations.length} violations `);
  }
  process.stdout.write("\n");
  return heaps;
}

/** Without faults every server soon gives whole answers again. */
async function expectRecovery(options: ReaderOptions): Promise<void> {
  for (const url of options.urls) {
    const deadline = performance.now() + RECOVERY;
    for (;;) {
      const end = await ACTIONS["read"]!({ ...options, urls: [url] }).catch(String);
      if (end === "finish") break;
      if (performance.now() > deadline) {
        violate(`no whole answer ${RECOVERY} ms after the last fault, but ${end}`);
        break;
      }
      await sleep(200);
    }
  }
}

async function expectNothingOpen(upstreams: Upstreams): Promise<void> {
  const deadline = performance.now() + CHAT_TIMEOUT + DETACHED_TIMEOUT;
  while (upstreams.openRequests().length > 0 && performance.now() < deadline) await sleep(50);
  const open = upstreams.openRequests().map(nameOperation);
  if (open.length > 0) violate(`left open upstream: ${open.join(", ")}`);
}

function expectBoundedHeaps(heaps: number[][]): void {
  for (const [first = 0, ...rest] of heaps) {
    const growth = Math.min(...rest.slice(-3)) - first;
    if (growth > HEAP_GROWTH) violate(`the heap grew by ${inMegabytes(growth)} MB`);
  }
}

/** No socket and no timer is left once answers are forgotten and the upstreams are gone. */
async function expectNothingHeld(servers: ProbedServer[], upstreams: Upstreams): Promise<void> {
  await upstreams.close();
  const deadline = performance.now() + DETACHED_TIMEOUT + 5000;
  for (const server of servers) {
    for (;;) {
      const { resources } = await server.holdings();
      const held = ["TCPSocketWrap", "Timeout"].filter((type) => resources[type] !== undefined);
      if (held.length === 0) break;
      if (performance.now() > deadline) {
        violate(`still held: ${held.map((type) => `${resources[type]} ${type}`).join(", ")}`);
        break;
      }
      await sleep(200);
    }
  }
}

async function shutDown(server: ProbedServer): Promise<void> {
  server.kill("SIGTERM");
  const ended = await Promise.race([server.exited, sleep(15_000, undefined, { ref: false })]);
  if (ended === undefined) violate("a server did not end after SIGTERM");
  await server.stop();
  const unhandled = readUnhandled(server.stderr());
  if (unhandled.length > 0) violate(`unhandled in a server: ${unhandled.join("; ")}`);
}

function report(
  minutes: number,
  seed: number,
  met: Record<string, number>,
  heaps: number[][],
): void {
  const total = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
  console.log(`\n${total} actions in ${minutes} minutes, seed ${seed}`);
  for (const [outcome, count] of [...outcomes].toSorted())
    console.log(`${String(count).padStart(7)}  ${outcome}`);
  console.log("\nFaults met:");
  for (const [fault, count] of Object.entries(met).toSorted())
    console.log(`${String(count).padStart(7)}  ${fault}`);
  console.log("\nHeap in MB, look by look:");
  for (const heap of heaps) console.log(`  ${heap.map(inMegabytes).join(" ")}`);
  console.log(`\n${violations.length} violations`);
}

const inMegabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

const { values } = parseArgs({
  options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } },
});
const seed = values.seed === undefined ? randomSeed() : Number(values.seed);
console.log(`Soaking for ${values.minutes} minutes with seed ${seed}.`);
await soak(Number(values.minutes), seed);
process.exit(violations.length === 0 ? 0 : 1);
