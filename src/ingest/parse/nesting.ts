/** Levels that no writer needs. The Markdown parser's time grows with the square of the depth, its stack with the depth. */
const DEEPEST = 50;

/** What may hold blocks: a quotation, a list item, a footnote. */
const CONTAINER = /[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)|\[\^[^\]\s]{1,999}\]:)/y;

/** Whether quotations and lists stand in one another deeper than the Markdown parser can take. Code counts as well. */
export function isNestedTooDeeply(text: string): boolean {
  /** Columns of the containers that may still be open: one further to the right stands inside. */
  const open: number[] = [];
  for (const line of text.split(/[\r\n]/)) {
    for (const column of containerColumns(line)) {
      while ((open.at(-1) ?? -1) >= column) open.pop();
      open.push(column);
      if (open.length > DEEPEST) return true;
    }
  }
  return false;
}

function* containerColumns(line: string): Generator<number> {
  let at = 0;
  let column = 0;
  for (;;) {
    CONTAINER.lastIndex = at;
    const length = CONTAINER.exec(line)?.[0].length;
    if (length === undefined) return;
    for (const character of line.slice(at, at + length))
      column += character === "\t" ? 4 - (column % 4) : 1;
    at += length;
    yield column;
  }
}
