import type { Citation, Source } from "../ports.ts";
import { readSentences } from "../text/sentences.ts";
import { createCodeTracker } from "./code-tracker.ts";
import { readMarker } from "./marker.ts";
import { verifyCitation } from "./verify.ts";

/** Between the model and the reader: lets text through, and markers only where they point at a source. */
export interface CitationGate {
  /** Takes what the model wrote; returns what the reader may see now. */
  push(text: string): string;
  /** The rest that was held back, and all citations. Offsets count from the first character that the reader saw. */
  end(): { text: string; citations: Citation[] };
}

const OPENING = /[[【［]/;

/** Signs before a sentence that do not belong to it; an opening quotation mark or the sign of a figure does. */
const LEFT_OVER =
  /^(?:(?![.,]\d)[[\s\p{Po}\p{Pe}\p{Pf}]--["'*#@\/\\¡¿]]|\p{Pd}(?!\d)|["'*+>#](?=[\s#]))+/v;

export function createCitationGate(sources: Source[]): CitationGate {
  const known = new Map(sources.map((source) => [source.n, source]));
  const citations: Citation[] = [];
  const code = createCodeTracker();
  const seen = createTail();
  let held = "";
  let shown = "";
  let sentenceFrom = 0;
  let last: Sentence | undefined;

  function show(text: string): void {
    code.read(text);
    seen.add(text);
    shown += text;
  }

  /** Takes a whole marker with the white space before it: what is left of both goes to the reader. */
  function showMarker(space: string, numbers: number[]): void {
    const cited = citedSentence(seen, sentenceFrom) ?? last;
    const valid = cited === undefined ? [] : numbers.filter((n) => known.has(n));
    if (cited === undefined || valid.length === 0) {
      // A line break belongs to the text, a space to the marker.
      if (space.includes("\n")) show(space);
      // What follows must not make a marker of a bracket that was left open: "[[9]9]".
      if (readMarker(openBracket(seen.from(0).text)) === "unfinished") show("…");
      return;
    }
    const { text, start, end } = cited;
    for (const n of valid)
      citations.push({ n, start, end, ...verifyCitation(text, known.get(n)!) });
    show(space + valid.map((n) => `[${n}]`).join(""));
    sentenceFrom = seen.length();
    last = cited;
  }

  /** Decides about what is held up to and with its next bracket; false when more must be known first. */
  function step(last: boolean): boolean {
    const { text, space, rest } = splitAtBracket(held, last);
    show(text);
    held = space + rest;
    if (rest === "") return false;
    const marker = code.isInside(space) ? undefined : readMarker(rest);
    if (marker === "unfinished" && !last) return false;
    if (marker === undefined || marker === "unfinished") {
      show(space + rest.charAt(0));
      held = rest.slice(1);
    } else {
      held = rest.slice(marker.length);
      showMarker(space, marker.numbers);
    }
    return true;
  }

  function release(last: boolean): string {
    shown = "";
    while (held !== "" && step(last));
    return shown;
  }

  return {
    push(text) {
      held += text;
      return release(false);
    },
    end() {
      return { text: release(true), citations };
    },
  };
}

/** What can be shown at once, the white space after it, and the rest from the next bracket on. */
function splitAtBracket(
  held: string,
  last: boolean,
): { text: string; space: string; rest: string } {
  const bracket = held.search(OPENING);
  const plain = bracket === -1 ? held : held.slice(0, bracket);
  // White space waits: if a marker follows that is removed, it goes with it.
  const text = last && bracket === -1 ? plain : plain.trimEnd();
  return { text, space: plain.slice(text.length), rest: held.slice(plain.length) };
}

/** A sentence with its place in the answer. */
interface Sentence {
  text: string;
  start: number;
  end: number;
}

/** The last sentence between the marker before and the end. Undefined when nothing stands there. */
function citedSentence(seen: Tail, from: number): Sentence | undefined {
  const { text, start } = seen.from(from);
  const last = readSentences(text).findLast((span) =>
    /[\p{L}\p{N}]/u.test(text.slice(span.start, span.end)),
  );
  if (last === undefined) return undefined;
  const sentence = text.slice(last.start, last.end);
  const leftOver = LEFT_OVER.exec(sentence)?.[0].length ?? 0;
  return {
    text: sentence.slice(leftOver),
    start: start + last.start + leftOver,
    end: start + last.end,
  };
}

/** Characters in which a cited sentence is looked for: an answer without an end must not be kept. */
const TAIL = 4096;

/** The end of a text that grows. Offsets count from its beginning. */
interface Tail {
  add(text: string): void;
  /** What is still known from an offset on, and where that begins. */
  from(offset: number): { text: string; start: number };
  /** Of the whole text. */
  length(): number;
}

function createTail(): Tail {
  let tail = "";
  let dropped = 0;
  return {
    add(text) {
      tail += text;
      if (tail.length < 2 * TAIL) return;
      dropped += tail.length - TAIL;
      tail = tail.slice(-TAIL);
    },
    from(offset) {
      const start = Math.max(offset, dropped);
      return { text: tail.slice(start - dropped), start };
    },
    length: () => dropped + tail.length,
  };
}

/** The end of a text from its last opening bracket on; empty when there is none. */
function openBracket(text: string): string {
  const at = Math.max(...["[", "【", "［"].map((bracket) => text.lastIndexOf(bracket)));
  return at === -1 ? "" : text.slice(at);
}
