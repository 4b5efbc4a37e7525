/** Whether a text that comes in pieces stands in Markdown code, where brackets are no markers. */
export interface CodeTracker {
  read(text: string): void;
  /** Whether what comes after `space`, which was not read yet, is code. */
  isInside(space: string): boolean;
}

/** What may stand before a fence in its line: white space and the marks of quotations and lists. */
const BEFORE_FENCE = /[\s>*+\-.)\d]/;
const NOT_BEFORE_FENCE = /[^\s>*+\-.)\d]/;
const CHANGES_CODE = /[`\n]/;

/** Inline code ends with a run of as many ticks as it began with, and with its line at the latest. */
export function createCodeTracker(): CodeTracker {
  /** Ticks of the run that was read last, while it may go on. */
  let run = 0;
  let atStart = true;
  /** Ticks that opened the code we are in; 0 outside. */
  let fence = 0;
  let inline = 0;
  let fenceLine = false;

  function settle(): void {
    if (run === 0) return;
    if (fenceLine) {
      // Ticks in the line of a fence: it was none, but inline code at the beginning of a line.
      inline = fence;
      fence = 0;
      fenceLine = false;
    }
    if (fence > 0) fence = atStart && run >= fence ? 0 : fence;
    else if (inline > 0) inline = inline === run ? 0 : inline;
    else if (atStart && run >= 3) {
      fence = run;
      fenceLine = true;
    } else inline = run;
    atStart = false;
    run = 0;
  }

  function readCharacter(character: string): void {
    if (character === "`") {
      run += 1;
      return;
    }
    settle();
    if (character === "\n") {
      inline = 0;
      fenceLine = false;
      atStart = true;
    } else if (!BEFORE_FENCE.test(character)) atStart = false;
  }

  return {
    read(text) {
      if (text === "") return;
      if (CHANGES_CODE.test(text)) {
        for (const character of text) readCharacter(character);
        return;
      }
      // Nearly every token, and all of them are as one character.
      settle();
      if (atStart && NOT_BEFORE_FENCE.test(text)) atStart = false;
    },
    isInside(space) {
      settle();
      return fence > 0 || (inline > 0 && !space.includes("\n"));
    },
  };
}
