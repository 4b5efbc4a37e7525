import type { DocumentFormat, Section } from "../../ports.ts";
import { parseMarkdown } from "./markdown.ts";
import { parseText } from "./text.ts";

/** What a parser finds in a document. */
export interface ParsedDocument {
  /** The document's own title, where it names one. */
  title?: string;
  url?: string;
  sections: Section[];
}

/** Reads a text in its format. Never throws: any text is valid Markdown and valid plain text. */
export function parseDocument(text: string, format: DocumentFormat): ParsedDocument {
  return format === "markdown" ? parseMarkdown(text) : parseText(text);
}
