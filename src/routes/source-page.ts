import type { Context } from "hono";
import { html } from "hono/html";
import { detectLanguage } from "../text/language.ts";
import type { AppEnvironment } from "./environment.ts";
import { createHighlight, type Spans } from "./highlight.ts";
import { type Html, renderPage } from "./layout.ts";
import { renderMarkdown } from "./markdown-html.ts";
import type { FoundSource } from "./source-passage.ts";

/** Characters up to which Markdown is parsed for a reader: longer texts would hold up everybody's answers. */
const MOST_PARSED = 30_000;
/** Characters that are shown of a document. */
const MOST_SHOWN = 1_000_000;

const STYLE = `
header { margin-block-end: 1.25rem; padding-block-end: 1rem; border-block-end: 1px solid var(--line); }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin-block-start: .5rem; }
nav a { display: inline-block; min-block-size: 1.5rem; }
article { padding: 1rem 1.25rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--card); }
article > :first-child { margin-block-start: 0; }
article > :last-child { margin-block-end: 0; }
article :is(h2, h3, h4, h5, h6) { margin-block: 1.4em .4em; line-height: 1.3; }
article h2 { font-size: 1.35rem; } article h3 { font-size: 1.15rem; } article :is(h4, h5, h6) { font-size: 1rem; }
article li > p { margin-block: .3em; }
.plain, .source { white-space: pre-wrap; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); }
article pre { padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; }
.table { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .3rem .6rem; border: 1px solid var(--line); text-align: start; vertical-align: top; }
.right { text-align: end; } .center { text-align: center; }
.footnote { display: flex; gap: .5rem; font-size: .9rem; }
mark { padding-block: .1em; border-radius: .2em; color: var(--mark-ink); background: var(--mark); -webkit-box-decoration-break: clone; box-decoration-break: clone; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
mark.quote { color: #17211f; background: var(--quote); font-weight: 600; }
mark:focus { outline: none; }
#passage, #quote { scroll-margin-block: 30vh; }
@media print { article { border: 0; padding: 0; } mark { text-decoration: underline; } }
`;

/** The document with the passage in it, for readers without script. */
export function renderSource(c: Context<AppEnvironment>, source: FoundSource): Html {
  const { collection, chunk, url, quote, quoteMissing } = source;
  const { body, spans, notes } = renderBody(source);
  const heading = chunk.heading.filter((part) => part !== chunk.title);
  const language = detectLanguage(source.text.slice(spans.passage.start, spans.passage.end));
  const page = html`<header>
      <p class="soft" dir="auto">${[collection, ...heading].join(" › ")}</p>
      <h1 dir="auto" lang="${language ?? "en"}">${chunk.title}</h1>
      <nav aria-label="This source">
        <a href="#passage">To the passage</a>
        ${quote === undefined ? "" : html`<a href="#quote">To the quoted words</a>`}
        ${
          url === undefined
            ? ""
            : html`<a href="${url}" rel="noopener noreferrer">Open the original</a>`
        }
      </nav>
    </header>
    <main>
      ${notes.map((note) => html`<p class="note">${note}</p>`)}
      ${
        quoteMissing
          ? html`<p class="note">
              The quoted words were not found here. The document may have changed.
            </p>`
          : ""
      }
      ${body}
    </main>`;
  return renderPage(c, { title: chunk.title, style: STYLE, body: page });
}

interface Body {
  body: Html;
  spans: Required<Spans> & { passage: NonNullable<Spans["passage"]> };
  notes: string[];
}

function renderBody({ text, passage, quote, isMarkdown, isCurrent, chunk }: FoundSource): Body {
  const language = detectLanguage(chunk.text);
  const notes = isCurrent
    ? []
    : [
        "The document has changed since this passage was indexed, or is gone. This is the passage as it was.",
      ];
  const spans = { passage, quote };
  const wrap = (content: Html[] | Html, name: string): Html =>
    html`<article class="${name}" dir="auto" lang="${language ?? "en"}">${content}</article>`;
  const rendered =
    isMarkdown && text.length <= MOST_PARSED ? renderDocument(text, spans) : undefined;
  if (rendered !== undefined) return { body: wrap(rendered, "rendered"), spans, notes };
  const from = Math.max(0, Math.min(passage.start - MOST_SHOWN / 2, text.length - MOST_SHOWN));
  const to = Math.min(text.length, from + MOST_SHOWN);
  if (to - from < text.length)
    notes.push(
      `This document is very long: of its ${text.length.toLocaleString("en")} characters, those around the passage are shown.`,
    );
  const content = createHighlight(spans)(text.slice(from, to), { start: from, end: to });
  return { body: wrap(content, "plain"), spans, notes };
}

function renderDocument(text: string, spans: Spans): Html[] | undefined {
  const { passage, quote } = spans;
  return renderMarkdown(text, {
    renderWords: createHighlight(spans),
    hasHeadings: true,
    // Nobody wants to read it who was not sent to it.
    showsFrontMatter: (end) =>
      [passage, quote].some((span) => span !== undefined && span.start < end),
  });
}
