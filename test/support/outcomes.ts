// The observed outcomes as a page for whoever operates the thing.
import {
  CHAT_CELLS,
  CHAT_PLACES,
  type ChatOutcome,
  FAULTS,
  INGEST_CELLS,
  INGEST_PLACES,
  type IngestOutcome,
} from "../faults/cells.ts";

const INTRODUCTION = `# What every fault leads to

Each cell was observed over real sockets: an upstream misbehaves in one place of a chat, or of a write, and everything else
works. \`test/faults/matrix.test.ts\` wrote this page; \`npm test\` fails when a cell differs from it, and
\`npx vitest run --config test/vitest.config.ts --project faults test/faults/matrix.test.ts -u\` writes it again. What
must happen stands in \`test/faults/cells.ts\`, by hand.

In every cell, besides: exactly one event ends the stream and nothing follows it; no text, address or key of an upstream
reaches the reader or the log (the store's own messages are kept in the log); a second later no call is open; no call is
made more often than twice (three times while writing), and none is repeated once the answer's text has begun; a stage
that hangs is given up at its deadline; the next chat is whole.`;

const CHAT_LEGEND = `## Chats (\`POST /chat\`)

The fault is at the upstream named on top, every time it is called. \`birds\`, \`fishes\` and \`trees\` are three collections
on one Qdrant; \`neighbours\` are the chunks beside the best sources, read from it once they are chosen.

- **without (error)**, **without (timeout)**: the answer is whole but does without this part; \`data-retrieval\` names it with
  the reason and has \`degraded: true\`, as \`finish\` has.
- **error \`code\`**: no text; the stream ends with an \`error\` event of this code. As JSON or text: a problem with its status.
- **cut, error \`code\`**: the text so far stays, and an \`error\` event of this code ends it. As text:
  \`[answer cut short: code]\`. As JSON: a problem with its status.`;

const INGEST_LEGEND = `## Writes (\`PUT\` and \`DELETE /collections/{collection}/documents/{id}\`)

A document that exists is replaced by a shorter version (embed, upsert) or removed (delete). First the status, then what
\`GET\` and search give afterwards: the **old** version, as if nothing had been sent, the **new** one, or **none**; never
a mix. Where Qdrant's answer is lost or replaced, Qdrant had done what it was asked: the write is looked for and found. The
same request sent again afterwards leads in every cell to the sizes, term statistics and results of a store that met no
fault.`;

export function renderOutcomes(
  chat: (key: string) => ChatOutcome | undefined,
  ingest: (key: string) => IngestOutcome | undefined,
): string {
  const notes: string[] = [];
  const cell = <Outcome>(
    expected: object,
    outcome: Outcome | undefined,
    describe: (outcome: Outcome) => string,
  ): string => {
    if (!("never" in expected)) return outcome === undefined ? "?" : describe(outcome);
    const reason = String(expected.never);
    if (!notes.includes(reason)) notes.push(reason);
    return `– (${notes.indexOf(reason) + 1})`;
  };
  const chats = table(CHAT_PLACES, (fault, place) =>
    cell(CHAT_CELLS[place][fault], chat(`${place}: ${fault}`), (outcome) =>
      describeChat(outcome, place),
    ),
  );
  const ingests = table(INGEST_PLACES, (fault, place) =>
    cell(INGEST_CELLS[place][fault], ingest(`${place}: ${fault}`), describeIngest),
  );
  const cannot = notes.map((reason, index) => `${index + 1}. Can not occur: ${reason}.`).join("\n");
  return `${[INTRODUCTION, CHAT_LEGEND, chats, cannot, INGEST_LEGEND, ingests].join("\n\n")}\n`;
}

function table<Place extends string>(
  places: readonly Place[],
  cell: (fault: (typeof FAULTS)[number], place: Place) => string,
): string {
  const rows = [
    ["", ...places],
    ["---", ...places.map(() => "---")],
    ...FAULTS.map((fault) => [`**${fault}**`, ...places.map((place) => cell(fault, place))]),
  ];
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function describeChat({ ends, code, text, failed = {} }: ChatOutcome, place: string): string {
  const parts = Object.entries(failed).map(([name, reason]) =>
    name === place ? `without (${reason})` : `without ${name} (${reason})`,
  );
  if (text === "part") parts.push("cut");
  if (ends === "finish" && text === "whole" && parts.length === 0) parts.push("whole");
  if (ends !== "finish") parts.push(`${ends} \`${code}\``);
  return parts.join(", ");
}

function describeIngest({ status, code, document, search }: IngestOutcome): string {
  const seen = search === document ? document : `${document}, passages of ${search}`;
  return `${status}${code === undefined ? "" : ` \`${code}\``}: ${seen}`;
}
