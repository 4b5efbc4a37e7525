import type { DocumentFormat, Section } from "../../ports.ts";
import { parseMarkdown } from "./markdown.ts";
import { isNestedTooDeeply } from "./nesting.ts";
import { parseText } from "./text.ts";

/** What a parser finds in a document. */
export interface ParsedDocument {
  /** The document's own title, where it names one. */
  title?: string;
  url?: string;
  /** When it was written or changed, by the field that says so: `date`, `updated`, `modified`, `published`. */
  dates?: Record<string, string>;
  sections: Section[];
}

/** Reads a text in its format. Never throws: any text is valid Markdown and valid plain text. */
export function parseDocument(text: string, format: DocumentFormat): ParsedDocument {
  if (format === "text" || isNestedTooDeeply(text)) return parseText(text);
  try {
    return parseMarkdown(text);
  } catch (error) {
    // The parser's stack has overflowed: better found as plain text than not at all.
    if (error instanceof RangeError) return parseText(text);
    throw error;
  }
}
