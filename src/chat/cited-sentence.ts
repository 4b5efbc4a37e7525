import { readSentences } from "../text/sentences.ts";
import { locate } from "./native-citations.ts";

/** Signs before a sentence that do not belong to it; an opening quotation mark or the sign of a figure does. */
const LEFT_OVER =
  /^(?:(?![.,]\d)[[\s\p{Po}\p{Pe}\p{Pf}]--["'*#@\/\\¡¿]]|\p{Pd}(?!\d)|["'*+>#](?=[\s#]))+/v;

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** A sentence with its place in the answer. */
export interface Sentence {
  text: string;
  start: number;
  end: number;
}

/** The last sentence between the marker before and the end. Undefined when nothing stands there. */
export function citedSentence(seen: Tail, from: number): Sentence | undefined {
  const { text, start } = seen.from(from);
  const last = readSentences(text).findLast((span) =>
    LETTER_OR_DIGIT.test(text.slice(span.start, span.end)),
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
export interface Tail {
  add(text: string): void;
  /** What is still known from an offset on, and where that begins. */
  from(offset: number): { text: string; start: number };
  /** Where the words begin, the nearest to where they should; undefined where they are not. */
  find(words: string, ago: number): number | undefined;
  /** All that is known. */
  end(): string;
  /** Of the whole text. */
  length(): number;
}

export function createTail(): Tail {
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
    find(words, ago) {
      const at = locate(tail, words, tail.length - ago);
      return at === undefined ? undefined : dropped + at;
    },
    end: () => tail,
    length: () => dropped + tail.length,
  };
}
