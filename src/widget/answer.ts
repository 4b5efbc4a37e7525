import { type Citation } from "../ports.ts";
import { h } from "./dom.ts";
import { type SourceFrame } from "./frames.ts";
import { createMarkdown } from "./markdown.ts";
import { readLabel, readSource, type SourcePanel } from "./sources.ts";
import { type Strings } from "./strings.ts";

export interface AnswerOptions {
  strings: Strings;
  panel: SourcePanel;
  /** The transcript has grown. */
  grown(): void;
}

/** The text of an answer with its markers, drawn as it comes. */
export interface Answer {
  element: HTMLElement;
  sources: SourceFrame[];
  citations: Citation[];
  write(delta: string): void;
  /** Draws the rest, and marks the markers by what is known of their citations. Returns the numbers that are cited. */
  end(): Set<number>;
  /** Opens a source with all that is cited of it. */
  openSource(source: SourceFrame, from: HTMLElement): void;
}

export function createAnswer({ strings, panel, grown }: AnswerOptions): Answer {
  const markers: { button: HTMLElement; n: number; at: number }[] = [];
  let [text, frame] = ["", 0];

  /** A marker stands behind the words that it is for. */
  const findCitation = (n: number, at: number): Citation | undefined =>
    answer.citations.findLast((citation) => citation.n === n && citation.end <= at);

  const answer: Answer = {
    element: h("div", { class: "answer" }),
    sources: [],
    citations: [],
    write(delta) {
      text += delta;
      frame ||= requestAnimationFrame(draw);
    },
    end() {
      cancelAnimationFrame(frame);
      markdown.write(text);
      markdown.end();
      for (const { button, n, at } of markers) {
        if (findCitation(n, at)?.verified !== false) continue;
        button.classList.add("unverified");
        button.ariaLabel += ` (${strings.unverified})`;
      }
      return new Set(markers.map(({ n }) => n));
    },
    openSource: (source, from) =>
      panel.open(
        source,
        answer.citations.filter(({ n }) => n === readSource(source).n),
        from,
      ),
  };
  const markdown = createMarkdown(answer.element, (n, at) => {
    const source = answer.sources.find((source) => readSource(source).n === n);
    if (source === undefined) return undefined;
    const button = h(
      "button",
      {
        type: "button",
        class: "marker",
        "aria-label": readLabel(source, strings),
        click: () => panel.open(source, [findCitation(n, at) ?? []].flat(), button),
      },
      String(n),
    );
    markers.push({ button, n, at });
    return button;
  });
  function draw(): void {
    markdown.write(text);
    [text, frame] = ["", 0];
    grown();
  }
  return answer;
}
