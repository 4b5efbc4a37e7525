import { type Judged, LINK_REMOVED, type LinkPlace, matchLength } from "./link-place.ts";

const DESTINATION =
  /^\]\(\s{0,99}(?:<(?<angle>[^<>\n]*)>|(?<plain>(?!<)(?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*\))*))/;
const OPEN_DESTINATION = /^\]\(\s{0,99}(?:$|<[^<>\n]*$)/;
/** Nothing, or a place in the page itself. */
const NOWHERE = /^(?:#[\w-]*)?$/;

/** What follows `](`: an address, or a path on the reader's own site, which can be asked for all the same. */
export function judgeDestination({ rest, isWhole, isKnown }: LinkPlace): Judged {
  const { end, destination } = read(DESTINATION, rest);
  const isEnded = /^[\s)]/.test(rest.slice(end));
  // Brackets that do not match make no link here, and may make one elsewhere.
  const length = end + (isEnded ? 0 : matchLength(/^\S*/, rest.slice(end)));
  if (!isWhole && (OPEN_DESTINATION.test(rest) || length === rest.length)) return "unfinished";
  if (end === 0 || NOWHERE.test(destination)) return { length: 2 };
  if (isEnded && isKnown(destination)) return { length: end };
  const closing = rest.charAt(length) === ")" ? 1 : 0;
  return { length: length + closing, shown: `]${LINK_REMOVED}` };
}

const LABEL = /(?:^|\n)[\s>*+\-.\d]*\[[^[\]\n]*$/;
const DEFINITION = /^\]:[^\S\n]{0,99}\n?[^\S\n]{0,99}(?:<(?<angle>[^<>\n]*)>|(?<plain>[^\s<>]+))/;
const OPEN_DEFINITION = /^\]:[^\S\n]{0,99}\n?[^\S\n]{0,99}(?:$|<[^<>\n]*$)/;

/** `[label]: destination` at the beginning of a line. Words behind a label are no destination. */
export function judgeDefinition({ before, rest, isWhole, isKnown }: LinkPlace): Judged {
  if (!LABEL.test(before)) return { length: 1 };
  const { end, destination } = read(DEFINITION, rest);
  if (!isWhole && (OPEN_DEFINITION.test(rest) || end === rest.length)) return "unfinished";
  if (!/[/\\?#:&%]/.test(destination)) return { length: 1 };
  if (isKnown(destination)) return { length: end };
  return { length: end, shown: `]: ${LINK_REMOVED}` };
}

/** Where the destination ends, and what it is; 0 where there is none. */
function read(pattern: RegExp, text: string): { end: number; destination: string } {
  const match = pattern.exec(text);
  const { angle, plain = "" } = match?.groups ?? {};
  return { end: match?.[0].length ?? 0, destination: angle ?? plain };
}
