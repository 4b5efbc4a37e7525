/** A stretch of a text, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

const ABBREVIATION =
  /(?:^|\s)(?:Dr|Mr|Mrs|Ms|Prof|St|No|Nr|Fig|vs|approx|ca|e\.g|i\.e|etc|z\.B|d\.h|bzw)\.$/i;

/** "approx." with the white space before it: looking further back costs time with every piece that joins. */
const LONGEST_ABBREVIATION = 8;

/** A piece shorter than this is no sentence of its own ("1.", "Yes."), it joins the one before. */
const SHORTEST = 8;

let segmenter: Intl.Segmenter | undefined;

/**
 * Splits a text into sentences by Unicode's rules, with abbreviations and very short pieces merged.
 * Line breaks end a sentence. The spans leave out the white space around them.
 */
export function readSentences(text: string): Span[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "sentence" });
  const spans: Span[] = [];
  let lineBreak = true;
  for (const { segment, index } of segmenter.segment(text)) {
    const start = index + (segment.length - segment.trimStart().length);
    const end = index + segment.trimEnd().length;
    const last = spans.at(-1);
    if (start < end) {
      const joins =
        last !== undefined &&
        !lineBreak &&
        (end - start < SHORTEST || endsInAbbreviation(text, last));
      if (joins) last.end = end;
      else spans.push({ start, end });
    }
    lineBreak =
      start < end ? /[\n\r\u2029]\s*$/.test(segment) : lineBreak || segment.includes("\n");
  }
  return spans;
}

function endsInAbbreviation(text: string, { start, end }: Span): boolean {
  return ABBREVIATION.test(text.slice(Math.max(start, end - LONGEST_ABBREVIATION), end));
}
