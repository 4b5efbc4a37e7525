import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import type { ChatRequestSeen } from "../support/chat-request.ts";
import type { Fault } from "../support/faults.ts";
import type { SeenRequest } from "../support/request-log.ts";
import { collectStream, type UIEvent } from "../support/sse.ts";
import { nameOperation, QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

declare const FULL: boolean;

const CHATS_PER_SECOND = 50;
/** Calls of one operation for each first attempt, at most. */
const MOST_CALLS = 1.2;
/** Milliseconds after which a broken operation is tried again, and what a busy machine may add. */
const WINDOW = 5000;
const SLACK = 1000;

const COLLECTIONS = ["guides", "policies", "products"];
const SEARCHES = COLLECTIONS.map((name) => `search ${name}`);
const OPERATIONS = ["condense", "embed", ...SEARCHES, "rerank", "model"];

/** One number for each chat, in its question: so a first attempt can be told from a repeat. */
const MARK = /storm-(\d+)/;

let upstreams: Upstreams;
let tributary: Tributary;

beforeAll(async () => {
  upstreams = await startUpstreams();
});
afterAll(() => upstreams.close());
// A fresh server each: what an operation has saved up for retries, or failed before, is none of the next storm's.
beforeEach(async () => {
  upstreams.clear();
  upstreams.model.reply = (request) =>
    isCondense(request) ? lastQuestion(request) : "1.62 kg [1].";
  tributary = await startTributary({
    ...upstreams.environment,
    // Only faults that were ordered may fail: a machine that is too slow for this many chats is none.
    EMBED_TIMEOUT_MS: "15000",
    CONDENSE_TIMEOUT_MS: "15000",
    RETRIEVAL_TIMEOUT_MS: "15000",
    RERANK_TIMEOUT_MS: "15000",
    MAX_CHATS: "2000",
  });
});
afterEach(async () => {
  expect(tributary.stderr()).not.toMatch(/unhandled|uncaught/i);
  await tributary.stop();
});

const isCondense = ({ stream }: { stream: boolean }): boolean => !stream;

/** The question as it was asked, so that no chat searches twice. */
function lastQuestion({ prompt }: ChatRequestSeen): string {
  return /Last question: (.*)/.exec(prompt)?.[1] ?? "";
}

function nameCall(seen: SeenRequest): string {
  const name = nameOperation(seen);
  if (name !== "chat") return name;
  return (seen.body as { stream?: boolean }).stream === true ? "model" : "condense";
}

/** Makes every call of the operations that `strikes` says fail with 503. */
function breakOperations(names: string[], strikes = (_name: string): boolean => true): void {
  const fault: Fault = { kind: "status", status: 503 };
  for (const operation of ["embed", "rerank", "chat"] as const) {
    const match = (seen: SeenRequest): boolean => {
      const name = nameCall(seen);
      return names.includes(name) && strikes(name);
    };
    upstreams.model.fault(operation, fault, { match });
  }
  for (const name of COLLECTIONS.map((collection) => `search ${collection}`)) {
    if (!names.includes(name)) continue;
    const path = `/collections/${name.slice("search ".length)}/points/query`;
    upstreams.qdrant.fault((request) => request.path.startsWith(path) && strikes(name), fault);
  }
}

interface Ended {
  events: UIEvent[];
  done: boolean;
}

/** Asks at a steady pace, whatever comes back, and waits for every answer. */
async function storm(seconds: number): Promise<Ended[]> {
  const chats: Promise<Ended>[] = [];
  const started = performance.now();
  for (let number = 0; number < seconds * CHATS_PER_SECOND; number++) {
    const wait = started + (number * 1000) / CHATS_PER_SECOND - performance.now();
    if (wait > 0) await sleep(wait);
    chats.push(ask(number));
  }
  return Promise.all(chats);
}

async function ask(number: number): Promise<Ended> {
  const text = `And ${QUESTION} storm-${number}`;
  const response = await postJson(`${tributary.url}/chat`, {
    messages: [
      { role: "user", content: "Tell me about tents." },
      { role: "assistant", content: "Which one?" },
      { role: "user", content: text },
    ],
  });
  const { events, done, failure } = await collectStream(response);
  if (failure !== undefined) throw failure;
  return { events, done };
}

interface Counts {
  calls: number;
  /** Calls with a question, or a search vector, that had not been seen. */
  first: number;
}

function countCalls(): Record<string, Counts> {
  const seen = new Map<string, Set<string>>();
  const counts: Record<string, Counts> = {};
  for (const request of upstreams.requests()) {
    const name = nameCall(request);
    if (!OPERATIONS.includes(name)) continue;
    const body = JSON.stringify(request.body);
    const known = seen.get(name) ?? new Set();
    seen.set(name, known.add(MARK.exec(body)?.[1] ?? body));
    counts[name] = { calls: (counts[name]?.calls ?? 0) + 1, first: known.size };
  }
  return counts;
}

/** No operation may be called oftener than a fifth above its first attempts; one repeat is free. */
function expectNoStorm(counts: Record<string, Counts>, label: string): void {
  if (FULL)
    for (const [name, { calls, first }] of Object.entries(counts))
      console.log(`${label}: ${name}: ${calls} calls, ${first} first attempts`);
  const tooMany = Object.entries(counts).filter(
    ([, { calls, first }]) => calls > (FULL ? MOST_CALLS * first : Math.ceil(MOST_CALLS * first)),
  );
  expect(tooMany).toEqual([]);
}

function expectOneEnd(chats: Ended[]): void {
  for (const { events, done } of chats) {
    const ends = events.filter(({ type }) => ["finish", "error", "abort"].includes(type));
    expect(ends).toHaveLength(1);
    expect(done).toBe(true);
  }
}

interface Report {
  collections: { name: string; status: string }[];
  stages: Record<string, { status: string }>;
}

/** What went wrong in one answer, by operation. */
function readFailures({ events }: Ended): string[] {
  const report = events.find(({ type }) => type === "data-retrieval")?.["data"] as
    | Report
    | undefined;
  if (report === undefined) return SEARCHES;
  const stages = ["condense", "embed", "rerank"].filter(
    (name) => report.stages[name]?.status !== "ok",
  );
  const searches = report.collections.filter(({ status }) => !["ok", "empty"].includes(status));
  return [
    ...stages,
    ...searches.map(({ name }) => `search ${name}`),
    ...(events.at(-1)?.type === "finish" ? [] : ["model"]),
  ];
}

/** Asks until nothing is broken any more; milliseconds that it took. */
async function recover(): Promise<number> {
  upstreams.clear();
  upstreams.model.reply = (request) =>
    isCondense(request) ? lastQuestion(request) : "1.62 kg [1].";
  const started = performance.now();
  for (let number = 100_000; ; number++) {
    const failures = readFailures(await ask(number));
    const took = performance.now() - started;
    if (failures.length === 0) return took;
    if (took > WINDOW + SLACK) throw new Error(`still broken after ${took} ms: ${failures}`);
    await sleep(50);
  }
}

const STORMS: string[][] = [
  ["condense", "embed", "search products", "rerank", "model"],
  ...(FULL ? [SEARCHES, ["condense"], ["embed"], ["search products"], ["rerank"], ["model"]] : []),
];
const SECONDS = FULL ? 30 : 2;

describe(`${CHATS_PER_SECOND} chats a second while every call fails`, () => {
  it.each(STORMS.map((names) => ({ names, label: names.join(", ") })))(
    `is no storm for an upstream, nor the end for others: $label, ${SECONDS} s`,
    async ({ label, names }) => {
      breakOperations(names);
      const chats = await storm(SECONDS);
      expectOneEnd(chats);
      const counts = countCalls();
      expectNoStorm(counts, label);
      const answers = chats.map((chat) =>
        readFailures(chat).filter((name) => !names.includes(name)),
      );
      expect(answers.filter((failed) => failed.length > 0)).toEqual([]);
      for (const name of SEARCHES.filter((search) => !names.includes(search)))
        expect(counts[name]).toEqual({ calls: chats.length, first: chats.length });
      const took = await recover();
      if (FULL) console.log(`${label}: whole again after ${took.toFixed(0)} ms`);
      expect(took).toBeLessThan(WINDOW + SLACK);
    },
    60_000,
  );
});

describe(`${CHATS_PER_SECOND} chats a second while every second call fails`, () => {
  it(`is no storm for any upstream, ${SECONDS} s`, async () => {
    const turns = new Map<string, number>();
    breakOperations(OPERATIONS, (name) => {
      const turn = (turns.get(name) ?? 0) + 1;
      turns.set(name, turn);
      return turn % 2 === 0;
    });
    expectOneEnd(await storm(SECONDS));
    const counts = countCalls();
    expectNoStorm(counts, "every second call");
    // Each was still asked, and repeated: no circuit was open, and it is the budget that held.
    for (const name of OPERATIONS) {
      expect(counts[name]!.first).toBeGreaterThan((SECONDS * CHATS_PER_SECOND) / 5);
      expect(counts[name]!.calls).toBeGreaterThan(counts[name]!.first);
    }
  }, 60_000);
});
