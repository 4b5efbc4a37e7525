import type { Source } from "../ports.ts";
import { type CitationGate, createCitationGate } from "./citations.ts";
import { createLinkFilter } from "./links.ts";

/** All that stands between the model and its reader: addresses first, since a marker may stand behind one. */
export function createAnswerGate(sources: Source[]): CitationGate {
  const links = createLinkFilter(sources);
  const citations = createCitationGate(sources);
  return {
    push: (text) => citations.push(links.push(text)),
    end() {
      const text = citations.push(links.end());
      const rest = citations.end();
      return { ...rest, text: text + rest.text };
    },
  };
}
