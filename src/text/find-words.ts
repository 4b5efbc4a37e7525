/** Signs that a text may have between its words without their being other words: white space and Markdown's marks. */
const BETWEEN = /[\s*_`#>|\\]/;
const UNSEEN = /\p{Default_Ignorable_Code_Point}/u;
const EDGES = /^(?:[\s.,;:!?]|-(?!\d))+|[\s.,;:!?-]+$/g;

/**
 * Where the words stand in the text for the first time, in UTF-16 units: upper and lower case, white space and Markdown's
 * marks aside. Undefined where they do not.
 */
export function findWords(text: string, words: string): { start: number; end: number } | undefined {
  const wanted = fold(words).folded.replace(EDGES, "");
  if (wanted === "") return undefined;
  const { folded, starts } = fold(text);
  const at = folded.indexOf(wanted);
  if (at === -1) return undefined;
  const last = starts[at + wanted.length - 1]!;
  return { start: starts[at]!, end: last + (text.codePointAt(last)! > 0xffff ? 2 : 1) };
}

/** The text in one form, and for each unit of it the place in the text that it comes from. */
function fold(text: string): { folded: string; starts: number[] } {
  const parts: string[] = [];
  const starts: number[] = [];
  let isBetween = false;
  let at = 0;
  for (const character of text) {
    const start = at;
    at += character.length;
    if (UNSEEN.test(character)) continue;
    const wasBetween = isBetween;
    isBetween = BETWEEN.test(character);
    if (isBetween && wasBetween) continue;
    const part = isBetween ? " " : character.toLowerCase();
    parts.push(part);
    for (let unit = 0; unit < part.length; unit++) starts.push(start);
  }
  return { folded: parts.join(""), starts };
}
