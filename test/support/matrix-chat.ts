// Runs one chat cell of the fault matrix and says what its reader got. Runs on Node and in workerd.
import { loadSamples } from "../../src/samples.ts";
import type { ChatOutcome, ChatPlace, FaultName } from "../faults/cells.ts";
import { LONG_SECTION } from "./long-section.ts";
import { findExtraCalls, findLeaks, findOpenRequests } from "./matrix-checks.ts";
import { chatFault, LONG, needsDeadline, NEIGHBOURS_PATH, SHORT } from "./matrix-faults.ts";
import { openApp } from "./open-app.ts";
import type { SeenRequest } from "./request-log.ts";
import { collectStream, type UIEvent } from "./sse.ts";
import { openWorld, type World } from "./world.ts";

const DOCUMENTS = {
  birds: [
    { id: "heron", text: "# Heron\n\nThe grey heron hunts fish at the lake, standing for hours." },
    { id: "swift", text: "# Swift\n\nThe swift sleeps while it flies. It lands only to breed." },
  ],
  fishes: [{ id: "pike", text: "# Pike\n\nThe pike hides in the lake and hunts smaller fish." }],
  trees: [{ id: "alder", text: "# Alder\n\nThe alder grows at the lake, its roots in the water." }],
};
const QUESTION = "Which bird hunts fish at the lake?";
const HISTORY = [
  { role: "user", content: "Tell me about the heron." },
  { role: "assistant", content: "It is a bird." },
  { role: "user", content: `And ${QUESTION}` },
];
const REPLY = ["The ", "grey heron ", "hunts fish. ", "[1] ", "It stands ", "for hours."];
const ANSWER = REPLY.join("");
const TERMINAL = ["finish", "error", "abort"];

/** The deadline of each place. */
const DEADLINES: Record<ChatPlace, string> = {
  condense: "CONDENSE_TIMEOUT_MS",
  embed: "EMBED_TIMEOUT_MS",
  birds: "RETRIEVAL_TIMEOUT_MS",
  fishes: "RETRIEVAL_TIMEOUT_MS",
  trees: "RETRIEVAL_TIMEOUT_MS",
  rerank: "RERANK_TIMEOUT_MS",
  neighbours: "RETRIEVAL_TIMEOUT_MS",
  "model before its first token": "FIRST_TOKEN_TIMEOUT_MS",
  "model in mid-stream": "TOKEN_TIMEOUT_MS",
};

export interface Observed<Outcome> {
  outcome: Outcome;
  /** What no outcome excuses. */
  complaints: string[];
  ms: number;
}

/** A world with the three collections and one with a long section, in which cells run one after another. */
export async function openChatWorld(): Promise<World> {
  const world = await openWorld();
  const app = await openApp({ samples: false, environment: world.environment });
  const { collection, id, text } = LONG_SECTION;
  const documents = { ...DOCUMENTS, [collection]: [{ id, text }] };
  await loadSamples(documents, app.services, AbortSignal.timeout(20_000));
  return world;
}

export async function runChatCell(
  world: World,
  place: ChatPlace,
  fault: FaultName,
): Promise<Observed<ChatOutcome>> {
  const isShort = needsDeadline(fault);
  await world.command({ do: "clear" });
  // With a pause between tokens: what has not been read yet when the connection breaks is lost.
  const isCut = place === "model in mid-stream" && (fault === "reset" || fault === "truncated");
  const tokenDelayMs = isCut ? 150 : 0;
  await world.command({ do: "script", script: { reply: REPLY, tokenDelayMs } });
  await world.command(chatFault(place, fault));
  const deadlines = Object.fromEntries(Object.values(DEADLINES).map((name) => [name, `${LONG}`]));
  if (isShort) deadlines[DEADLINES[place]] = `${SHORT}`;
  const asked = await ask(world, place, deadlines);
  const complaints = [
    ...asked.complaints,
    ...(await findOpenRequests(world)),
    ...(await findExtraCalls(world, nameCall, (name) => allowedCalls(name, place))),
  ];
  await world.command({ do: "clear" });
  await world.command({ do: "script", script: { reply: REPLY } });
  const healthy = await ask(world, place, {});
  if (describe(healthy.events).text !== "whole" || describe(healthy.events).degraded !== false)
    complaints.push(`afterwards a chat is not whole: ${JSON.stringify(describe(healthy.events))}`);
  return { outcome: describe(asked.events), complaints, ms: asked.ms };
}

async function ask(
  world: World,
  place: ChatPlace,
  deadlines: Record<string, string>,
): Promise<{ events: UIEvent[]; complaints: string[]; ms: number }> {
  const app = await openApp({
    samples: false,
    environment: {
      ...world.environment,
      ...deadlines,
      // Of the long section some chunks are candidates, and those beside them have to be read.
      ...(place === "neighbours" ? { CANDIDATES: "2" } : {}),
    },
  });
  // The list of collections has the deadline of a search; here it is the search that is looked at.
  while (!(await app.request("/collections")).ok) await new Promise((next) => setTimeout(next, 50));
  const started = performance.now();
  const response = await app.post("/chat", chatBody(place));
  const text = await response.text();
  const ms = performance.now() - started;
  const { events, done, failure } = await collectStream(new Response(text));
  const complaints = findLeaks(text, app.log, world);
  const ends = events.filter(({ type }) => TERMINAL.includes(type));
  if (response.status !== 200) complaints.push(`status ${response.status}`);
  if (ends.length !== 1 || events.at(-1) !== ends[0])
    complaints.push(`ends with ${events.slice(-2).map(({ type }) => type)}, ${ends.length} times`);
  if (!done || failure !== undefined) complaints.push("the stream is not closed with [DONE]");
  return { events, complaints, ms };
}

function chatBody(place: ChatPlace): object {
  if (place === "neighbours")
    return { message: LONG_SECTION.question, collections: [LONG_SECTION.collection] };
  const collections = Object.keys(DOCUMENTS);
  return place === "condense"
    ? { messages: HISTORY, collections }
    : { message: QUESTION, collections };
}

function describe(events: UIEvent[]): ChatOutcome {
  const end = events.find(({ type }) => TERMINAL.includes(type));
  const report = events.find(({ type }) => type === "data-retrieval")?.["data"] as
    | {
        degraded: boolean;
        collections: { name: string; status: string }[];
        stages: Record<string, { status: string; reason?: string }>;
      }
    | undefined;
  const text = events.map(({ delta }) => (typeof delta === "string" ? delta : "")).join("");
  const failed = Object.fromEntries([
    ...(report?.collections ?? []).flatMap(({ name, status }) =>
      status === "ok" || status === "empty" ? [] : [[name, status]],
    ),
    ...Object.entries(report?.stages ?? {}).flatMap(([name, { status, reason }]) =>
      status === "failed" ? [[name, reason ?? "failed"]] : [],
    ),
  ]) as Record<string, string>;
  return {
    ends: (end?.type ?? "nothing") as ChatOutcome["ends"],
    ...(end?.["code"] === undefined
      ? {}
      : { code: end["code"] as NonNullable<ChatOutcome["code"]> }),
    text: describeText(text),
    ...(report === undefined ? {} : { degraded: report.degraded }),
    ...(Object.keys(failed).length === 0 ? {} : { failed }),
  };
}

function describeText(text: string): ChatOutcome["text"] {
  if (text === ANSWER) return "whole";
  if (text === "") return "none";
  // Anything else is no outcome that a cell may name.
  return ANSWER.startsWith(text) ? "part" : (`not the model's: ${text}` as "part");
}

function nameCall({ operation, path, body }: SeenRequest): string {
  if (operation === "chat")
    return (body as { stream?: boolean }).stream === true ? "model" : "condense";
  return operation === "embed" || operation === "rerank" ? operation : path.split("?", 1)[0]!;
}

/** One call of each kind, one repetition where the fault is, and nothing is repeated once tokens have come. */
function allowedCalls(name: string, place: ChatPlace): number {
  // The list of collections is asked for by the test itself.
  if (name.includes("/scroll")) return Infinity;
  const isThere =
    name === place ||
    name === `/collections/${place}/points/query/batch` ||
    (name === NEIGHBOURS_PATH && place === "neighbours") ||
    (name === "model" && place === "model before its first token");
  const wordings = place === "condense" && (name === "embed" || name.includes("/query")) ? 2 : 1;
  return isThere ? 2 : wordings;
}
