const NUMBER = "[\\d０-９]{1,3}";
const ITEM = `${NUMBER}(?:\\s*[-–]\\s*${NUMBER})?`;

/** `[1]`, `[1, 2]`, `[1-3]`, `【1】`, `［１］`, `[1\\]`, and nothing longer: a bracket that goes on is no marker. */
const MARKER = new RegExp(`^[[【［]\\s*(${ITEM}(?:\\s*[,，、]\\s*${ITEM})*)\\s*\\\\?[\\]】］]`);

/** What a marker may be made of so far. */
const UNFINISHED = /^[[【［][\s\d０-９,，、–-]*\\?$/;

/** Characters of a marker at most: text must not be held back for long. */
const LONGEST = 300;

/** Numbers that a range stands for at most: `[1-500]` is no citation. */
const WIDEST = 20;

/** A marker at the beginning of a text; `unfinished` when it depends on what follows, undefined when there is none. */
export function readMarker(
  text: string,
): { length: number; numbers: number[] } | "unfinished" | undefined {
  const start = text.slice(0, LONGEST);
  const match = MARKER.exec(start);
  if (match === null)
    return start.length < LONGEST && UNFINISHED.test(start) ? "unfinished" : undefined;
  const items = (match[1] ?? "").normalize("NFKC").split(/[,、]/).map(readItem);
  return items.includes(undefined)
    ? undefined
    : { length: match[0].length, numbers: [...new Set(items.flatMap((item) => item ?? []))] };
}

/** The numbers of `3` or `1-3`; undefined for a range that is none, or too wide. */
function readItem(item: string): number[] | undefined {
  const [from = 0, to = from] = item.split(/[-–]/).map(Number);
  if (to < from || to - from >= WIDEST) return undefined;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
