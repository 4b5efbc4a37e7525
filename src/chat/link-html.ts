import { MARKS_AFTER } from "./link-address.ts";
import { type Judged, LINK_REMOVED, type LinkPlace, matchLength } from "./link-place.ts";
import { decodeEntities, SCHEMES } from "./urls.ts";

/** Elements that load, run or hide something even without attributes. */
const ACTIVE_TAG =
  /^<(?:applet|audio|base|body|embed|form|frame|frameset|iframe|link|marquee|math|meta|noembed|noframes|noscript|object|plaintext|script|select|style|svg|template|textarea|title|video|xmp)$/i;
const TAG = /^<\/?[a-z][a-z\d-]*/i;
const MAY_BE_EMPTY = /^\s{0,9}\/?$/;
const IS_EMPTY = /^\s{0,9}\/?>/;
const LONGEST_NAME = 40;

/** A space makes plain text of a tag. One without attributes stays, unless it does something by itself. */
export function judgeTag({ rest, isWhole }: LinkPlace): Judged {
  if (/^<[!?]/.test(rest)) return { length: 1, shown: "< " };
  const length = matchLength(TAG, rest);
  const after = rest.slice(length);
  const mayGoOn = length <= LONGEST_NAME && MAY_BE_EMPTY.test(after) && !isWhole;
  if (length === 0) return rest === "</" && !isWhole ? "unfinished" : { length: 1 };
  if (mayGoOn) return "unfinished";
  const name = rest.slice(0, length);
  const isTag = IS_EMPTY.test(after) ? ACTIVE_TAG.test(name) : /^[\s/]/.test(after);
  return isTag && !name.startsWith("</") ? { length: 1, shown: "< " } : { length: 1 };
}

const ENTITY = /^&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?/i;
/** What addresses are written with; other entities are signs in a text. */
const OF_ADDRESS = /^[a-z\d:/\\.\s]$/i;
const RUN = /^[!-;=?-~]+/;
const WRITTEN = new RegExp(
  `[a-z][a-z\\d+.-]*:[/\\\\]{2}|(?:${SCHEMES.join("|")}):\\S|www\\.\\S|(?:^|[("'=<\`])[/\\\\]{2}`,
  "gi",
);

/** An address that is written with entities, wholly or in part, is one that hides. */
export function judgeEntity({ before, rest, isWhole }: LinkPlace): Judged {
  const entity = rest.slice(0, matchLength(ENTITY, rest));
  if (!isWhole && (entity.length === rest.length || /^&(?:#x?|[a-z])?$/i.test(rest)))
    return "unfinished";
  if (!OF_ADDRESS.test(decodeEntities(entity))) return { length: 1 };
  const run = rest.slice(0, matchLength(RUN, rest));
  if (run.length === rest.length && !isWhole) return "unfinished";
  if (!hidesAddress(before.slice(before.length - matchLength(/[!-~]{0,64}$/, before)), run))
    return { length: 1 };
  const length = run.length - matchLength(MARKS_AFTER, run);
  return { length: Math.max(entity.length, length), shown: LINK_REMOVED };
}

function hidesAddress(before: string, run: string): boolean {
  const text = before + decodeEntities(run).replace(/[\t\n\r]/g, "");
  return [...text.matchAll(WRITTEN)].some((match) => match.index + match[0].length > before.length);
}
