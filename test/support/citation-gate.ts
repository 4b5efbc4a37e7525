import { createCitationGate } from "../../src/chat/citations.ts";
import type { Citation } from "../../src/ports.ts";
import { buildSources } from "./passages.ts";

const SOURCES = buildSources(
  "The Aurora 2 tent weighs 2.4 kg.\nIt keeps **heavy rain** out.",
  "Returns are free within 30 days of delivery. 배송은 무료입니다.",
  "Seats are 45 cm high.",
);

export interface Passed {
  text: string;
  citations: Citation[];
}

/** Whether what went through is an answer. */
export function isAnswered(text: string): boolean {
  const gate = createCitationGate(SOURCES);
  gate.push(text);
  return gate.end().answered;
}

/** Sends pieces of an answer through the gate; sources 1 to 3 exist. */
export function pass(...pieces: string[]): Passed {
  const gate = createCitationGate(SOURCES);
  const seen = pieces.map((piece) => gate.push(piece)).join("");
  const { text, citations } = gate.end();
  return { text: seen + text, citations };
}

/** What each citation points at, as `n: sentence`. */
export function cited({ text, citations }: Passed): string[] {
  return citations.map(({ n, start, end }) => `${n}: ${text.slice(start, end)}`);
}
