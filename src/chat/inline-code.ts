/** Which runs of ticks are open in a paragraph of Markdown. */
export interface InlineCode {
  /** Takes a whole run. After a backslash its first tick opens no code, and closes it all the same. */
  readTicks(length: number, isEscaped: boolean): void;
  /** The paragraph is over. */
  end(): void;
  /** Whether what comes after `space` is code; see `CodeTracker`. */
  isInside(space: string, rest: string, last: boolean): boolean | "unfinished";
}

/** Where another block begins, which inline code does not reach into. */
const PARAGRAPH_END = /(?:\r\n|\n|\r(?!\n))[^\S\n\r]*(?:[\n\r>#|*+\-\d<=]|`{3}|~{3})/;

/** Characters in which inline code must close: text must not be held back for long. */
const LONGEST = 200;
/** Runs of ticks in one paragraph that are told apart. */
const MOST_RUNS = 50;

/** Ticks that a run opens code with, and closes it with. */
interface Run {
  opens: number;
  closes: number;
}

/** Inline code ends with a run of as many ticks as it began with; a run without its partner is plain text. */
export function createInlineCode(): InlineCode {
  /** The runs since the one that opened code, that one first; empty outside. */
  let runs: Run[] = [];

  function readRun(run: Run): void {
    if (runs.length === 0 && run.opens === 0) return;
    if (run.closes === runs[0]?.opens) runs = [];
    else if (runs.length < MOST_RUNS) runs.push(run);
  }

  /** The run after the first opens, unless it has a partner too. */
  function giveUpFirst(): void {
    const [, ...later] = runs;
    runs = [];
    later.forEach(readRun);
  }

  return {
    readTicks: (length, isEscaped) =>
      readRun({ opens: isEscaped ? length - 1 : length, closes: length }),
    end() {
      runs = [];
    },
    isInside(space, rest, last) {
      if (runs.length === 0 || PARAGRAPH_END.test(space + rest.charAt(0))) return false;
      for (; runs[0] !== undefined; giveUpFirst()) {
        const isClosed = closes(rest, runs[0].opens, last);
        if (isClosed !== false) return isClosed;
      }
      return false;
    },
  };
}

/** Whether a run of so many ticks stands in the paragraph that the text begins in. */
function closes(text: string, ticks: number, last: boolean): boolean | "unfinished" {
  const isWhole = last || text.length > LONGEST;
  const near = text.slice(0, LONGEST);
  const end = near.search(PARAGRAPH_END);
  const paragraph = end === -1 ? near : near.slice(0, end);
  for (const { 0: run, index } of paragraph.matchAll(/`+/g)) {
    const mayGoOn = end === -1 && index + run.length === near.length;
    if (mayGoOn && !isWhole) return "unfinished";
    if (run.length === ticks && !(mayGoOn && text.charAt(near.length) === "`")) return true;
  }
  return end === -1 && !isWhole ? "unfinished" : false;
}
