import type { Citation, Source } from "../ports.ts";
import { readSentences } from "../text/sentences.ts";
import { createCodeTracker } from "./code-tracker.ts";
import { verifyCitation } from "./verify.ts";

/** Between the model and the reader: lets text through, and markers only where they point at a source. */
export interface CitationGate {
  /** Takes what the model wrote; returns what the reader may see now. */
  push(text: string): string;
  /** The rest that was held back, and all citations. Offsets count from the first character that the reader saw. */
  end(): { text: string; citations: Citation[] };
}

/** `[1]`, `[1, 2]`, `【1】`, and nothing longer: a bracket that goes on is no marker. */
const MARKER = /^[[【]\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\s*[\]】]/;
const UNFINISHED_MARKER = /^[[【][\s\d,，、]{0,40}$/;

export function createCitationGate(sources: Source[]): CitationGate {
  const known = new Map(sources.map((source) => [source.n, source]));
  const citations: Citation[] = [];
  const code = createCodeTracker();
  let seen = "";
  let held = "";
  let sentenceFrom = 0;

  function show(text: string): void {
    code.read(text);
    seen += text;
  }

  /** Takes a whole marker with the white space before it: what is left of both goes to the reader. */
  function showMarker(space: string, numbers: number[]): void {
    const valid = numbers.filter((n) => known.has(n));
    if (valid.length === 0) {
      // A line break belongs to the text, a space to the marker.
      if (space.includes("\n")) show(space);
      return;
    }
    const span = citedSentence(seen, sentenceFrom) ?? lastSpan(citations);
    for (const n of span === undefined ? [] : valid) {
      const sentence = seen.slice(span!.start, span!.end);
      citations.push({ n, ...span!, ...verifyCitation(sentence, known.get(n)!) });
    }
    seen += space + valid.map((n) => `[${n}]`).join("");
    sentenceFrom = seen.length;
  }

  /** Decides about what is held up to and with its next bracket; false when more must be known first. */
  function step(last: boolean): boolean {
    const bracket = held.search(/[[【]/);
    const plain = bracket === -1 ? held : held.slice(0, bracket);
    // White space waits: if a marker follows that is removed, it goes with it.
    const text = last && bracket === -1 ? plain : plain.trimEnd();
    show(text);
    held = held.slice(text.length);
    if (bracket === -1) return false;
    const space = plain.slice(text.length);
    const rest = held.slice(space.length);
    const marker = code.isInside() ? null : MARKER.exec(rest);
    if (marker !== null) {
      held = rest.slice(marker[0].length);
      showMarker(space, (marker[1] ?? "").split(/[,，、]/).map(Number));
      return true;
    }
    if (!last && !code.isInside() && UNFINISHED_MARKER.test(rest)) return false;
    show(space + rest.charAt(0));
    held = rest.slice(1);
    return true;
  }

  function release(last: boolean): string {
    const before = seen.length;
    while (held !== "" && step(last));
    return seen.slice(before);
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

/** The last sentence between the marker before and the end. Undefined when nothing stands there. */
function citedSentence(text: string, from: number): { start: number; end: number } | undefined {
  const last = readSentences(text.slice(from)).findLast((span) =>
    /[\p{L}\p{N}]/u.test(text.slice(from + span.start, from + span.end)),
  );
  return last === undefined ? undefined : { start: from + last.start, end: from + last.end };
}

function lastSpan(citations: Citation[]): { start: number; end: number } | undefined {
  const last = citations.at(-1);
  return last === undefined ? undefined : { start: last.start, end: last.end };
}
