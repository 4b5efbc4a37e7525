import type { z } from "@hono/zod-openapi";
import type { Chunk, Document } from "../ports.ts";
import { findWords } from "../text/find-words.ts";
import type { Span } from "./highlight.ts";
import type { sourcePassage } from "./source-schemas.ts";

/** Characters around a passage in which its words are looked for: an answer is shown neighbours of it too. */
const NEAR = 10_000;
/** Characters before and after a passage that JSON holds. */
const AROUND = 2000;

/** A passage in the text that is shown: its document, or itself where the document has it no longer. */
export interface FoundSource {
  collection: string;
  chunk: Chunk;
  /** The document's own address, if it is one of the web. */
  url: string | undefined;
  text: string;
  /** Places in `text`. */
  passage: Span;
  quote: Span | undefined;
  /** There should be one. */
  quoteMissing: boolean;
  isMarkdown: boolean;
  isCurrent: boolean;
  /** What is to be added to places in `text` to get those in the document. */
  shift: number;
}

export function findSource(
  collection: string,
  chunk: Chunk,
  document: Document | undefined,
  { quote: words, isForeign }: { quote: string | undefined; isForeign: boolean },
): FoundSource {
  const inDocument = document === undefined ? undefined : findPassage(document, chunk);
  const shown = inDocument ?? {
    text: chunk.text,
    passage: { start: 0, end: chunk.text.length },
    isMarkdown: false,
    shift: chunk.start,
  };
  const quote = words === undefined ? undefined : findQuote(shown, words);
  return {
    ...shown,
    collection,
    chunk,
    url: readWebAddress(document?.url ?? chunk.url),
    quote,
    quoteMissing: quote === undefined && (words ?? "").trim() !== "",
    // Of somebody else's points there is no document that could have changed.
    isCurrent: inDocument !== undefined || isForeign,
  };
}

function readWebAddress(address: string | undefined): string | undefined {
  return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
}

type Shown = Pick<FoundSource, "text" | "passage" | "isMarkdown" | "shift">;

/** The document, where the passage stands at its place, or elsewhere since the text before it has changed. */
function findPassage({ text, format }: Document, chunk: Chunk): Shown | undefined {
  const start = text.startsWith(chunk.text, chunk.start) ? chunk.start : text.indexOf(chunk.text);
  if (start === -1) return undefined;
  const passage = { start, end: start + chunk.text.length };
  return { text, passage, isMarkdown: format === "markdown", shift: 0 };
}

/** In the passage, else near it. */
function findQuote({ text, passage }: Shown, words: string): Span | undefined {
  const near = { start: Math.max(0, passage.start - NEAR), end: passage.end + NEAR };
  for (const { start, end } of [passage, near]) {
    const found = findWords(text.slice(start, end), words);
    if (found !== undefined) return { start: start + found.start, end: start + found.end };
  }
  return undefined;
}

export function describePassage(source: FoundSource): z.infer<typeof sourcePassage> {
  const { collection, chunk, url, text, passage, quote, isCurrent, shift } = source;
  const { documentId, id, title, heading, metadata } = chunk;
  const before = text.slice(Math.max(0, passage.start - AROUND), passage.start);
  const after = text.slice(passage.end, passage.end + AROUND);
  return {
    collection,
    documentId,
    chunkId: id,
    title,
    ...(url === undefined ? {} : { url }),
    heading,
    text: chunk.text,
    start: passage.start + shift,
    end: passage.end + shift,
    ...(before === "" ? {} : { before }),
    ...(after === "" ? {} : { after }),
    ...(quote === undefined
      ? {}
      : {
          quote: {
            text: text.slice(quote.start, quote.end),
            start: quote.start + shift,
            end: quote.end + shift,
          },
        }),
    current: isCurrent,
    ...(metadata === undefined ? {} : { metadata }),
  };
}
