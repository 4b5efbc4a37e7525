import { judgeAddress } from "./link-address.ts";
import { judgeEntity, judgeTag } from "./link-html.ts";
import { judgeDefinition, judgeDestination } from "./link-markdown.ts";
import { type Judged, type LinkPlace, matchLength } from "./link-place.ts";
import { SCHEMES } from "./urls.ts";

/** Something that may be a link. */
export interface Found {
  /** Characters before it. */
  at: number;
  /** In code it is none. */
  asksForCode: boolean;
  judge: (place: LinkPlace) => Judged;
}

/** An address, a scheme's end, two slashes where a value begins, a destination, a definition, a tag, an entity. */
const BEGINNING = new RegExp(
  [
    `(?:(?<![a-z\\d+.\\-])(?:${SCHEMES.join("|")})\\\\?:|(?<![a-z\\d])www\\\\?\\.)(?=\\S)`,
    "(?<unnamed>:[/\\\\]{2})",
    "(?<=[(\"'=<`])[/\\\\]{2}",
    "(?<destination>\\](?=\\())",
    "(?<definition>\\](?=:))",
    "(?<tag><(?=[a-z/!?]))",
    "(?<entity>&(?=[#a-z]))",
  ].join("|"),
  "gi",
);

const JUDGES: Record<string, Omit<Found, "at">> = {
  unnamed: { asksForCode: false, judge: (place) => judgeAddress(place, false) },
  destination: { asksForCode: true, judge: judgeDestination },
  definition: { asksForCode: true, judge: judgeDefinition },
  tag: { asksForCode: true, judge: judgeTag },
  entity: { asksForCode: false, judge: judgeEntity },
};
const ADDRESS = { asksForCode: false, judge: (place: LinkPlace) => judgeAddress(place, true) };

/** The first thing in `held` that may be a link. */
export function findLink(before: string, held: string): Found | undefined {
  // What decides about a beginning is the word that it stands in.
  const context = before.slice(-16);
  BEGINNING.lastIndex = context.length;
  const match = BEGINNING.exec(context + held);
  if (match === null) return undefined;
  const kind = Object.keys(JUDGES).find((name) => match.groups?.[name] !== undefined);
  const found = kind === undefined ? ADDRESS : JUDGES[kind]!;
  return { at: match.index - context.length, ...found };
}

const PREFIXES = new Set(
  SCHEMES.flatMap((word) => Array.from(word, (_, end) => word.slice(0, end + 1))),
);
const HOST_PREFIX = /(?<![a-z\d])(?:ww?|www\.?)$/;
const ESCAPED_HOST = /(?<![a-z\d])www\\\.?$/i;
const NAMES = new Set(SCHEMES);
const LONGEST_WORD = 40;

/** Signs other than those of words with which a link may begin, or which may come before the next one of it. */
const MAY_BEGIN = /[:/\\\]<&!?#]/;

/** How much of `held` can go on although what follows is not known. */
export function unfinishedFrom(before: string, held: string): number {
  // Every second token ends with a word.
  const last = held.length - 1;
  if (!isWordCode(held.charCodeAt(last)) && !MAY_BEGIN.test(held.charAt(last))) return held.length;
  const text = before.slice(-LONGEST_WORD) + held;
  const host = matchLength(ESCAPED_HOST, text.slice(-6));
  return Math.max(0, held.length - Math.max(host, text.length - beginningAtEnd(text)));
}

/** Where something at the end of a text begins that may become a link; its length when there is none. */
function beginningAtEnd(text: string): number {
  const end = /:[/\\]$/.test(text.slice(-2)) ? text.length - 1 : text.length;
  const last = text.charAt(end - 1);
  if (last === ":" || (last === "\\" && end === text.length)) return nameStart(text, end);
  const start = wordStart(text, end);
  const opening = openingLength(text.slice(Math.max(0, start - 2), start));
  const isName = opening === 2 || start === end || !/\d/.test(text.charAt(start));
  if (opening > 0 && isName) return start - opening;
  if (start === end) return "/\\]".includes(last) ? end - 1 : end;
  const word = text.slice(start, end).toLowerCase();
  return PREFIXES.has(word) ? start : end - matchLength(HOST_PREFIX, word);
}

/** Where a scheme begins that ends in `:`, `\\` or `\\:`; without one, the place of the last sign. */
function nameStart(text: string, end: number): number {
  const name = text.slice(end - 2, end) === "\\:" ? end - 2 : end - 1;
  const start = wordStart(text, name);
  return NAMES.has(text.slice(start, name).toLowerCase()) ? start : end - 1;
}

/** Signs of `<`, `</`, `<!`, `&` or `&#` at the end. */
function openingLength(text: string): number {
  const last = text.charAt(text.length - 1);
  if (last === "<" || last === "&") return 1;
  const pair = text.slice(-2);
  return pair === "</" || pair === "<!" || pair === "<?" || pair === "&#" ? 2 : 0;
}

/** Where the letters, digits, `+`, `-` and `.` before an end begin. */
function wordStart(text: string, end: number): number {
  let start = end;
  while (start > 0 && end - start < LONGEST_WORD && isWordCode(text.charCodeAt(start - 1)))
    start -= 1;
  return start;
}

function isWordCode(code: number): boolean {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
}

/** Whether text that ends here is, or may become, a link together with the character that comes next. */
export function mayBecomeLink(text: string, next: string): boolean {
  const end = text.slice(-LONGEST_WORD);
  if (end === "" || next === "") return false;
  if (unfinishedFrom("", end + next) < end.length) return true;
  const word = /\S*$/.exec(end)![0];
  const found = findLink("", `${word}${next}x`);
  return found !== undefined && found.at < word.length;
}
