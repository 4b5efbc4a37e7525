import type { Citation, Source } from "../ports.ts";
import { stripForModel } from "../text/invisible.ts";

const QUOTATION = /["“「『]([^"”」』]{4,})["”」』]/g;

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Two such characters side by side are in one word. Scripts without spaces are left out. */
const INSIDE_WORD =
  /^[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー]]{2}$/v;
const INSIDE_HANGUL = /^\p{Script=Hangul}{2}$/u;

/** The end of what stands before a figure that is only its rest: "2." of "2.4", the sign of "-5". */
const CUT_BEFORE = /(?:\d[.,:/]|(?:^|[^\p{L}\p{N}])[-−+])$/u;
/** The beginning of what stands after a figure that goes on: ".4" of "2.4". */
const CUT_AFTER = /^[.,:/]\d/;

/** Whether the sentence, or everything that it quotes, stands in the source, white space and marks aside. */
export function verifyCitation(
  sentence: string,
  source: Source,
): Pick<Citation, "quote" | "verified"> {
  const text = foldSource(source);
  if (standsIn(text, fold(sentence))) return { quote: sentence, verified: true };
  const quotations = [...sentence.matchAll(QUOTATION)].map((match) => match[1] ?? "");
  const verified =
    quotations.length > 0 && quotations.every((quotation) => standsIn(text, fold(quotation)));
  return verified ? { quote: quotations[0]!, verified } : { verified };
}

/** Folded texts of sources: an answer names the same one several times. */
const FOLDED = new WeakMap<Source, string>();

function foldSource(source: Source): string {
  const known = FOLDED.get(source);
  if (known !== undefined) return known;
  const text = fold(source.text);
  FOLDED.set(source, text);
  return text;
}

function fold(text: string): string {
  return stripForModel(text)
    .toLowerCase()
    .replace(/[\s*_`#>|\\]+/g, " ")
    .replace(/^(?:[\s.,;:!?]|-(?!\d))+|[\s.,;:!?-]+$/g, "");
}

/** Whether the words stand in the text, and not merely inside longer words or figures: "4" does not stand in "45". */
function standsIn(text: string, words: string): boolean {
  if (!LETTER_OR_DIGIT.test(words)) return false;
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (!isCut(text, at, at + words.length)) return true;
  }
  return false;
}

function isCut(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 2);
  const atStart = before.slice(-1) + text.charAt(start);
  const atEnd = text.charAt(end - 1) + after.charAt(0);
  return (
    INSIDE_WORD.test(atStart) ||
    INSIDE_WORD.test(atEnd) ||
    // A Korean particle may follow its noun; nothing stands before the beginning of a word.
    INSIDE_HANGUL.test(atStart) ||
    (/^\d/.test(text.slice(start, end)) && CUT_BEFORE.test(before)) ||
    (/\d$/.test(text.slice(start, end)) && CUT_AFTER.test(after))
  );
}
