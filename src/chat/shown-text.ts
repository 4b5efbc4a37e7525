import type { Citation, Source } from "../ports.ts";
import { readSentences } from "../text/sentences.ts";
import { type CodeTracker, createCodeTracker } from "./code-tracker.ts";
import { mayBecomeLink } from "./link-forms.ts";
import { readMarker } from "./marker.ts";
import { isRefusal } from "./refusal.ts";
import { verifyCitation } from "./verify.ts";

/** The answer as its reader sees it, while it grows. */
export interface ShownText {
  add(text: string): void;
  /** Takes a marker with the white space before it: what is left of both goes to the reader. */
  mark(space: string, numbers: number[]): void;
  /** What was added since the last time. */
  take(): string;
  /** Whether what would follow now is code. */
  isCode: CodeTracker["isInside"];
  /** Of all markers so far. Offsets count from the first character that the reader saw. */
  citations: Citation[];
  /** Whether a cited sentence says more than that nothing was found. */
  isAnswer(): boolean;
}

/** Signs before a sentence that do not belong to it; an opening quotation mark or the sign of a figure does. */
const LEFT_OVER =
  /^(?:(?![.,]\d)[[\s\p{Po}\p{Pe}\p{Pf}]--["'*#@\/\\¡¿]]|\p{Pd}(?!\d)|["'*+>#](?=[\s#]))+/v;

export function createShownText(sources: Source[]): ShownText {
  const known = new Map(sources.map((source) => [source.n, source]));
  const citations: Citation[] = [];
  /** Where the cited sentences begin that refuse: those that say so, and those marked with the prompt's `[0]`. */
  const refusals = new Set<number>();
  const code = createCodeTracker();
  const seen = createTail();
  let added = "";
  let sentenceFrom = 0;
  let last: Sentence | undefined;
  /** Something was taken out between what was shown last and what comes next. */
  let isJoint = false;

  function add(words: string): void {
    if (words === "") return;
    // "www[9].example" must not become an address, which nobody has checked.
    const text = isJoint && mayBecomeLink(seen.end(), words.charAt(0)) ? ` ${words}` : words;
    isJoint = false;
    code.read(text);
    seen.add(text);
    added += text;
  }

  return {
    add,
    citations,
    isCode: code.isInside,
    isAnswer: () => citations.some(({ start }) => !refusals.has(start)),
    mark(space, numbers) {
      const cited = citedSentence(seen, sentenceFrom) ?? last;
      if (cited !== undefined && numbers.includes(0)) refusals.add(cited.start);
      const valid = cited === undefined ? [] : numbers.filter((n) => known.has(n));
      if (cited === undefined || valid.length === 0) {
        // A line break belongs to the text, a space to the marker.
        if (space.includes("\n")) add(space);
        // What follows must not make a marker of a bracket that was left open: "[[9]9]".
        if (readMarker(openBracket(seen.from(0).text)) === "unfinished") add("…");
        isJoint = true;
        return;
      }
      const { text, start, end } = cited;
      if (isRefusal(text)) refusals.add(start);
      for (const n of valid)
        citations.push({ n, start, end, ...verifyCitation(text, known.get(n)!) });
      add(space + valid.map((n) => `[${n}]`).join(""));
      sentenceFrom = seen.length();
      last = cited;
    },
    take() {
      const taken = added;
      added = "";
      return taken;
    },
  };
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

const LOW_SURROGATE = /^[\uDC00-\uDFFF]/;

/** Characters in which a cited sentence is looked for: an answer without an end must not be kept. */
const TAIL = 4096;

/** The end of a text that grows. Offsets count from its beginning. */
interface Tail {
  add(text: string): void;
  /** What is still known from an offset on, and where that begins. */
  from(offset: number): { text: string; start: number };
  /** All that is known. */
  end(): string;
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
      // The same wherever the pieces ended, and never half a character.
      let start = Math.max(offset, dropped + tail.length - TAIL);
      if (LOW_SURROGATE.test(tail.charAt(start - dropped))) start += 1;
      return { text: tail.slice(start - dropped), start };
    },
    end: () => tail,
    length: () => dropped + tail.length,
  };
}

/** The end of a text from its last opening bracket on; empty when there is none. */
function openBracket(text: string): string {
  const at = Math.max(...["[", "【", "［"].map((bracket) => text.lastIndexOf(bracket)));
  return at === -1 ? "" : text.slice(at);
}
