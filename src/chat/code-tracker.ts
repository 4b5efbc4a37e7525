import { createInlineCode } from "./inline-code.ts";

/** Whether a text that comes in pieces stands in Markdown code, where brackets are no markers. */
export interface CodeTracker {
  read(text: string): void;
  /**
   * Whether what comes after `space` is code; neither was read yet. `rest` begins with what is asked about, and `last`
   * says that nothing follows it: a tick opens code only where another one closes it, so it may be `unfinished`.
   */
  isInside(space: string, rest: string, last: boolean): boolean | "unfinished";
}

/** What may stand before a fence in its line: white space and the marks of quotations and lists. */
const BEFORE_FENCE = /[\s>*+\-.)\d]/;
const NOT_BEFORE_FENCE = /[^\s>*+\-.)\d]/;
const CHANGES_CODE = /[`~\n]/;
/** The first sign of a line that begins a new block, where inline code can not go on. */
const NEW_BLOCK = /[\n>#|*+\-\d]/;

/** Characters in which the line of a fence ends: text must not be held back for long. */
const LONGEST_LINE = 200;

/** Code between fences of ticks or tildes, and inline code, which ends with its paragraph at the latest. */
export function createCodeTracker(): CodeTracker {
  const inline = createInlineCode();
  const fence = createFence();
  /** Signs of the run that was read last, while it may go on, and which sign it is. */
  let run = 0;
  let sign = "";
  let atStart = true;
  /** A line has begun of which nothing but spaces was read. */
  let atBreak = false;

  function settle(): void {
    if (run === 0) return;
    for (const ticks of fence.readRun(sign, run, atStart)) inline.readTicks(ticks);
    atStart = false;
    run = 0;
  }

  /** The first sign of a line may end a paragraph, and its inline code with it. */
  function beginLine(character: string): void {
    if (NEW_BLOCK.test(character)) inline.end();
    atBreak = false;
  }

  function readCharacter(character: string): void {
    if (character === "`" || character === "~") {
      if (character !== sign) settle();
      sign = character;
      run += 1;
      atBreak = false;
      return;
    }
    settle();
    if (atBreak && (character === "\n" || character.trim() !== "")) beginLine(character);
    if (character === "\n") {
      if (fence.endLine()) inline.end();
      atStart = true;
      atBreak = true;
    } else if (!BEFORE_FENCE.test(character)) atStart = false;
  }

  function readPlain(text: string): void {
    settle();
    const first = atBreak ? text.trimStart().charAt(0) : "";
    if (first !== "") beginLine(first);
    if (atStart && NOT_BEFORE_FENCE.test(text)) atStart = false;
  }

  return {
    read(text) {
      if (text === "") return;
      if (CHANGES_CODE.test(text)) for (const character of text) readCharacter(character);
      // Nearly every token, and all of them are as one character.
      else readPlain(text);
    },
    isInside(space, rest, last) {
      settle();
      if (fence.isFirstLine() && !space.includes("\n")) {
        const end = rest.slice(0, LONGEST_LINE).search(/[`\n]/);
        if (end === -1 && !last && rest.length < LONGEST_LINE) return "unfinished";
        if (rest.charAt(end) === "`") inline.readTicks(fence.giveUp());
      }
      return fence.isOpen() || inline.isInside(atBreak ? `\n${space}` : space, rest, last);
    },
  };
}

/** Code between two lines that begin with the same run of ticks or tildes. */
interface Fence {
  /** Takes a whole run; gives back those runs of ticks that are no fence. */
  readRun(sign: string, length: number, atStart: boolean): number[];
  /** True when it was the line of an opening fence. */
  endLine(): boolean;
  isOpen(): boolean;
  /** In the line of an opening fence of ticks, which is none when more ticks follow. */
  isFirstLine(): boolean;
  /** It was inline code at the beginning of a line; gives back the length of its run. */
  giveUp(): number;
}

function createFence(): Fence {
  let opened: { sign: string; length: number } | undefined;
  let isFirst = false;

  function giveUp(): number {
    const length = opened?.length ?? 0;
    opened = undefined;
    isFirst = false;
    return length;
  }
  const isFirstLine = (): boolean => isFirst && opened?.sign === "`";

  return {
    readRun(sign, length, atStart) {
      const ticks = sign === "`" && isFirstLine() ? [giveUp()] : [];
      if (opened !== undefined) {
        if (atStart && length >= opened.length && sign === opened.sign) opened = undefined;
        return ticks;
      }
      if (!atStart || length < 3) return sign === "`" ? [...ticks, length] : ticks;
      opened = { sign, length };
      isFirst = true;
      return ticks;
    },
    endLine() {
      const wasFirst = isFirst;
      isFirst = false;
      return wasFirst;
    },
    isOpen: () => opened !== undefined,
    isFirstLine,
    giveUp,
  };
}
