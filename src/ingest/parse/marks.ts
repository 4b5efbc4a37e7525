/** Marks that no writer needs in one paragraph, and list items and cells in one text: the parser's time grows with their squares. */
const MOST_IN_PARAGRAPH = 500;
const MOST_BLOCKS = 1500;

/** What may open or close emphasis, links, code and HTML; several stars or the like are one. */
const MARK = /[*_~`]+|[[\]<&\\@]|https?:|www\./g;
const BLOCK = /\||>|(?<=^|[\s>])(?:[-+*]|\d{1,9}[.)])(?=\s|$)/g;

/** Whether there are so many marks that the Markdown parser would hold up everybody else. */
export function isMarkedTooMuch(text: string): boolean {
  let [marks, blocks] = [0, 0];
  for (const line of text.split(/\r\n?|\n/)) {
    // Only an empty line surely ends a paragraph.
    marks = line.trim() === "" ? 0 : marks + count(line, MARK);
    blocks += count(line, BLOCK);
    if (marks > MOST_IN_PARAGRAPH || blocks > MOST_BLOCKS) return true;
  }
  return false;
}

function count(line: string, pattern: RegExp): number {
  return line.match(pattern)?.length ?? 0;
}
