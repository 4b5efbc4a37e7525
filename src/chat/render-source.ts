import type { Chunk, Metadata, Source } from "../ports.ts";
import { stripForModel } from "../text/invisible.ts";
import { namePlace } from "./describe-source.ts";

/** Metadata that says how old a text is, the more telling one first. */
const DATES = ["updated", "modified", "date", "published"];
const LONGEST_DATE = 40;

/** A source as it stands in the prompt: its number, its place and date, and what it says. */
export function renderSource({ n, chunk, text }: Source): string {
  return stripForModel(`[${n}] ${renderPlace(chunk)}\n${text}`);
}

/** Title and headings, with the document's date where it has one. */
export function renderPlace(chunk: Chunk): string {
  const place = namePlace(chunk);
  const date = chunk.metadata === undefined ? undefined : readDate(chunk.metadata);
  return date === undefined ? place : `${place} (${date})`;
}

function readDate(metadata: Metadata): string | undefined {
  for (const field of DATES) {
    const value = metadata[field];
    if (typeof value === "number") return String(value);
    if (typeof value === "string" && value.trim() !== "")
      return value.trim().replace(/\s+/g, " ").slice(0, LONGEST_DATE);
  }
  return undefined;
}
