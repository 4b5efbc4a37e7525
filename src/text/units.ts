import { readSentences, type Span } from "./sentences.ts";
import { estimateTokens, mostThatFits } from "./tokens.ts";

/** Characters of a unit at most: no sentence and no row is longer, and a budget must be kept whatever comes. */
const LONGEST = 2000;

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const ROW = /^\s*\|/;

/**
 * The pieces of a Markdown text that are not divided when it is shortened: a table, fenced code, a sentence. The
 * spans are in order and leave out the white space between them. One of more than 2,000 characters is divided between
 * lines, a single line at white space.
 */
export function readUnits(text: string): Span[] {
  return readBlocks(text).flatMap(({ start, end, isWhole }) => {
    if (isWhole) return divideLines(text, { start, end });
    return readSentences(text.slice(start, end)).flatMap((span) =>
      divideLong(text, { start: span.start + start, end: span.end + start }),
    );
  });
}

/** The whole units from the beginning that fit into a number of tokens; empty when the first does not. */
export function shortenText(text: string, tokens: number): string {
  const beginning = mostThatFits(text, tokens);
  if (beginning === text && estimateTokens(text) <= tokens) return text;
  let left = tokens;
  let kept = 0;
  // One unit more than fits, so that the last one is seen whole.
  for (const { end } of readUnits(text.slice(0, beginning.length + LONGEST))) {
    left -= estimateTokens(text.slice(kept, end));
    if (left < 0) break;
    kept = end;
  }
  return text.slice(0, kept);
}

/** The whole units that fit; of a first one that is too long, as much as fits, cut at white space. */
export function cutToTokens(text: string, tokens: number): string {
  const whole = shortenText(text, tokens);
  if (whole !== "") return whole;
  let end = mostThatFits(text, tokens).length;
  while (end > 0 && estimateTokens(text.slice(0, end)) > tokens) end >>= 1;
  return end === text.length ? text : text.slice(0, cutAt(text, 0, end)).trimEnd();
}

/** The first unit, as far as it fits into a number of tokens. */
export function firstUnit(text: string, tokens: number): string {
  const [first] = readUnits(text.slice(0, 2 * LONGEST));
  return cutToTokens(text.slice(0, first?.end ?? LONGEST), tokens);
}

interface Block extends Span {
  /** A table or code. */
  isWhole: boolean;
}

function readBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  let fence: string | undefined;
  for (const match of text.matchAll(/[^\n]+/g)) {
    const [line] = match;
    const end = match.index + line.length;
    const opening = FENCE.exec(line)?.[1];
    const last = blocks.at(-1);
    if (fence !== undefined) {
      last!.end = end;
      if (opening?.startsWith(fence) === true) fence = undefined;
    } else if (opening !== undefined) {
      blocks.push({ start: match.index, end, isWhole: true });
      fence = opening;
    } else {
      const isWhole = ROW.test(line);
      const continues = last?.isWhole === isWhole && !FENCE.test(text.slice(last.start, last.end));
      if (continues && (!isWhole || last.end === match.index - 1)) last.end = end;
      else blocks.push({ start: match.index, end, isWhole });
    }
  }
  return blocks;
}

function divideLines(text: string, span: Span): Span[] {
  if (span.end - span.start <= LONGEST) return [span];
  return [...text.slice(span.start, span.end).matchAll(/[^\n]*\S[^\n]*/g)].flatMap((match) => {
    const start = span.start + match.index;
    return divideLong(text, { start, end: start + match[0].length });
  });
}

function divideLong(text: string, span: Span): Span[] {
  const parts: Span[] = [];
  let { start } = span;
  while (span.end - start > LONGEST) {
    const end = cutAt(text, start, start + LONGEST);
    parts.push({ start, end });
    start = end;
  }
  return [...parts, { start, end: span.end }];
}

/** Where to cut before `end`: at white space in the second half, else anywhere but inside a surrogate pair. */
export function cutAt(text: string, start: number, end: number): number {
  const space = text.lastIndexOf(" ", end);
  if (space > start + (end - start) / 2) return space;
  return /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end - 1 > start ? end - 1 : end;
}
