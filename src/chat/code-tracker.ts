import { createFences, type Fences } from "./code-fence.ts";
import { createInlineCode, type InlineCode } from "./inline-code.ts";
import { matchLength } from "./link-place.ts";

/** Whether a text that comes in pieces stands in Markdown code, where brackets are no markers. */
export interface CodeTracker {
  read(text: string): void;
  /**
   * Whether what comes after `space` is code; neither was read yet. `rest` begins with what is asked about, and `last`
   * says that nothing follows it: a tick opens code only where another one closes it, so it may be `unfinished`.
   */
  isInside(space: string, rest: string, last: boolean): boolean | "unfinished";
}

/** What may stand before a line's text: white space and the marks of quotations and lists. */
const MARK = /[\s>*+\-.)\d]/;
const NO_MARK = /[^\s>*+\-.)\d]/;
const CHANGES_CODE = /[`~\n\r]/;
/** The first sign of a line that begins a new block, where inline code can not go on. */
const NEW_BLOCK = /[\n\r>#|*+\-\d<=]/;

/** Characters in which the line of a fence ends: text must not be held back for long. */
const LONGEST_LINE = 200;

/** Code between fences of ticks or tildes, and inline code, which ends with its paragraph at the latest. */
export function createCodeTracker(): CodeTracker {
  const inline = createInlineCode();
  const fences = createFences();
  const lines = createLines(fences, inline);
  const ends = createEnds();
  /** Signs of the run that was read last, while it may go on, and which sign it is. */
  let run = 0;
  let sign = "";
  let isEscaped = false;

  function settle(): void {
    if (run === 0) return;
    const ticks = fences.readRun(sign, run);
    for (const [index, length] of ticks.entries())
      inline.readTicks(length, isEscaped && index === ticks.length - 1);
    if (fences.isHtml()) inline.end();
    run = 0;
  }

  function readCharacter(character: string): void {
    if (character === "`" || character === "~") {
      if (character !== sign) settle();
      if (run === 0) isEscaped = ends.isEscaped();
      sign = character;
      run += 1;
      lines.goOn();
    } else {
      settle();
      if (character !== "\n" || !ends.isReturn()) lines.read(character);
    }
    ends.read(character);
  }

  return {
    read(text) {
      if (text === "") return;
      if (CHANGES_CODE.test(text)) for (const character of text) readCharacter(character);
      else {
        // Nearly every token, and all of them are as one character.
        settle();
        lines.readPlain(text);
        ends.read(text);
      }
    },
    isInside(space, rest, last) {
      settle();
      const isFirst = fences.isFirstLine() && !/[\n\r]/.test(space);
      if (isFirst && !readFirstLine(fences, inline, rest, last)) return "unfinished";
      const ahead = lookAhead(fences, space, rest.charAt(0));
      if (ahead.isOpen()) return true;
      if (fences.isOpen() || ahead.isHtml()) return false;
      const line = ahead.endsWithLine() ? rest.split(/[\n\r]/, 1)[0]! : rest;
      const before = lines.isNew() ? `\n${space}` : space;
      return inline.isInside(before, line, last || line.length < rest.length);
    },
  };
}

/** Text without ticks and tildes, by lines. */
interface Lines {
  read(character: string): void;
  /** Takes text without line ends. */
  readPlain(text: string): void;
  /** A tick or tilde was read. */
  goOn(): void;
  /** A line has begun of which nothing but spaces was read. */
  isNew(): boolean;
}

function createLines(fences: Fences, inline: InlineCode): Lines {
  let isText = false;
  let isNew = false;

  /** The first sign of a line may end a paragraph, and its inline code with it. */
  function beginLine(character: string): void {
    if (NEW_BLOCK.test(character)) inline.end();
    isNew = false;
  }

  return {
    read(character) {
      isText = false;
      const isBreak = character === "\n" || character === "\r";
      if (isNew && (isBreak || character.trim() !== "")) beginLine(character);
      if (isBreak) {
        if (fences.endLine()) inline.end();
        isNew = true;
      } else if (MARK.test(character)) fences.readMark(character);
      else fences.readText(character);
    },
    readPlain(text) {
      // Nearly every token: nothing in the middle of a line's text decides anything.
      if (isText) return;
      const first = isNew ? text.trimStart().charAt(0) : "";
      if (first !== "") beginLine(first);
      const end = text.search(NO_MARK);
      for (const character of end === -1 ? text : text.slice(0, end)) fences.readMark(character);
      if (end !== -1) fences.readText(text.charAt(end));
      isText = end !== -1;
    },
    goOn() {
      isText = false;
      isNew = false;
    },
    isNew: () => isNew,
  };
}

/** Inline code may stand at the beginning of a line and look like a fence; false when more must be known. */
function readFirstLine(fences: Fences, inline: InlineCode, rest: string, last: boolean): boolean {
  const end = rest.slice(0, LONGEST_LINE).search(/[`\n\r]/);
  if (end === -1) return last || rest.length >= LONGEST_LINE;
  if (rest.charAt(end) === "`") inline.readTicks(fences.giveUp(), false);
  return true;
}

/** The fences after white space and the first sign behind it. */
function lookAhead(fences: Fences, space: string, first: string): Fences {
  // White space belongs to the line before it.
  if (first.trim() === "" && space === "") return fences;
  const ahead = fences.copy();
  for (const mark of space.match(/\r\n|[^]/g) ?? []) {
    if (/[\n\r]/.test(mark)) ahead.endLine();
    else ahead.readMark(mark);
  }
  ahead.readText(first);
  return ahead;
}

/** How the text ends that was read. */
interface Ends {
  read(text: string): void;
  /** With a backslash, which takes the next sign's meaning away. */
  isEscaped(): boolean;
  /** With a carriage return, to whose line end a line feed may belong. */
  isReturn(): boolean;
}

function createEnds(): Ends {
  let backslashes = 0;
  let isReturn = false;
  return {
    read(text) {
      const more = matchLength(/\\+$/, text);
      backslashes = more === text.length ? backslashes + more : more;
      isReturn = text.endsWith("\r");
    },
    isEscaped: () => backslashes % 2 === 1,
    isReturn: () => isReturn,
  };
}
