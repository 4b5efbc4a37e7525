import {
  type Decided,
  type Judged,
  LINK_REMOVED,
  type LinkPlace,
  matchLength,
} from "./link-place.ts";

/** An address as far as it may reach: signs of ASCII, then what follows without white space of ASCII, not without end. */
const ADDRESS = /^[!-;=?-~]+[^ \t\n\r\v\f<>]{0,100}/;
/** Text in scripts that are written without spaces, or that add to a word without one, is no part of an address. */
const OTHER_SCRIPT =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\u3000-\u303F\uFF00-\uFF65]/u;
/** Scheme, slashes and `www.`: what says nothing yet. */
const HEAD = /^(?:www\\?\.|(?:[a-z\d+.-]*\\?:)?[/\\]*(?:www\\?\.)?)/i;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

/** Marks after an address that carry nothing: punctuation and citations. */
export const MARKS_AFTER = /(?:[[【［]\d{1,3}[\]】］]|[\p{P}\p{S}])+$/u;
const ONLY_MARKS = /^(?:[[【［]\d{1,3}[\]】］]|[\p{P}\p{S}])*$/u;
/** A script that is no part of addresses goes on without a space. */
const GOES_ON = /^[\p{P}\p{S}]*[^\0-\x7F]/u;

/** An address in the text. Without `isNamed` it begins behind its scheme, which has been shown. */
export function judgeAddress(place: LinkPlace, isNamed: boolean): Judged {
  const { before, rest, isWhole, isKnown } = place;
  const scheme = isNamed
    ? ""
    : before.slice(before.length - matchLength(/[a-z][a-z\d+.-]*\\?$/i, before));
  if (!isNamed && scheme === "") return { length: 1 };
  const address = ADDRESS.exec(rest)?.[0] ?? "";
  if (address.length === rest.length && !isWhole) return "unfinished";
  const judged = judgeWhole(address.split("](", 1)[0]!, (start) => isKnown(scheme + start));
  if (judged.shown === LINK_REMOVED) return judged;
  return separate(judged, place, `<${scheme}`);
}

/** To Markdown's own links `<>` belongs and a tick does, unless they close what stands before the address. */
function separate(judged: Decided, place: LinkPlace, opening: string): Judged {
  const next = /^[^\s<>`]*(.?)/.exec(place.rest.slice(judged.length))![1];
  const isClosed =
    next === "`"
      ? place.isCode()
      : next !== "<" && (next !== ">" || place.before.endsWith(opening));
  if (isClosed === "unfinished") return isClosed;
  return isClosed ? judged : { ...judged, shown: `${place.rest.slice(0, judged.length)} ` };
}

function judgeWhole(address: string, isKnown: (start: string) => boolean): Decided {
  // "data: a word" is no address, and neither is "//" alone.
  if (
    /^data\\?:[^,]*$/i.test(address) ||
    !LETTER_OR_DIGIT.test(address.split("`", 1)[0]!.replace(HEAD, ""))
  )
    return { length: 1 };
  const known = knownLength(address, isKnown);
  if (known === undefined) return { length: unknownLength(address), shown: LINK_REMOVED };
  const shown = address.slice(0, known);
  // The address must end where the source's does.
  return { length: known, shown: ONLY_MARKS.test(address.slice(known)) ? shown : `${shown} ` };
}

/** Characters of the longest known address that the text begins with and that nothing is added to. */
function knownLength(address: string, isKnown: (start: string) => boolean): number | undefined {
  for (let end = address.length; end > 0; end--) {
    const after = address.slice(end);
    const isEnd = ONLY_MARKS.test(after) || GOES_ON.test(after);
    if (isEnd && isKnown(address.slice(0, end))) return end;
  }
  return undefined;
}

/** Characters that go: without what another script says after the address, and the marks at its end. */
function unknownLength(address: string): number {
  // Ticks belong to the code around an address.
  const all = address.split(/[`\s]/, 1)[0]!;
  const own = all.split(OTHER_SCRIPT, 1)[0]!;
  const whole = LETTER_OR_DIGIT.test(own.replace(HEAD, "")) ? own : all;
  return Math.max(1, whole.length - matchLength(MARKS_AFTER, whole));
}
