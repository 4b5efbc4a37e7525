import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { renderMarkdown } from "./markdown-html.ts";

const MARKER = /(\[\d{1,3}\])/;

/**
 * The Markdown of an answer as elements, for readers without script. A marker becomes a link to its source, `#s<n>`,
 * where there is one.
 */
export function renderAnswerText(text: string, sources: ReadonlySet<number>): Html[] {
  const rendered = renderMarkdown(text, {
    renderWords: (words, _place, isCode) => (isCode ? [words] : linkMarkers(words, sources)),
    hasHeadings: false,
    showsFrontMatter: () => true,
  });
  return rendered ?? [html`<p dir="auto">${linkMarkers(text, sources)}</p>`];
}

function linkMarkers(text: string, sources: ReadonlySet<number>): (Html | string)[] {
  return text.split(MARKER).map((piece) => {
    const n = MARKER.test(piece) ? Number(piece.slice(1, -1)) : 0;
    return sources.has(n) ? html`<a class="cite" href="#s${n}">[${n}]</a>` : piece;
  });
}
