import type { Source } from "../ports.ts";
import { stripInvisible } from "../text/invisible.ts";

/** Schemes that do something on their own; they are no links, not even in a source. */
const ACTIVE = /^(?:javascript|vbscript|data|blob):/i;

/** Schemes that stand for an address even without slashes behind them. */
export const SCHEMES = [
  "http",
  "https",
  "ftp",
  "ws",
  "wss",
  "file",
  "javascript",
  "vbscript",
  "data",
  "blob",
  "mailto",
  "view-source",
];

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z][a-z\d]{1,31}));?/gi;

/** Names of the characters that addresses and links are made of. */
const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  colon: ":",
  sol: "/",
  bsol: "\\",
  period: ".",
  commat: "@",
  num: "#",
  quest: "?",
  equals: "=",
  percnt: "%",
  lowbar: "_",
  hyphen: "-",
  lpar: "(",
  rpar: ")",
  lsqb: "[",
  lbrack: "[",
  rsqb: "]",
  rbrack: "]",
  tab: "\t",
  newline: "\n",
};

/** The text as a browser reads it where it is written with HTML's entities. Unknown names stay. */
export function decodeEntities(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(ENTITY, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? all;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}

/** One spelling for all that a browser would take for the same address; undefined for what is never a link. */
export function normalizeUrl(raw: string): string | undefined {
  const text = stripInvisible(decodeEntities(raw))
    .replace(/[\t\n\r\u200C\u200D]/g, "")
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .trim();
  if (ACTIVE.test(text)) return undefined;
  const absolute = text.replace(/^(?=www\.)/i, "http://").replace(/^[/\\]{2}/, "https://");
  return URL.canParse(absolute) ? new URL(absolute).href : `relative:${text}`;
}

const ADDRESS = /(?:[a-z][a-z\d+.-]*:|www\.|\/\/)[^\s<>]+/gi;
const DESTINATION =
  /\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()]|\([^\s()]*\))*))|\]:\s*<?([^\s<>]+)|\b(?:href|src)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi;
/** Where an address may have ended before the next white space. */
const ENDS = /[)\]}"'`|,;*_]|[.:!?]+$|[^\x21-\x7E]/g;

/** Every address and every link's destination in the sources, in one spelling each. */
export function readSourceUrls(sources: Source[]): Set<string> {
  const urls = new Set<string>();
  const add = (raw: string | undefined): void => {
    const url = raw === undefined || raw === "" ? undefined : normalizeUrl(raw);
    if (url === undefined) return;
    urls.add(url);
    if (/^www\./i.test(raw!)) urls.add(url.replace("http:", "https:"));
  };
  for (const { text, chunk } of sources) {
    for (const part of [text, chunk.title, ...chunk.heading, chunk.url ?? ""]) {
      for (const [address] of part.matchAll(ADDRESS)) {
        add(address);
        for (const { index } of address.matchAll(ENDS)) add(address.slice(0, index));
      }
      for (const [, ...destinations] of part.matchAll(DESTINATION)) destinations.forEach(add);
    }
  }
  return urls;
}
