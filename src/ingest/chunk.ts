import type { Chunk, Section } from "../ports.ts";
import { readSentences, type Span } from "../text/sentences.ts";

/** Characters of a chunk's text at most: what a reader of a source still takes in at a glance. */
const LONGEST = 1200;

/** A chunk that would be shorter joins its neighbour in the same section. */
const SHORTEST = 200;

/** A stretch of the document under its headings. */
export interface ChunkSpan extends Span {
  heading: string[];
  neighbours?: Chunk["neighbours"];
}

/**
 * Packs a document's sections into chunks of at most 1,200 characters that never cross a heading. Blocks are kept
 * whole where they fit; a longer one is divided at sentences, a table or code between lines.
 * The spans cover every block, in order, without overlap.
 */
export function packSections(text: string, sections: Section[]): ChunkSpan[] {
  return sections.flatMap((section) => {
    const pieces = section.blocks.flatMap((block) => divideBlock(text, block));
    const spans = packPieces(pieces);
    return spans.map((span, index) => ({
      ...span,
      heading: section.heading,
      ...readNeighbours(index > 0, index + 1 < spans.length),
    }));
  });
}

function readNeighbours(before: boolean, after: boolean): Pick<ChunkSpan, "neighbours"> {
  if (before && after) return { neighbours: "both" };
  if (before) return { neighbours: "before" };
  return after ? { neighbours: "after" } : {};
}

function packPieces(pieces: Span[]): Span[] {
  const packed: Span[] = [];
  for (const piece of pieces) {
    const last = packed.at(-1);
    if (last !== undefined && piece.end - last.start <= LONGEST) last.end = piece.end;
    else packed.push({ ...piece });
  }
  return balanceEnd(packed, pieces);
}

/** Moves pieces from the chunk before into a last one that is too short to be found by itself. */
function balanceEnd(packed: Span[], pieces: Span[]): Span[] {
  const last = packed.at(-1);
  const before = packed.at(-2);
  if (last === undefined || before === undefined || last.end - last.start >= SHORTEST)
    return packed;
  const inside = pieces
    .filter((piece) => piece.start > before.start && piece.end <= before.end)
    .toReversed();
  for (const piece of inside) {
    const tooLong = last.end - piece.start > LONGEST || piece.start - before.start < SHORTEST;
    if (tooLong || last.end - last.start >= SHORTEST) break;
    const rest = pieces.findLast((other) => other.end <= piece.start);
    if (rest === undefined) break;
    last.start = piece.start;
    before.end = rest.end;
  }
  return packed;
}

function divideBlock(text: string, block: Section["blocks"][number]): Span[] {
  const span = { start: block.start, end: block.end };
  if (span.end - span.start <= LONGEST) return [span];
  const parts =
    block.kind === "prose"
      ? readSentences(text.slice(span.start, span.end))
      : readLines(text.slice(span.start, span.end));
  return parts.flatMap((part) =>
    divideLong(text, { start: part.start + span.start, end: part.end + span.start }),
  );
}

function readLines(text: string): Span[] {
  return [...text.matchAll(/[^\n]*\S[^\n]*/g)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** A single sentence or line over the limit: divided at white space, or anywhere but inside a surrogate pair. */
function divideLong(text: string, span: Span): Span[] {
  const parts: Span[] = [];
  let { start } = span;
  while (span.end - start > LONGEST) {
    const space = text.lastIndexOf(" ", start + LONGEST);
    let end = space > start + SHORTEST ? space : start + LONGEST;
    if (/[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end -= 1;
    parts.push({ start, end });
    start = end + (text.charAt(end) === " " ? 1 : 0);
  }
  if (start < span.end) parts.push({ start, end: span.end });
  return parts;
}
