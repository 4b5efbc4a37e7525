// Runs one ingest cell of the fault matrix: a document that exists is replaced or removed while a part is faulty.
import type { IngestOutcome, IngestPlace, FaultName, Version } from "../faults/cells.ts";
import { findExtraCalls, findLeaks, findOpenRequests } from "./matrix-checks.ts";
import type { Observed } from "./matrix-chat.ts";
import { ingestFault, LONG, needsDeadline, SHORT_INGEST } from "./matrix-faults.ts";
import { type OpenApp, openApp } from "./open-app.ts";
import type { SeenRequest } from "./request-log.ts";
import { openWorld, type World, type WorldCommand } from "./world.ts";

export const COLLECTION = "notes";
/** Tries of one call while documents are stored. */
const TRIES = 3;

const section = (word: string, index: number): string =>
  `## Part ${index}\n\n${`The ${word} paragraph number ${index} speaks of rivers. `.repeat(20)}`;
const version = (word: string, sections: number): string =>
  ["# Rivers", ...Array.from({ length: sections }, (_, index) => section(word, index))].join(
    "\n\n",
  );
/** The new version is shorter: of the old one chunks are left over, which must go. */
const OLD = version("ancient", 4);
const NEW = version("modern", 2);
/** Its score tells how often the words of the two versions are counted. */
const BYSTANDER = "# Lakes\n\nLakes are ancient or modern, and do not speak of anything.";

/** What a store shows: sizes of its collections and what a search finds, with scores. */
export interface Shown {
  collections: unknown;
  results: { documentId: string; text: string; legs: unknown }[];
}

export function runIngestCell(
  place: IngestPlace,
  fault: FaultName,
  expected: Shown,
): Promise<Observed<IngestOutcome>> {
  const deadline = needsDeadline(fault) ? SHORT_INGEST : LONG;
  return runIngest(place, [ingestFault(place, COLLECTION, fault)], deadline, expected);
}

export async function runIngest(
  place: IngestPlace,
  faults: WorldCommand[],
  deadline: number,
  expected: Shown,
): Promise<Observed<IngestOutcome>> {
  const world = await openWorld();
  const healthy = await open(world, LONG);
  await fill(healthy);
  await world.command({ do: "clear" });
  for (const fault of faults) await world.command(fault);

  const app = await open(world, deadline);
  const started = performance.now();
  const response = await write(app, place);
  const text = await response.text();
  const ms = performance.now() - started;
  const complaints = [
    ...findLeaks(text, app.log, world),
    ...(await findOpenRequests(world)),
    ...(await findExtraCalls(world, nameCall, allowedCalls)),
  ];

  await world.command({ do: "clear" });
  const outcome = { ...describeResponse(response, text), ...(await describeStore(healthy)) };
  const again = await write(await open(world, LONG), place);
  const isDone = again.ok || (place === "delete" && again.status === 404);
  if (!isDone) complaints.push(`the same again gives ${again.status}`);
  const shown = await show(healthy);
  if (JSON.stringify(shown) !== JSON.stringify(expected))
    complaints.push(`after the same again the store shows ${JSON.stringify(shown)}`);
  await world.close();
  return { outcome, complaints, ms };
}

/** What a store shows in which the same was written without a fault. */
export async function showClean(place: IngestPlace): Promise<Shown> {
  const world = await openWorld();
  const app = await open(world, LONG);
  await fill(app);
  if (!(await write(app, place)).ok) throw new Error("The healthy write failed.");
  const shown = await show(app);
  await world.close();
  return shown;
}

function open(world: World, deadline: number): Promise<OpenApp> {
  return openApp({
    samples: false,
    environment: { ...world.environment, INGEST_TIMEOUT_MS: `${deadline}` },
  });
}

async function fill(app: OpenApp): Promise<void> {
  await put(app, "bystander", BYSTANDER);
  await put(app, "rivers", OLD);
}

async function put(app: OpenApp, id: string, text: string): Promise<Response> {
  return app.request(`/collections/${COLLECTION}/documents/${id}`, {
    method: "PUT",
    headers: { "content-type": "application/json", host: "localhost" },
    body: JSON.stringify({ text }),
  });
}

function write(app: OpenApp, place: IngestPlace): Promise<Response> {
  if (place !== "delete") return put(app, "rivers", NEW);
  return app.request(`/collections/${COLLECTION}/documents/rivers`, {
    method: "DELETE",
    headers: { host: "localhost" },
  });
}

function describeResponse(
  response: Response,
  text: string,
): Pick<IngestOutcome, "status" | "code"> {
  const { code } = (text === "" ? {} : JSON.parse(text)) as { code?: IngestOutcome["code"] };
  return { status: response.status, ...(code === undefined ? {} : { code }) };
}

async function describeStore(app: OpenApp): Promise<Pick<IngestOutcome, "document" | "search">> {
  const response = await app.request(`/collections/${COLLECTION}/documents/rivers`);
  const { text = "" } = (await response.json()) as { text?: string };
  const { results } = await show(app);
  return {
    document: versionOf([text]),
    search: versionOf(
      results.filter(({ documentId }) => documentId === "rivers").map((result) => result.text),
    ),
  };
}

function versionOf(texts: string[]): Version {
  const isOld = texts.some((text) => text.includes("ancient"));
  const isNew = texts.some((text) => text.includes("modern"));
  if (isOld && isNew) return "both";
  if (isOld) return "old";
  return isNew ? "new" : "none";
}

async function show(app: OpenApp): Promise<Shown> {
  const { collections } = (await (await app.request("/collections")).json()) as Shown;
  const found = await app.post("/search", {
    query: "ancient modern paragraph speaks of rivers and lakes",
    limit: 50,
  });
  const { results } = (await found.json()) as Shown;
  return {
    collections,
    results: results.map(({ documentId, text, legs }) => ({ documentId, text, legs })),
  };
}

/** The document and the collection's sizes are saved in the same place. */
function allowedCalls(name: string): number {
  return name === "PUT /collections/tributary/points" ? 2 * TRIES : TRIES;
}

function nameCall({ method, path, operation }: SeenRequest): string {
  return operation === "embed" ? operation : `${method} ${path.split("?", 1)[0]}`;
}
