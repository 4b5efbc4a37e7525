import { type Citation } from "../ports.ts";
import { h, iconButton, linkTo, readLink } from "./dom.ts";
import { type SourceDetails, type SourceFrame } from "./frames.ts";
import { CLOSE } from "./icons.ts";
import { fill } from "./strings.ts";
import { type Strings } from "./strings-en.ts";

export interface SourcePanel {
  element: HTMLElement;
  /** Shows a source with what the answer cites of it; `from` gets the focus back. */
  open(source: SourceFrame, citations: Citation[], from: HTMLElement): void;
  /** False when it was not open. */
  close(): boolean;
}

export const readSource = (source: SourceFrame): SourceDetails =>
  source.providerMetadata?.tributary;

export const readTitle = (source: SourceFrame): string =>
  source.title || readSource(source).documentId;

/** Where in its document a source stands: "products · Care › Washing, p. 3". */
function readPlace(source: SourceFrame): string {
  const { collection, heading = [], page } = readSource(source);
  const path = heading.filter((part) => part !== source.title).join(" › ");
  return [collection, path, page && `p. ${page}`].filter(Boolean).join(" · ");
}

/** One entry of the list under an answer. */
export function createSourceItem(source: SourceFrame, open: (from: HTMLElement) => void): Element {
  const button = h(
    "button",
    { type: "button", part: "source-item", click: () => open(button) },
    h("span", { class: "number" }, String(readSource(source).n)),
    h("span", { dir: "auto" }, readTitle(source), h("small", {}, readPlace(source))),
  );
  return h("li", {}, button);
}

export function createSourcePanel(strings: Strings): SourcePanel {
  let opener: HTMLElement | undefined;
  const element = h("section", { part: "source", class: "source", tabindex: -1, hidden: true });

  const panel: SourcePanel = {
    element,
    open(source, citations, from) {
      opener?.removeAttribute("aria-expanded");
      opener = from;
      opener.setAttribute("aria-expanded", "true");
      const { n, snippet } = readSource(source);
      const title = fill(strings.source, { n, title: readTitle(source) });
      const href = readLink(source.url);
      const quotes = citations.flatMap(({ quote, verified }) => (verified && quote) || []);
      element.setAttribute("aria-label", title);
      element.hidden = false;
      element.replaceChildren(
        h(
          "header",
          {},
          h("span", { class: "number" }, String(n)),
          h("h3", { dir: "auto" }, readTitle(source), h("small", {}, readPlace(source))),
          iconButton(CLOSE, strings.closeSource, { click: panel.close }),
        ),
        ...showPassage(snippet ?? "", quotes, strings),
        ...(citations.some(({ verified }) => !verified)
          ? [h("p", { class: "hint" }, strings.unverifiedHint)]
          : []),
        ...(href === undefined ? [] : [h("a", linkTo(href), `${strings.openSource} ↗`)]),
      );
      element.scrollTop = 0;
      element.focus({ preventScroll: true });
      from.scrollIntoView({ block: "nearest" });
    },
    close() {
      if (element.hidden) return false;
      element.hidden = true;
      opener?.removeAttribute("aria-expanded");
      opener?.focus();
      return true;
    },
  };
  return panel;
}

/** The snippet with the quotes marked in it; a quote from farther on stands before it. */
function showPassage(snippet: string, quotes: string[], strings: Strings): Element[] {
  const found = findQuotes(snippet, quotes);
  const passage = h("blockquote", { dir: "auto" });
  let from = 0;
  for (const [start, end] of found.ranges) {
    if (start < from) continue;
    passage.append(snippet.slice(from, start), h("mark", {}, snippet.slice(start, end)));
    from = end;
  }
  passage.append(snippet.slice(from));
  const elsewhere = found.missing.map((quote) =>
    h("blockquote", { dir: "auto" }, h("small", {}, strings.quoted), h("mark", {}, quote)),
  );
  return [...elsewhere, passage];
}

const MARKS = /[\s*_`#>|\\]+/;

/** Places of the quotes, in order. White space, case and Markdown's marks may differ. */
export function findQuotes(
  snippet: string,
  quotes: string[],
): { ranges: [number, number][]; missing: string[] } {
  const ranges: [number, number][] = [];
  const missing = new Set<string>();
  for (const quote of quotes) {
    const words = quote
      .replace(/[\s.,;:!?]+$/, "")
      .split(MARKS)
      .filter(Boolean);
    const pattern = words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join(MARKS.source);
    const match = pattern === "" ? null : new RegExp(pattern, "i").exec(snippet);
    if (match === null) missing.add(quote);
    else ranges.push([match.index, match.index + match[0].length]);
  }
  return { ranges: ranges.sort(([a], [b]) => a - b), missing: [...missing] };
}
