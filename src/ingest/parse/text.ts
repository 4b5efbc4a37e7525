import type { Section } from "../../ports.ts";
import type { ParsedDocument } from "./parse.ts";

/** Plain text: paragraphs between blank lines, in one section without a heading. */
export function parseText(text: string): ParsedDocument {
  const blocks: Section["blocks"] = [];
  for (const match of text.matchAll(/\S[\s\S]*?(?=\n[^\S\n]*\n|$(?![\s\S]))/g)) {
    const paragraph = match[0].trimEnd();
    blocks.push({ start: match.index, end: match.index + paragraph.length, kind: "prose" });
  }
  return { sections: blocks.length === 0 ? [] : [{ heading: [], blocks }] };
}
