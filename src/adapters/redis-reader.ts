import { UpstreamError } from "../errors.ts";
import type { OpenAnswer } from "../ports.ts";
import { pause } from "../resilience.ts";
import { follow, type Following } from "./redis-following.ts";
import type { SharedStreams } from "./redis-streams.ts";

const END = "end";
/** Milliseconds for the process that began an answer to offer it, and between two looks. */
const OFFERED_WITHIN = 300;
const LOOK_OFFER = 20;
/** Milliseconds of silence after which is looked whether that process is still there. */
const LOOK = 1000;
/** Looks after which what was sent is asked for again: the last of it may have been lost. */
const PATIENCE = 5;
/** Looks in a row for which Redis or the process may be away. */
const MOST_ALONE = 3;

/** Numbered, so that a reader sees when one is lost on its way. */
export function toLine(number: number, event: unknown): string {
  return `${number} ${JSON.stringify(event)}\n`;
}

/** The line after the last event. */
export function toEndLine(number: number): string {
  return `${number} ${END}\n`;
}

function readLine(line: string): { number: number; text: string } {
  const space = line.indexOf(" ");
  return { number: Number(line.slice(0, space)), text: line.slice(space + 1) };
}

/**
 * Opens an answer that another process writes or has written; undefined when none has it. Rejects only with the
 * signal's reason.
 */
export async function openElsewhere<Event>(
  id: string,
  streams: SharedStreams,
  reader: AbortSignal,
): Promise<OpenAnswer<Event> | undefined> {
  for (let waited = 0; ; waited += LOOK_OFFER) {
    const owners = await streams.countOwners(id);
    if (owners === undefined || waited > OFFERED_WITHIN) return undefined;
    if (owners > 0) break;
    await pause(LOOK_OFFER, reader);
  }
  const following = await follow(id, streams, reader);
  if (following === undefined || !(await following.comes(LOOK))) return undefined;
  const lines = following.take();
  const known = lines
    .map(readLine)
    .flatMap(({ text }) => (text === END ? [] : [JSON.parse(text) as Event]));
  return { id, known, events: readEvents(id, streams, { following, lines }, reader) };
}

async function* readEvents<Event>(
  id: string,
  streams: SharedStreams,
  first: { following: Following; lines: string[] },
  reader: AbortSignal,
): AsyncGenerator<Event> {
  const source = holdOn(id, streams, first.following, reader);
  let next = 0;
  try {
    for (let { lines } = first; ; lines = await source.nextLines()) {
      for (const { number, text } of lines.map(readLine)) {
        if (number < next) continue;
        if (number > next) {
          source.askAgain();
          break;
        }
        if (text === END) return;
        next++;
        yield JSON.parse(text) as Event;
      }
    }
  } finally {
    source.leave();
  }
}

interface Source {
  /** Lines as they come, with those from the first on whenever it had to ask anew. Throws when their process is gone. */
  nextLines(): Promise<string[]>;
  askAgain(): void;
  leave(): void;
}

/** Keeps following, also when a message or a connection is lost on the way. */
function holdOn(id: string, streams: SharedStreams, first: Following, reader: AbortSignal): Source {
  let following: Following | undefined = first;
  let looks = 0;
  let alone = 0;

  function leave(): void {
    following?.leave();
    following = undefined;
  }

  async function look(): Promise<void> {
    looks++;
    const isThere = ((await streams.countOwners(id)) ?? 0) > 0;
    if (following?.hasEnded() === true || looks % PATIENCE === 0) leave();
    if (isThere) following ??= await follow(id, streams, reader);
    alone = isThere && following !== undefined ? 0 : alone + 1;
    if (alone >= MOST_ALONE) throw isGone();
    if (following === undefined) await pause(LOOK, reader);
  }

  return {
    leave,
    askAgain: leave,
    async nextLines() {
      for (;;) {
        if (following === undefined || !(await following.comes(LOOK))) await look();
        const lines = following?.take() ?? [];
        if (lines.length > 0) return lines;
      }
    },
  };
}

function isGone(): UpstreamError {
  return new UpstreamError({
    service: "redis",
    operation: "read",
    message: "The process that writes the answer can not be reached.",
  });
}
