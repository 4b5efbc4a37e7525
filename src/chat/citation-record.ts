import type { Citation, Source } from "../ports.ts";
import type { Sentence } from "./cited-sentence.ts";
import { isRefusal } from "./refusal.ts";
import { verifyCitation } from "./verify.ts";

/** The citations of an answer. */
export interface CitationRecord {
  citations: Citation[];
  knows(n: number): boolean;
  add(n: number, cited: Sentence): void;
  /** Whether the words are known to rest on the source. */
  covers(n: number, cited: Sentence): boolean;
  /** The model marked the sentence as one that answers nothing. */
  refuse(cited: Sentence): void;
  isAnswer(): boolean;
}

export function createCitationRecord(sources: Source[]): CitationRecord {
  const known = new Map(sources.map((source) => [source.n, source]));
  const citations: Citation[] = [];
  /** Cited sentences that refuse: those that say so, and those marked with the prompt's `[0]`. */
  const refusals: Sentence[] = [];
  const refuses = (at: number): boolean =>
    refusals.some(({ start, end }) => at >= start && at < end);
  return {
    citations,
    knows: (n) => known.has(n),
    add(n, cited) {
      const { text, start, end } = cited;
      if (isRefusal(text)) refusals.push(cited);
      citations.push({ n, start, end, ...verifyCitation(text, known.get(n)!) });
    },
    covers: (n, { start, end }) =>
      citations.some(
        (citation) => citation.n === n && citation.start <= start && citation.end >= end,
      ),
    refuse: (cited) => void refusals.push(cited),
    isAnswer: () => citations.some(({ start }) => !refuses(start)),
  };
}
