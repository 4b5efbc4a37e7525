import { html, raw } from "hono/html";
import type { Html } from "./layout.ts";

/** In UTF-16 units of the document's text. */
export interface Span {
  start: number;
  end: number;
}

export interface Spans {
  passage?: Span | undefined;
  quote?: Span | undefined;
}

/** Text that stands somewhere in the document, with the marks that it gets there. */
export type Highlight = (text: string, place: Span) => Html[];

/**
 * Marks what belongs to the passage and to the quotation, which may reach over many pieces of text: the first mark of each
 * has its id. Text that stands in the document in another form (`place` is longer or shorter) is marked as a whole.
 */
export function createHighlight({ passage, quote }: Spans): Highlight {
  const ids = new Set<string>();
  const take = (id: string): boolean => !ids.has(id) && ids.add(id).has(id);

  function mark(text: string, isPassage: boolean, isQuote: boolean): Html {
    const words = isQuote
      ? take("quote")
        ? html`<mark id="quote" class="quote">${text}</mark>`
        : html`<mark class="quote">${text}</mark>`
      : html`${text}`;
    if (!isPassage) return words;
    if (!take("passage")) return html`<mark>${words}</mark>`;
    // The page opens there without a script; an address with a quotation has a fragment for that.
    const focus = quote === undefined ? raw("autofocus") : "";
    return html`<mark id="passage" tabindex="-1" ${focus}>${words}</mark>`;
  }

  return function highlight(text, { start, end }) {
    if (end - start !== text.length) {
      const touches = (span: Span | undefined): boolean =>
        span !== undefined && span.start < end && span.end > start;
      return [mark(text, touches(passage), touches(quote))];
    }
    const cuts = [passage?.start, passage?.end, quote?.start, quote?.end]
      .filter((cut) => cut !== undefined)
      .filter((cut) => cut > start && cut < end);
    const points = [...new Set([start, ...cuts, end])].toSorted((a, b) => a - b);
    return points.slice(1).map((to, index) => {
      const from = points[index]!;
      return mark(
        text.slice(from - start, to - start),
        isWithin(from, to, passage),
        isWithin(from, to, quote),
      );
    });
  };
}

function isWithin(from: number, to: number, span: Span | undefined): boolean {
  return span !== undefined && from >= span.start && to <= span.end && from < to;
}
