import { type Citation } from "../ports.ts";
import { createLink, h, iconButton } from "./dom.ts";
import { type SourceDetails, type SourceFrame } from "./frames.ts";
import { CLOSE } from "./icons.ts";
import { fill, type Strings } from "./strings.ts";

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

export const readLabel = (source: SourceFrame, strings: Strings): string =>
  `${fill(strings.source, readSource(source).n)}: ${readTitle(source)}`;

/** Where in its document a source stands: "products · Care › Washing, p. 3". */
function readPlace(source: SourceFrame): string {
  const { collection, heading = [], page } = readSource(source);
  const path = heading.filter((part) => part !== source.title).join(" › ");
  return [collection, path, page && `p. ${page}`].filter(Boolean).join(" · ");
}

/** One entry of the list under an answer. */
export function createSourceItem(
  source: SourceFrame,
  open: (source: SourceFrame, from: HTMLElement) => void,
): Element {
  const button = h(
    "button",
    { type: "button", class: "source-item", click: () => open(source, button) },
    h("span", { class: "marker" }, String(readSource(source).n)),
    h("span", { dir: "auto" }, readTitle(source), h("small", {}, readPlace(source))),
  );
  return h("li", {}, button);
}

export function createSourcePanel(strings: Strings): SourcePanel {
  let opener: HTMLElement | undefined;
  const element = h("section", { class: "source", tabindex: -1, hidden: "" });

  const panel: SourcePanel = {
    element,
    open(source, citations, from) {
      opener?.removeAttribute("aria-expanded");
      opener = from;
      opener.setAttribute("aria-expanded", "true");
      const { n, snippet } = readSource(source);
      const quotes = new Set(citations.flatMap(({ quote, verified }) => (verified && quote) || []));
      element.setAttribute("aria-label", readLabel(source, strings));
      element.hidden = false;
      element.replaceChildren(
        h(
          "header",
          {},
          h("span", { class: "marker" }, String(n)),
          h("h3", { dir: "auto" }, readTitle(source), h("small", {}, readPlace(source))),
          iconButton(CLOSE, strings.close, { click: panel.close }),
        ),
        ...showPassage(snippet ?? "", [...quotes]),
        h(
          "p",
          { class: "hint" },
          citations.some(({ verified }) => !verified) ? strings.unverified : "",
        ),
        createLink(source.url, `${strings.openSource} ↗`) ?? "",
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

/** The snippet with the quotes marked in it; a quote from farther on stands before it. White space may differ. */
function showPassage(snippet: string, quotes: string[]): Element[] {
  const patterns = quotes.map((quote) =>
    quote.replace(/[^\p{L}\p{N}\s]/gu, "\\$&").replace(/\s+/g, "\\s+"),
  );
  const isElsewhere = (_: string, index: number): boolean =>
    !RegExp(patterns[index]!).test(snippet);
  const elsewhere = quotes.filter(isElsewhere).map((quote) => ["", quote]);
  const parts = snippet.split(RegExp(`(${patterns.join("|") || "$^"})`));
  return [...elsewhere, parts].map((texts) => {
    const nodes = texts.map((text, index) => (index % 2 ? h("mark", {}, text) : text));
    return h("blockquote", { dir: "auto" }, ...nodes);
  });
}
