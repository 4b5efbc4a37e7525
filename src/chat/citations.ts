import type { Citation, Source } from "../ports.ts";
import { readSentences } from "../text/sentences.ts";

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
const QUOTATION = /["“「『]([^"”」』]{4,})["”」』]/g;

export function createCitationGate(sources: Source[]): CitationGate {
  const citations: Citation[] = [];
  const code = createCodeTracker();
  let seen = "";
  let held = "";
  let sentenceFrom = 0;

  function cite(numbers: number[]): string {
    const valid = numbers.filter((n) => sources.some((source) => source.n === n));
    if (valid.length === 0) return "";
    const span = citedSentence(seen, sentenceFrom) ?? lastSpan(citations);
    if (span !== undefined) {
      for (const n of valid) {
        const source = sources.find((one) => one.n === n)!;
        citations.push({ n, ...span, ...verify(seen.slice(span.start, span.end), source) });
      }
    }
    return valid.map((n) => `[${n}]`).join("");
  }

  /** Lets everything through that can be decided; `last` decides the rest as well. */
  function release(last: boolean): string {
    const before = seen.length;
    while (held !== "") {
      const bracket = held.search(/[[【]/);
      const plain = bracket === -1 ? held : held.slice(0, bracket);
      // White space before a marker goes with it when the marker is removed.
      const trimmed = last && bracket === -1 ? plain : plain.trimEnd();
      show(trimmed);
      const space = plain.slice(trimmed.length);
      const rest = held.slice(plain.length);
      held = space + rest;
      if (bracket === -1) break;
      const marker = code.isInside() ? null : MARKER.exec(rest);
      if (marker !== null) {
        const shown = cite((marker[1] ?? "").split(/[,，、]/).map(Number));
        if (shown !== "") {
          seen += space + shown;
          sentenceFrom = seen.length;
        }
        held = shown === "" && space.includes("\n") ? space + rest.slice(marker[0].length) : rest.slice(marker[0].length);
      } else if (!last && !code.isInside() && UNFINISHED_MARKER.test(rest)) {
        break;
      } else {
        show(space + rest.charAt(0));
        held = rest.slice(1);
      }
    }
    return seen.slice(before);
  }

  function show(text: string): void {
    code.read(text);
    seen += text;
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
  const last = readSentences(text.slice(from)).findLast((span) => /[\p{L}\p{N}]/u.test(text.slice(from + span.start, from + span.end)));
  return last === undefined ? undefined : { start: from + last.start, end: from + last.end };
}

function lastSpan(citations: Citation[]): { start: number; end: number } | undefined {
  const last = citations.at(-1);
  return last === undefined ? undefined : { start: last.start, end: last.end };
}

/** Whether the sentence, or everything that it quotes, stands in the source, white space and marks aside. */
function verify(sentence: string, source: Source): Pick<Citation, "quote" | "verified"> {
  const text = fold(source.chunk.text);
  const quotations = [...sentence.matchAll(QUOTATION)].map((match) => match[1] ?? "");
  const whole = fold(sentence);
  if (whole !== "" && text.includes(whole)) return { quote: sentence, verified: true };
  const verified = quotations.length > 0 && quotations.every((quotation) => text.includes(fold(quotation)));
  return verified ? { quote: quotations[0]!, verified } : { verified };
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[\s*_`#>|\\]+/g, " ").replace(/^[\s.,;:!?-]+|[\s.,;:!?-]+$/g, "");
}

interface CodeTracker {
  read(text: string): void;
  isInside(): boolean;
}

/** Whether the text stands in Markdown code, where brackets are no markers. Inline code ends with its line. */
function createCodeTracker(): CodeTracker {
  let ticks = 0;
  let fenced = false;
  let inline = false;
  function settle(): void {
    if (ticks >= 3) fenced = !fenced;
    else if (ticks > 0 && !fenced) inline = !inline;
    ticks = 0;
  }
  return {
    read(text) {
      for (const character of text) {
        if (character === "`") ticks += 1;
        else {
          settle();
          if (character === "\n") inline = false;
        }
      }
    },
    isInside() {
      settle();
      return fenced || inline;
    },
  };
}
