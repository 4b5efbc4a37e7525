// Every fault at every place, over real sockets: the outcome is the one in cells.ts. All of it on Node; what a chat
// can meet in workerd too.
import { beforeAll, describe, expect, it } from "vitest";
import { type Observed, openChatWorld, runChatCell } from "../support/matrix-chat.ts";
import { needsDeadline, SHORT } from "../support/matrix-faults.ts";
import { runIngestCell, showClean } from "../support/matrix-ingest.ts";
import { renderOutcomes } from "../support/outcomes.ts";
import { inLanes } from "../support/pool.ts";
import {
  CHAT_CELLS,
  CHAT_PLACES,
  type ChatOutcome,
  type FaultName,
  FAULTS,
  INGEST_CELLS,
  INGEST_PLACES,
  type IngestOutcome,
} from "./cells.ts";

const IS_NODE = navigator.userAgent.startsWith("Node");
/** Cells at once. */
const LANES = 6;
/** Milliseconds past its deadline after which a hanging stage must have been given up, with slack for a busy machine. */
const LATEST = 250 + 1500;

const possible = <Place extends string>(
  places: readonly Place[],
  cells: Record<Place, Record<FaultName, object>>,
): [Place, FaultName][] =>
  places.flatMap((place) =>
    FAULTS.filter((fault) => !("never" in cells[place][fault])).map((fault): [Place, FaultName] => [
      place,
      fault,
    ]),
  );
const chatCells = possible(CHAT_PLACES, CHAT_CELLS);
const ingestCells = IS_NODE ? possible(INGEST_PLACES, INGEST_CELLS) : [];

const chats = new Map<string, Observed<ChatOutcome>>();
const ingests = new Map<string, Observed<IngestOutcome>>();

async function observeChats(): Promise<void> {
  const worlds = await Promise.all(Array.from({ length: LANES }, openChatWorld));
  await inLanes(LANES, chatCells, async ([place, fault], lane) => {
    chats.set(`${place}: ${fault}`, await runChatCell(worlds[lane]!, place, fault));
  });
  // A busy machine may take longer than a deadline where nothing hangs: alone it must not.
  for (const [place, fault] of chatCells) {
    const key = `${place}: ${fault}`;
    const isRight = equals(chats.get(key)?.outcome, CHAT_CELLS[place][fault]);
    if (isRight || !needsDeadline(place, fault)) continue;
    console.log(`matrix: again, alone: ${key}`);
    chats.set(key, await runChatCell(worlds[0]!, place, fault));
  }
  await Promise.all(worlds.map((world) => world.close()));
}

async function observeIngests(): Promise<void> {
  const embed = await showClean("ingest embed");
  const clean = { "ingest embed": embed, upsert: embed, delete: await showClean("delete") };
  await inLanes(LANES, ingestCells, async ([place, fault]) => {
    ingests.set(`${place}: ${fault}`, await runIngestCell(place, fault, clean[place]));
  });
}

function equals(one: unknown, other: unknown): boolean {
  const sorted = (value: unknown): string =>
    JSON.stringify(Object.entries(value as object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one ?? {}) === sorted(other);
}

function check<Outcome>(
  { outcome, complaints, ms }: Observed<Outcome>,
  expected: unknown,
  hasDeadline: boolean,
): void {
  expect(outcome).toEqual(expected);
  expect(complaints).toEqual([]);
  if (hasDeadline) expect(ms).toBeLessThan(SHORT + LATEST);
}

beforeAll(async () => {
  await observeChats();
  if (IS_NODE) await observeIngests();
}, 180_000);

describe("a chat whose upstream is faulty", () => {
  it.each(chatCells)("%s: %s", (place, fault) => {
    check(chats.get(`${place}: ${fault}`)!, CHAT_CELLS[place][fault], needsDeadline(place, fault));
  });
});

describe.runIf(IS_NODE)("a document that is written while an upstream is faulty", () => {
  it.each(ingestCells)("%s: %s", (place, fault) => {
    check(
      ingests.get(`${place}: ${fault}`)!,
      INGEST_CELLS[place][fault],
      needsDeadline(place, fault),
    );
  });
});

describe.runIf(IS_NODE)("OUTCOMES.md", () => {
  it("is what was observed", async () => {
    const page = renderOutcomes(
      (key) => chats.get(key)?.outcome,
      (key) => ingests.get(key)?.outcome,
    );
    await expect(page).toMatchFileSnapshot("./OUTCOMES.md");
  });
});
