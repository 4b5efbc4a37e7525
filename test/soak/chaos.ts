// Faults that change every few seconds: which operations fail, how, and how often; and what the model says.
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../support/faults.ts";
import type { Random } from "../support/random.ts";
import { nameOperation, type Upstreams } from "../support/upstreams.ts";

/** Milliseconds between two changes. */
const LASTS = { least: 1000, most: 5000 };

const FAULTS: ((random: Random) => Fault)[] = [
  () => ({ kind: "status", status: 429, retryAfter: 1 }),
  () => ({ kind: "status", status: 500 }),
  () => ({ kind: "status", status: 503 }),
  () => ({ kind: "status", status: 400 }),
  (random) => ({ kind: "delay", ms: random.fraction() * 1500 }),
  () => ({ kind: "reset" }),
  () => ({ kind: "hang-before-headers" }),
  () => ({ kind: "hang-after-headers" }),
  (random) => ({ kind: "hang-after-tokens", tokens: Math.ceil(random.fraction() * 10) }),
  (random) => ({ kind: "truncate", afterBytes: Math.ceil(random.fraction() * 2000), how: "fin" }),
  (random) => ({ kind: "truncate", afterBytes: Math.ceil(random.fraction() * 2000), how: "reset" }),
  (random) => ({ kind: "truncate", afterBytes: Math.ceil(random.fraction() * 2000), how: "end" }),
  () => ({ kind: "garbage" }),
  () => ({ kind: "html" }),
  () => ({ kind: "wrong-shape" }),
  () => ({ kind: "drip", msPerByte: 1 }),
  (random) => ({ kind: "oversize", bytes: Math.ceil(random.fraction() * 2_000_000) }),
];

/** Parts of the operations' names, as `nameOperation` gives them: "/" stands for writes and reads of Qdrant. */
const TARGETS = ["embed", "rerank", "chat", "search guides", "search policies", "search", "/"];

export interface Chaos {
  /** How often each fault was met. */
  met: Record<string, number>;
  /** Resolves when the signal has aborted and everything is whole again. */
  ended: Promise<void>;
}

export function startChaos(upstreams: Upstreams, random: Random, signal: AbortSignal): Chaos {
  const met: Record<string, number> = {};
  const ended = (async () => {
    while (!signal.aborted) {
      upstreams.clearFaults();
      changeModel(upstreams, random);
      const count = Math.floor(random.fraction() * 4);
      for (let index = 0; index < count; index++) addFault(upstreams, random, met);
      const lasts = LASTS.least + random.fraction() * (LASTS.most - LASTS.least);
      await sleep(lasts, undefined, { signal }).catch(() => undefined);
    }
    upstreams.clearFaults();
    Object.assign(upstreams.model, {
      reply: "1.62 kg [1].",
      tokenDelayMs: 0,
      firstTokenDelayMs: 0,
    });
  })();
  return { met, ended };
}

function addFault(upstreams: Upstreams, random: Random, met: Record<string, number>): void {
  const target = random.pick(TARGETS);
  const fault = random.pick(FAULTS)(random);
  const share = random.pick([0.1, 0.5, 1]);
  const strikes = (name: string): boolean => {
    if (!name.includes(target) || !random.chance(share)) return false;
    const label = `${fault.kind}${"status" in fault ? ` ${fault.status}` : ""}`;
    met[label] = (met[label] ?? 0) + 1;
    return true;
  };
  for (const operation of ["embed", "rerank", "chat"] as const)
    upstreams.model.fault(operation, fault, { match: (seen) => strikes(nameOperation(seen)) });
  upstreams.qdrant.fault(
    ({ method, path }) => strikes(nameOperation({ operation: method, method, path })),
    fault,
  );
}

/** From one word at once to an answer that outlives its deadline. */
function changeModel({ model }: Upstreams, random: Random): void {
  const length = random.pick([1, 20, 200, 1000]);
  const words = Array.from(
    { length },
    (_, index) => `word${index} ${index % 5 === 0 ? "[1]. " : ""}`,
  );
  model.reply = () => words;
  model.tokenDelayMs = random.pick([0, 2, 20]);
  model.firstTokenDelayMs = random.pick([0, 0, 50, 900]);
  model.tokensPerChunk = random.pick([1, 1, 7]);
}
