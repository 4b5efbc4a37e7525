/** A quotation, or a list's item with the columns that its lines are indented by. */
export type Container = "quotation" | number;

const QUOTATION = /^ {0,3}> ?/;
const ITEM = /^( {0,3}(?:[-*+]|\d{1,9}[.)]))( +)/;

/** White space that makes a line's text code by itself is no part of the mark before it. */
const WIDEST_SPACE = 4;

/** How many of the containers a line goes on with, by the marks it begins with, and what follows those. */
export function matchContainers(
  containers: Container[],
  start: string,
): { matched: number; rest: string } {
  let rest = expandTabs(start);
  for (const [index, container] of containers.entries()) {
    const length = goesOn(container, rest);
    if (length === undefined) return { matched: index, rest };
    rest = rest.slice(length);
  }
  return { matched: containers.length, rest };
}

function goesOn(container: Container, rest: string): number | undefined {
  if (container === "quotation") return QUOTATION.exec(rest)?.[0].length;
  const indented = rest.length - rest.trimStart().length;
  return indented >= container ? container : undefined;
}

/** All containers of a line, where some go on and others begin, and what stands behind their marks. */
export function readLineStart(
  containers: Container[],
  start: string,
): { containers: Container[]; rest: string } {
  const all = [...containers];
  let rest = start;
  for (;;) {
    const quotation = QUOTATION.exec(rest)?.[0];
    const [, mark = "", space = ""] = ITEM.exec(rest) ?? [];
    if (quotation === undefined && mark === "") return { containers: all, rest };
    const width = mark.length + (space.length > WIDEST_SPACE ? 1 : space.length);
    all.push(quotation === undefined ? width : "quotation");
    rest = rest.slice(quotation?.length ?? width);
  }
}

function expandTabs(text: string): string {
  let columns = "";
  for (const character of text)
    columns += character === "\t" ? " ".repeat(4 - (columns.length % 4)) : character;
  return columns;
}
