import { AppError } from "../errors.ts";
import type { Chunk, Document, DocumentFormat, Metadata } from "../ports.ts";
import { readTerms, type Terms } from "../text/tokenize.ts";
import { packSections } from "./chunk.ts";
import { chunkId } from "../chunk-id.ts";
import { parseDocument } from "./parse/parse.ts";

/** A document as it comes in. */
export interface DocumentInput {
  id: string;
  text: string;
  /** Default: front matter, first heading, or the id. */
  title?: string | undefined;
  url?: string | undefined;
  /** Default `markdown`. */
  format?: DocumentFormat | undefined;
  metadata?: Metadata | undefined;
}

/** A document in chunks, before anything is known of the rest of its collection. */
export interface Prepared {
  document: Document;
  chunks: { chunk: Chunk; terms: Terms }[];
}

const WORD = /[\p{L}\p{N}]/u;

/** Sections → chunks → terms. Throws `invalid` for a document without a word. */
export function prepareDocument(collection: string, input: DocumentInput): Prepared {
  const format = input.format ?? "markdown";
  const parsed = parseDocument(input.text, format);
  const title = input.title ?? parsed.title ?? input.id;
  const url = input.url ?? parsed.url;
  // What comes with the document counts more than what stands in it.
  const metadata =
    parsed.dates === undefined ? input.metadata : { ...parsed.dates, ...input.metadata };
  const spans = packSections(input.text, parsed.sections);
  const hasWord = spans.some(({ start, end }) => WORD.test(input.text.slice(start, end)));
  if (!hasWord) throw new AppError("invalid", `The document "${input.id}" has no text to search.`);
  const document: Document = {
    id: input.id,
    text: input.text,
    title,
    format,
    ...(url === undefined ? {} : { url }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  const chunks = spans.map((span, index) => {
    const text = input.text.slice(span.start, span.end);
    const terms = readTerms(
      [title, ...span.heading.filter((heading) => heading !== title), text].join("\n"),
    );
    const chunk: Chunk = {
      id: chunkId(collection, input.id, index),
      documentId: input.id,
      index,
      text,
      title,
      heading: span.heading,
      start: span.start,
      end: span.end,
      ...(span.neighbours === undefined ? {} : { neighbours: span.neighbours }),
      ...(url === undefined ? {} : { url }),
      ...(metadata === undefined ? {} : { metadata }),
      words: terms.wordLength,
      grams: terms.gramLength,
    };
    return { chunk, terms };
  });
  return { document, chunks };
}
