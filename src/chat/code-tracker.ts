/** Whether a text that comes in pieces stands in Markdown code, where brackets are no markers. */
export interface CodeTracker {
  read(text: string): void;
  isInside(): boolean;
}

/** Inline code ends with its line at the latest. */
export function createCodeTracker(): CodeTracker {
  let ticks = 0;
  let fenced = false;
  let inline = false;
  function settle(): void {
    if (ticks >= 3) fenced = !fenced;
    else if (ticks > 0 && !fenced) inline = !inline;
    ticks = 0;
  }
  return {
    read(text) {
      for (const character of text) {
        if (character === "`") ticks += 1;
        else {
          settle();
          if (character === "\n") inline = false;
        }
      }
    },
    isInside() {
      settle();
      return fenced || inline;
    },
  };
}
