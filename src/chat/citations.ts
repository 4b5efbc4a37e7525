import type { Citation, ModelCitation, Source } from "../ports.ts";
import { readMarker } from "./marker.ts";
import { ownNumber, type ShowNumber } from "./numbering.ts";
import { createShownText } from "./shown-text.ts";

/** Between the model and the reader: lets text through, and markers only where they point at a source. */
export interface CitationGate {
  /** Takes what the model wrote; returns what the reader may see now. */
  push(text: string): string;
  /**
   * Takes what the model's provider says of words that stood so many characters before the end of what was pushed, or
   * near it; returns what the reader may see now. Its markers come with the next end of a sentence or clause.
   */
  cite(citation: ModelCitation, ago: number): string;
  /**
   * The rest that was held back, and all citations. Offsets count from the first character that the reader saw. An
   * answer whose sentences cite nothing, or say that they found nothing, is none.
   */
  end(): { text: string; citations: Citation[]; answered: boolean };
}

const OPENING = /[[【［]/;

/** White space that waits at most: a model that writes nothing else must not fill the memory. */
const LONGEST_SPACE = 64;

/** Markers get the number that `show` gives for their source. */
export function createCitationGate(sources: Source[], show: ShowNumber = ownNumber): CitationGate {
  const shown = createShownText(sources, show);
  let held = "";

  /** Decides about what is held up to and with its next bracket; false when more must be known first. */
  function step(last: boolean): boolean {
    const { text, space, rest } = splitAtBracket(held, last);
    shown.addText(text, space);
    held = space + rest;
    if (rest === "") return false;
    const marker = readMarker(rest);
    if (marker === "unfinished" && !last) return false;
    const isCode = marker !== undefined && shown.isCode(space, rest, last);
    if (isCode === "unfinished") return false;
    if (marker === undefined || marker === "unfinished" || isCode) {
      shown.add(space + rest.charAt(0));
      held = rest.slice(1);
    } else {
      held = rest.slice(marker.length);
      shown.mark(space, marker.numbers);
    }
    return true;
  }

  function release(last: boolean): string {
    while (held !== "" && step(last));
    return shown.take();
  }

  return {
    push(text) {
      held += text;
      return release(false);
    },
    cite(citation, ago) {
      shown.cite(citation, ago);
      return shown.take();
    },
    end() {
      const text = release(true) + shown.end();
      return { text, citations: shown.citations, answered: shown.isAnswer() };
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
  const end = Math.max(plain.trimEnd().length, plain.length - LONGEST_SPACE);
  const text = last && bracket === -1 ? plain : plain.slice(0, end);
  return { text, space: plain.slice(text.length), rest: held.slice(plain.length) };
}
