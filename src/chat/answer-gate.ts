import type { ModelCitation, Source } from "../ports.ts";
import { type CitationGate, createCitationGate } from "./citations.ts";
import { createLinkFilter } from "./links.ts";
import type { ShowNumber } from "./numbering.ts";

/** All that stands between the model and its reader. */
export interface AnswerGate extends Omit<CitationGate, "cite"> {
  /** Takes what the model's provider says of the text so far; returns what the reader may see now. */
  cite(citation: ModelCitation): string;
}

/** Addresses first, since a marker may stand behind one. */
export function createAnswerGate(sources: Source[], show?: ShowNumber): AnswerGate {
  const links = createLinkFilter(sources);
  const citations = createCitationGate(sources, show);
  let length = 0;
  return {
    push(text) {
      length += text.length;
      return citations.push(links.push(text));
    },
    cite: (citation) => citations.cite(citation, length - citation.start),
    end() {
      const text = citations.push(links.end());
      const rest = citations.end();
      return { ...rest, text: text + rest.text };
    },
  };
}
