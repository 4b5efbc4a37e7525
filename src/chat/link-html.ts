import { MARKS_AFTER } from "./link-address.ts";
import { type Judged, LINK_REMOVED, type LinkPlace, matchLength } from "./link-place.ts";
import { decodeEntities, SCHEMES } from "./urls.ts";

/** Elements that load, run or hide something even without attributes. */
const ACTIVE =
  /^<(?:applet|audio|base|body|canvas|datalist|dialog|embed|form|frame|frameset|head|iframe|link|marquee|math|meta|meter|noembed|noframes|noscript|object|plaintext|progress|rp|script|select|style|svg|template|textarea|title|video|xmp)$/i;
/** To a browser everything belongs to a name that does not end it, a marker too, which may go from it. */
const NAME = /^<\/?[a-z][^\s/<>]{0,99}/i;
const OWN_NAME = /^<[a-z][a-z\d-]*/i;
/** What stands between a name and the end of its tag, or the first value. */
const ATTRIBUTES = /^[^=>]*/;
const HIDES = /[\s/](?:hidden|inert|popover)(?![\w-])/i;
/** Characters of attributes without a value: text must not be held back for long. */
const LONGEST_ATTRIBUTES = 100;
const SCHEME = /^<([a-z][a-z\d+.-]{1,31}):(?![/\\]{2})/i;

/** A space makes plain text of what would be a tag or a link. */
const PLAIN: Judged = { length: 1, shown: "< " };
const AS_IT_IS: Judged = { length: 1 };

/** Plain text is made of tags that do something by themselves or have attributes with a value, and of unknown links. */
export function judgeTag(place: LinkPlace): Judged {
  const { rest, isWhole } = place;
  if (/^<[!?]/.test(rest)) return PLAIN;
  const name = rest.slice(0, matchLength(NAME, rest));
  if (name === "") return rest === "</" && !isWhole ? "unfinished" : AS_IT_IS;
  if (name.length === rest.length && !isWhole) return "unfinished";
  if (name.startsWith("</")) return AS_IT_IS;
  if (SCHEME.test(name)) return judgeScheme(place, name);
  return judgeElement(name, rest.slice(name.length), isWhole);
}

function judgeElement(name: string, after: string, isWhole: boolean): Judged {
  if (!/^[\s/>]/.test(after)) return AS_IT_IS;
  if (ACTIVE.test(name.slice(0, matchLength(OWN_NAME, name)))) return PLAIN;
  const attributes = after.slice(0, matchLength(ATTRIBUTES, after));
  if (attributes.length > LONGEST_ATTRIBUTES) return PLAIN;
  if (attributes.length === after.length) return isWhole ? AS_IT_IS : "unfinished";
  return after.charAt(attributes.length) === "=" || HIDES.test(attributes) ? PLAIN : AS_IT_IS;
}

/** `<tel:…>`: Markdown makes a link of any scheme. Those that are known by name are judged where they begin. */
function judgeScheme({ rest, isWhole, isKnown }: LinkPlace, name: string): Judged {
  if (SCHEMES.includes(SCHEME.exec(name)![1]!.toLowerCase())) return AS_IT_IS;
  const address = rest.slice(1, 1 + matchLength(/^[^\s<>]*/, rest.slice(1)));
  if (address.length + 1 === rest.length && !isWhole) return "unfinished";
  return isKnown(address) ? AS_IT_IS : PLAIN;
}

const ENTITY = /^&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?/i;
/** What addresses are written with; other entities are signs in a text. */
const OF_ADDRESS = /^[a-z\d:/\\.\s]$/i;
const RUN = /^[!-;=?-_a-~]+/;
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
