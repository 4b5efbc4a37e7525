import { type Judged, LINK_REMOVED, type LinkPlace, matchLength } from "./link-place.ts";

const DESTINATION =
  /^\]\(\s{0,99}(?:<(?<angle>[^<>\n]*)>|(?<plain>(?!<)(?:\\.|[^ \t\n\r()\\]|\((?:\\.|[^ \t\n\r()\\])*\))*))/;
const OPEN_DESTINATION = /^\]\(\s{0,99}(?:$|<[^<>\n]*$)/;
/** Nothing, or a place in the page itself. */
const NOWHERE = /^(?:#[\w-]*)?$/;

/** What follows `](`: an address, or a path on the reader's own site, which can be asked for all the same. */
export function judgeDestination({ rest, isWhole, isKnown }: LinkPlace): Judged {
  const { end, destination } = read(DESTINATION, rest);
  const isEnded = /^[ \t\n\r)]/.test(rest.slice(end));
  // Brackets that do not match make no link here, and may make one elsewhere.
  const length = end + (isEnded ? 0 : matchLength(/^[^ \t\n\r]*/, rest.slice(end)));
  if (!isWhole && (OPEN_DESTINATION.test(rest) || length === rest.length)) return "unfinished";
  const isDecided = isEnded || end === rest.length;
  if (end === 0 || (isDecided && NOWHERE.test(destination))) return { length: 2 };
  if (isEnded && isKnown(destination)) return { length: end };
  const closing = rest.charAt(length) === ")" ? 1 : 0;
  return { length: length + closing, shown: `]${LINK_REMOVED}` };
}

/** White space, and markers in it, which may go. */
const SPACE = "(?:[^\\S\\n\\r]|[[【［][\\s\\d０-９,，、–-]{0,20}\\\\?[\\]】］]){0,99}";
/** A label at the beginning of a line, also behind markers, which may go; or one that is longer than what is known. */
const LABEL =
  /(?:^|[\n\r])(?:[\s>*+\-.)\d]|\[\^[^\]\n]*\]:|[[【［][\s\d０-９,，、–-]*\\?[\]】］])*\[(?:\\[^]|[^[\]\\])*$|^(?:\\[^]|[^[\]\\]){200,}$/;
const DEFINITION = new RegExp(
  `^\\]:${SPACE}(?:\\r?\\n|\\r)?${SPACE}(?:<(?<angle>[^<>\\n]*)>|(?<plain>[^ \\t\\n\\r<][^ \\t\\n\\r]*))`,
);
const OPEN_DEFINITION = new RegExp(
  `^\\]:${SPACE}(?:\\r?\\n|\\r)?${SPACE}(?:$|<[^<>\\n]*$|[[【［][\\s\\d０-９,，、–-]{0,20}\\\\?$)`,
);
/** Words are no destination: "[Weight]: 2.4 kg". */
const DESTINATION_SIGN = /[/\\#]|[?:].|&#?\w+;|\.[a-z]/i;
/** Nothing but a title follows a destination in its line. */
const ENDS_DEFINITION = /^[^\S\n\r]*(?:$|[\n\r"'(])/;

/** `[label]: destination` at the beginning of a line. Another site's address is taken out wherever it stands. */
export function judgeDefinition({ before, rest, isWhole, isKnown }: LinkPlace): Judged {
  const { end, destination } = read(DEFINITION, rest);
  const isOpen = end === rest.length && destination.length < 3;
  if (!isWhole && (isOpen || OPEN_DEFINITION.test(rest))) return "unfinished";
  const isForeign = /^[/\\]{2}./.test(destination);
  if (!isForeign && !LABEL.test(before)) return { length: 1 };
  const after = rest.slice(end);
  if (!isWhole && /^[^\S\n\r]*$/.test(after)) return "unfinished";
  if (!isForeign && !isDefinition(destination, after)) return { length: 1 };
  if (isKnown(destination)) return { length: end };
  return { length: end, shown: `]: ${LINK_REMOVED}` };
}

function isDefinition(destination: string, after: string): boolean {
  return DESTINATION_SIGN.test(destination) && ENDS_DEFINITION.test(after);
}

/** Where the destination ends, and what it is; 0 where there is none. */
function read(pattern: RegExp, text: string): { end: number; destination: string } {
  const match = pattern.exec(text);
  const { angle, plain = "" } = match?.groups ?? {};
  return { end: match?.[0].length ?? 0, destination: angle ?? plain };
}
