import type { Chunk } from "../ports.ts";

/** Chunks of a document that follow one another, as one text. */
export interface Stretch {
  /** In the order of the document; only the last one's text may be a beginning of its chunk's. */
  pieces: { chunk: Chunk; text: string }[];
  text: string;
  /** In the document, in UTF-16 units. */
  start: number;
  end: number;
}

/** A chunk, or the beginning of it. */
export function toStretch(chunk: Chunk, text = chunk.text): Stretch {
  return fromPieces([{ chunk, text }]);
}

/** Whether the second continues the first, with nothing of the document between them but headings. */
export function isAdjacent(first: Stretch, second: Stretch): boolean {
  const { chunk: last, text } = first.pieces.at(-1)!;
  const { chunk: next } = second.pieces[0]!;
  return (
    next.documentId === last.documentId &&
    next.index === last.index + 1 &&
    next.start >= last.end &&
    // A shortened one does not reach its neighbour.
    text === last.text
  );
}

/** Two adjacent stretches in the order of the document. */
export function joinStretches(one: Stretch, other: Stretch): Stretch {
  const [first, second] = one.start <= other.start ? [one, other] : [other, one];
  return fromPieces([...first.pieces, ...second.pieces]);
}

export function isSameSection(one: Chunk, other: Chunk): boolean {
  return (
    one.heading.length === other.heading.length &&
    one.heading.every((part, index) => part === other.heading[index])
  );
}

function fromPieces(pieces: Stretch["pieces"]): Stretch {
  const [{ chunk: first }] = pieces as [Stretch["pieces"][number]];
  const { chunk: last, text } = pieces.at(-1)!;
  return {
    pieces,
    text: pieces.length === 1 ? text : renderPieces(pieces),
    start: first.start,
    end: text === last.text ? last.end : last.start + text.length,
  };
}

/** Where the stretch crosses sections, each is told by its heading: a source has room for one place alone. */
function renderPieces(pieces: Stretch["pieces"]): string {
  const crosses = pieces.some(({ chunk }) => !isSameSection(chunk, pieces[0]!.chunk));
  return pieces
    .map(({ chunk, text }, index) => {
      const before = pieces[index - 1]?.chunk;
      const begins = crosses && (before === undefined || !isSameSection(before, chunk));
      const heading = begins && chunk.heading.length > 0 ? `${chunk.heading.at(-1)}\n` : "";
      return `${begins && index > 0 ? "\n" : ""}${heading}${text}`;
    })
    .join("\n");
}
