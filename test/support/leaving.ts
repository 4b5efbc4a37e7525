// A chat is brought into one of its phases and then left or stopped: what still runs upstream, and for how long.
import { setTimeout as sleep } from "node:timers/promises";
import { LONG_SECTION } from "./long-section.ts";
import { openRawRequest, type RawClient } from "./raw-client.ts";
import type { SeenRequest } from "./request-log.ts";
import { nameOperation, QUESTION, type Upstreams } from "./upstreams.ts";

/** Milliseconds for a call that must not come. */
const AFTERWARDS = 300;
/** Milliseconds that a fault holds a call: longer than anything here waits for. */
const FOREVER = 60_000;

export interface Phase {
  name: string;
  /** Makes the upstreams hold every chat in this phase. */
  hold(upstreams: Upstreams): void;
  /** Every call that one chat makes up to here, in the order of their names. */
  calls: string[];
  /** Those of them that are open. */
  open: string[];
  /** What the reader has then seen, where the calls alone do not tell. */
  shows?: string;
  body?: object;
}

const SEARCHES = ["search guides", "search policies", "search products"];

export const PHASES: Phase[] = [
  {
    name: "embed",
    hold: ({ model }) => model.fault("embed", { kind: "delay", ms: FOREVER }),
    calls: ["embed"],
    open: ["embed"],
  },
  {
    name: "search",
    hold: ({ qdrant }) =>
      qdrant.fault(({ path }) => path.includes("/points/query"), { kind: "hang-before-headers" }),
    calls: ["embed", ...SEARCHES],
    open: SEARCHES,
  },
  {
    name: "rerank",
    hold: ({ model }) => model.fault("rerank", { kind: "hang-after-headers" }),
    calls: ["embed", "rerank", ...SEARCHES],
    open: ["rerank"],
  },
  {
    name: "neighbours",
    hold: ({ qdrant }) =>
      qdrant.fault(({ path }) => path.endsWith("/points"), { kind: "hang-before-headers" }),
    calls: ["embed", "rerank", "search guides"],
    open: ["read guides"],
    body: { message: LONG_SECTION.question, collections: [LONG_SECTION.collection] },
  },
  {
    name: "before the first token",
    hold: ({ model }) => void (model.firstTokenDelayMs = FOREVER),
    calls: ["chat", "embed", "rerank", ...SEARCHES],
    open: ["chat"],
  },
  {
    name: "mid-stream",
    hold({ model }) {
      model.tokenDelayMs = 20;
      model.reply = () => endless();
    },
    calls: ["chat", "embed", "rerank", ...SEARCHES],
    open: ["chat"],
    shows: "text-delta",
  },
];

/** A follow-up question that is being rewritten, while the search for it as it was asked goes on. */
export const CONDENSE: Phase = {
  name: "condense",
  hold: ({ model }) => model.fault("chat", { kind: "hang-before-headers" }),
  calls: ["chat", "embed", ...SEARCHES],
  open: ["chat"],
  body: {
    messages: [
      { role: "user", content: QUESTION },
      { role: "assistant", content: "1.62 kg." },
      { role: "user", content: "And packed?" },
    ],
  },
};

export interface LeavingOptions {
  /** Of the server under test. */
  url: string;
  upstreams: Upstreams;
  phase: Phase;
  runs: number;
  /** What the reader does. @default closes the connection */
  leave?: (reader: RawClient, conversationId: string) => unknown;
  /** @default "*\/*" */
  accept?: string;
}

export interface Leavings {
  /** Milliseconds to the end of the last open call, a run each. */
  delays: number[];
  /** Every call of all runs with its count, those that came after the reader had gone included. */
  calls: Record<string, number>;
  /** Calls that are still open at the end. */
  open: string[];
  /** What the readers had received when the calls were closed. */
  received: string[];
}

/** The calls of so many runs of a phase when none of them goes on after its reader. */
export function expectedCalls({ calls }: Phase, runs: number): Record<string, number> {
  return Object.fromEntries(calls.map((name) => [name, runs]));
}

/** Runs a phase again and again, one reader after the other. */
export async function leaveInPhase(options: LeavingOptions): Promise<Leavings> {
  const { upstreams, phase, runs } = options;
  upstreams.clear();
  phase.hold(upstreams);
  const leavings: Leavings = { delays: [], calls: {}, open: [], received: [] };
  for (let run = 0; run < runs; run++) {
    const { delay, received } = await leaveOnce(options, run);
    leavings.delays.push(delay);
    leavings.received.push(received);
  }
  await sleep(AFTERWARDS);
  for (const request of searchesAndCalls(upstreams.requests())) {
    const name = nameOperation(request);
    leavings.calls[name] = (leavings.calls[name] ?? 0) + 1;
  }
  leavings.open = upstreams.openRequests().map(nameOperation);
  upstreams.clear();
  return leavings;
}

async function leaveOnce(
  { url, upstreams, phase, accept = "*/*", leave = closeConnection }: LeavingOptions,
  run: number,
): Promise<{ delay: number; received: string }> {
  const conversationId = `${phase.name.replaceAll(" ", "-")}-${run}-${crypto.randomUUID()}`;
  const reader = await openRawRequest(`${url}/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify({
      message: phase.body ? undefined : QUESTION,
      ...phase.body,
      conversationId,
    }),
  });
  const held = await waitUntilHeld(upstreams, phase, run + 1);
  if (phase.shows !== undefined && accept === "*/*") await reader.waitFor(phase.shows, 5000);
  const left = performance.now();
  await leave(reader, conversationId);
  await waitUntil(
    () => held.every(({ closedAt }) => closedAt !== undefined),
    () => `after leaving, still open: ${upstreams.openRequests().map(nameOperation).join(", ")}`,
  );
  const delay = Math.max(...held.map(({ closedAt }) => closedAt! - left));
  const received = reader.received();
  reader.destroy();
  return { delay, received };
}

const closeConnection = (reader: RawClient): void => reader.destroy();

/** Stops the answer from another connection, and reads the stream to its end. */
export function stopAnswer(url: string): NonNullable<LeavingOptions["leave"]> {
  return async (reader, conversationId) => {
    const { status } = await fetch(`${url}/chat/${conversationId}/stop`, { method: "POST" });
    if (status !== 204) throw new Error(`stopping was answered with ${status}`);
    await Promise.race([reader.closed, reader.waitFor("[DONE]", 5000)]);
  };
}

/** The terminal events in what a reader has received. */
export function readEnds(received: string): string[] {
  return [...received.matchAll(/"type":"(finish|error|abort)"/g)].map(([, type]) => type!);
}

/** The open calls, once all calls of so many chats have come and those of the phase alone are open. */
async function waitUntilHeld(
  upstreams: Upstreams,
  { open, calls, name }: Phase,
  chats: number,
): Promise<SeenRequest[]> {
  const openNames = (): string => upstreams.openRequests().map(nameOperation).toSorted().join(", ");
  await waitUntil(
    () =>
      openNames() === open.join(", ") &&
      searchesAndCalls(upstreams.requests()).length >= calls.length * chats,
    () => `no chat in phase ${name}, but: ${openNames()}`,
  );
  return upstreams.openRequests();
}

async function waitUntil(condition: () => boolean, describe: () => string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(describe());
    await sleep(2);
  }
}

/**
 * Reading the list of collections is shared by all chats, and cancelled by none; whose neighbours are read is the
 * ranking's matter.
 */
function searchesAndCalls(requests: SeenRequest[]): SeenRequest[] {
  return requests.filter(
    ({ path }) => !path.startsWith("/collections/tributary/") && !path.endsWith("/points"),
  );
}

function* endless(): Generator<string> {
  for (let index = 0; ; index++) yield `word${index} `;
}
