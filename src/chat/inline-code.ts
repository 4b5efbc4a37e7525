/** Which runs of ticks are open in a paragraph of Markdown. */
export interface InlineCode {
  /** Takes a whole run. */
  readTicks(length: number): void;
  /** The paragraph is over. */
  end(): void;
  /** Whether what comes after `space` is code; see `CodeTracker`. */
  isInside(space: string, rest: string, last: boolean): boolean | "unfinished";
}

/** Where another block begins, which inline code does not reach into. */
const PARAGRAPH_END = /\n[^\S\n]*(?:[\n>#|*+\-\d]|`{3}|~{3})/;

/** Characters in which inline code must close: text must not be held back for long. */
const LONGEST = 200;
/** Runs of ticks in one paragraph that are told apart. */
const MOST_RUNS = 50;

/** Inline code ends with a run of as many ticks as it began with; a run without its partner is plain text. */
export function createInlineCode(): InlineCode {
  /** Lengths of the runs since the one that opened code, that one first; empty outside. */
  let runs: number[] = [];

  function readTicks(length: number): void {
    if (length === runs[0]) runs = [];
    else if (runs.length < MOST_RUNS) runs.push(length);
  }

  /** The run after the first opens, unless it has a partner too. */
  function giveUpFirst(): void {
    const [, ...later] = runs;
    runs = [];
    later.forEach(readTicks);
  }

  return {
    readTicks,
    end() {
      runs = [];
    },
    isInside(space, rest, last) {
      if (runs.length === 0 || PARAGRAPH_END.test(space)) return false;
      for (; runs[0] !== undefined; giveUpFirst()) {
        const isClosed = closes(rest, runs[0], last);
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
