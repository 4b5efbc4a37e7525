// Every fault at every place, over real sockets: the outcome is the one in cells.ts. All of it on Node; what a chat
// can meet in workerd too.
import { beforeAll, describe, expect, it } from "vitest";
import { type Observed, openChatWorld, runChatCell } from "../support/matrix-chat.ts";
import { needsDeadline, SHORT, SHORT_INGEST } from "../support/matrix-faults.ts";
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

declare const FULL: boolean;

const IS_NODE = navigator.userAgent.startsWith("Node");
/** Cells at once, of chats and of writes each. */
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
const chatCells = possible(CHAT_PLACES, CHAT_CELLS).filter(
  // On Node all of them are needed for the page; in workerd a third will do every day.
  (_, index) => IS_NODE || FULL || index % 3 === 0,
);
const ingestCells = IS_NODE ? possible(INGEST_PLACES, INGEST_CELLS) : [];

const chats = new Map<string, Observed<ChatOutcome>>();
const ingests = new Map<string, Observed<IngestOutcome>>();

async function observeChats(): Promise<void> {
  const worlds = await Promise.all(Array.from({ length: LANES }, openChatWorld));
  await inLanes(LANES, chatCells, async ([place, fault], lane) => {
    chats.set(`${place}: ${fault}`, await runChatCell(worlds[lane]!, place, fault));
  });
  await runAgainAlone(chatCells, CHAT_CELLS, chats, (place, fault) =>
    runChatCell(worlds[0]!, place, fault),
  );
  await Promise.all(worlds.map((world) => world.close()));
}

async function observeIngests(): Promise<void> {
  const embed = await showClean("ingest embed");
  const clean = { "ingest embed": embed, upsert: embed, delete: await showClean("delete") };
  await inLanes(LANES, ingestCells, async ([place, fault]) => {
    ingests.set(`${place}: ${fault}`, await runIngestCell(place, fault, clean[place]));
  });
  await runAgainAlone(ingestCells, INGEST_CELLS, ingests, (place, fault) =>
    runIngestCell(place, fault, clean[place]),
  );
}

/**
 * A busy machine may be slower than a deadline where nothing hangs (that of the neighbours is a second at most), or than
 * the cut that follows on a token; alone it must not be.
 */
async function runAgainAlone<Place extends string, Outcome>(
  cells: [Place, FaultName][],
  expected: Record<Place, Record<FaultName, object>>,
  observed: Map<string, Observed<Outcome>>,
  run: (place: Place, fault: FaultName) => Promise<Observed<Outcome>>,
): Promise<void> {
  const isTimed = ([place, fault]: [Place, FaultName]): boolean =>
    needsDeadline(fault) || ["model in mid-stream", "neighbours"].includes(place);
  for (const [place, fault] of cells.filter(isTimed)) {
    const key = `${place}: ${fault}`;
    const { outcome, complaints } = observed.get(key)!;
    if (equals(outcome as object, expected[place][fault]) && complaints.length === 0) continue;
    console.log(`matrix: again, alone: ${key}`);
    observed.set(key, await run(place, fault));
  }
}

function equals(one: object, other: object): boolean {
  const sorted = (value: object): string =>
    JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(one) === sorted(other);
}

function check<Outcome>(
  { outcome, complaints, ms }: Observed<Outcome>,
  expected: unknown,
  deadline: number | undefined,
): void {
  expect(outcome).toEqual(expected);
  expect(complaints).toEqual([]);
  if (deadline !== undefined) expect(ms).toBeLessThan(deadline + LATEST);
}

beforeAll(async () => {
  await observeChats();
  if (IS_NODE) await observeIngests();
  const hanging = chatCells.filter(([, fault]) => needsDeadline(fault));
  const slowest = Math.max(
    ...hanging.map(([place, fault]) => chats.get(`${place}: ${fault}`)!.ms - SHORT),
  );
  console.log(
    `matrix: ${chats.size} cells of chats, ${ingests.size} of writes; ` +
      `the last chat with a stage that hangs ended ${Math.round(slowest)} ms after its deadline`,
  );
}, 180_000);

describe("a chat whose upstream is faulty", () => {
  it.each(chatCells)("%s: %s", (place, fault) => {
    check(
      chats.get(`${place}: ${fault}`)!,
      CHAT_CELLS[place][fault],
      needsDeadline(fault) ? SHORT : undefined,
    );
  });
});

describe.runIf(IS_NODE)("a document that is written while an upstream is faulty", () => {
  it.each(ingestCells)("%s: %s", (place, fault) => {
    // What the store has done is counted afterwards, which may take a second deadline.
    const deadline = needsDeadline(fault) ? 2 * SHORT_INGEST : undefined;
    check(ingests.get(`${place}: ${fault}`)!, INGEST_CELLS[place][fault], deadline);
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
