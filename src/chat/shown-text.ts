import type { Citation, ModelCitation, Source } from "../ports.ts";
import { createCitationRecord } from "./citation-record.ts";
import { citedSentence, createTail, type Sentence } from "./cited-sentence.ts";
import { type CodeTracker, createCodeTracker } from "./code-tracker.ts";
import { mayBecomeLink } from "./link-forms.ts";
import { readMarker } from "./marker.ts";
import { createWaitingMarkers, FARTHEST, findPlace, renderMarkers } from "./native-citations.ts";
import type { ShowNumber } from "./numbering.ts";

/** The answer as its reader sees it, while it grows. */
export interface ShownText {
  add(text: string): void;
  /** The same where `space` follows; markers that wait find their place in it. */
  addText(text: string, space: string): void;
  /** Takes a marker of the model with the white space before it: what is left of both goes to the reader. */
  mark(space: string, numbers: number[]): void;
  /** Takes what a provider says of words that were added `ago` characters before the end, or near there. */
  cite(citation: ModelCitation, ago: number): void;
  /** What was added since the last time. */
  take(): string;
  /** Markers that wait have their place at the end. */
  end(): string;
  /** Whether what would follow now is code. */
  isCode: CodeTracker["isInside"];
  /** Of all markers so far. Offsets count from the first character that the reader saw. */
  citations: Citation[];
  /** Whether a cited sentence says more than that nothing was found. */
  isAnswer(): boolean;
}

export function createShownText(sources: Source[], show: ShowNumber): ShownText {
  const record = createCitationRecord(sources);
  const page = createPage();
  const waiting = createWaitingMarkers();

  function placeWaiting(): void {
    const cited = page.cited();
    const numbers = waiting.place(page.length());
    page.addMarkers(renderMarkers(page.end(), numbers.map(show)), cited);
  }

  function addText(text: string, space: string): void {
    let rest = text;
    while (waiting.isThere()) {
      const isFar = waiting.since(page.length()) > FARTHEST;
      const place = findPlace(page.end(), rest, space, isFar);
      if (place === undefined) break;
      page.add(rest.slice(0, place));
      rest = rest.slice(place);
      if (page.isCode("", rest + space, false) === false) placeWaiting();
      else if (rest === "") break;
      page.add(rest.charAt(0));
      rest = rest.slice(1);
    }
    page.add(rest);
  }

  return {
    ...page,
    addText,
    citations: record.citations,
    isAnswer: record.isAnswer,
    mark(space, numbers) {
      const cited = page.cited();
      if (cited !== undefined && numbers.includes(0)) record.refuse(cited);
      const isPlaced = (n: number): boolean => waiting.isPlaced(n, cited?.end ?? 0);
      const valid = numbers.filter((n) => record.knows(n) && !isPlaced(n));
      if (cited === undefined || valid.length === 0) return page.leaveOut(space);
      for (const n of valid) if (!waiting.takeBack(n)) record.add(n, cited);
      page.addMarkers(space + valid.map((n) => `[${show(n)}]`).join(""), cited);
    },
    cite({ numbers, text }, ago) {
      const cited = page.find(text, ago) ?? page.cited();
      if (cited === undefined) return;
      for (const n of numbers.filter((n) => record.knows(n) && !record.covers(n, cited))) {
        record.add(n, cited);
        waiting.add(n, page.length());
      }
    },
    end() {
      if (waiting.isThere() && page.isCode("", "", true) === false) placeWaiting();
      return page.take();
    },
  };
}

/** What was written, and where in it we are. */
interface Page extends Pick<ShownText, "add" | "take" | "isCode"> {
  /** The sentence that a marker here would stand for. */
  cited(): Sentence | undefined;
  addMarkers(markers: string, cited: Sentence | undefined): void;
  /** A marker goes, and the white space before it. */
  leaveOut(space: string): void;
  find(words: string, ago: number): Sentence | undefined;
  /** The text's end, as far as it is known. */
  end(): string;
  length(): number;
}

function createPage(): Page {
  const code = createCodeTracker();
  const seen = createTail();
  let added = "";
  let sentenceFrom = 0;
  let last: Sentence | undefined;
  /** Something was taken out between what was shown last and what comes next. */
  let isJoint = false;

  function add(words: string): void {
    if (words === "") return;
    // "www[9].example" must not become an address, which nobody has checked, and "\\[9]`" no tick without its meaning.
    const isRisk = (end: string): boolean =>
      end.endsWith("\\") || mayBecomeLink(end, words.charAt(0));
    const text = isJoint && isRisk(seen.end()) ? ` ${words}` : words;
    isJoint = false;
    code.read(text);
    seen.add(text);
    added += text;
  }

  return {
    add,
    isCode: code.isInside,
    cited: () => citedSentence(seen, sentenceFrom) ?? last,
    addMarkers(markers, cited) {
      add(markers);
      sentenceFrom = seen.length();
      last = cited;
    },
    leaveOut(space) {
      // A line break belongs to the text, a space to the marker.
      if (space.includes("\n")) add(space);
      // What follows must not make a marker of a bracket that was left open: "[[9]9]".
      if (readMarker(openBracket(seen.from(0).text)) === "unfinished") add("…");
      isJoint = true;
    },
    find(text, ago) {
      const start = seen.find(text, ago);
      return start === undefined ? undefined : { text, start, end: start + text.length };
    },
    end: seen.end,
    length: seen.length,
    take() {
      const taken = added;
      added = "";
      return taken;
    },
  };
}

/** The end of a text from its last opening bracket on; empty when there is none. */
function openBracket(text: string): string {
  const at = Math.max(...["[", "【", "［"].map((bracket) => text.lastIndexOf(bracket)));
  return at === -1 ? "" : text.slice(at);
}
