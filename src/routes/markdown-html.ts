import { html, raw } from "hono/html";
import type { Nodes, RootContent, Table, TableCell, Yaml } from "mdast";
import { readMarkdownTree } from "../ingest/parse/markdown.ts";
import { isMarkedTooMuch } from "../ingest/parse/marks.ts";
import { isNestedTooDeeply } from "../ingest/parse/nesting.ts";
import type { Span } from "./highlight.ts";
import type { Html } from "./layout.ts";

export interface MarkdownOptions {
  /** The words of a text or of code, which stand at a place in the Markdown. */
  renderWords: (words: string, place: Span, isCode: boolean) => (Html | string)[];
  /** False where the page's own headings must be the only ones: then they are strong. */
  hasHeadings: boolean;
  /** Whether front matter that ends there says something to readers. */
  showsFrontMatter: (end: number) => boolean;
}

interface Rendering extends MarkdownOptions {
  text: string;
  /** Units before the first that the tree counts. */
  skipped: number;
  /** Where references lead, by their identifiers. */
  addresses: Map<string, string>;
}

type Renderers = {
  [Type in Nodes["type"]]?: (node: Extract<Nodes, { type: Type }>, rendering: Rendering) => Html;
};

/** Where a link may lead. */
const SAFE = /^(?:https?:\/\/|mailto:)/i;

/**
 * Markdown as HTML of our own: every text is escaped, its HTML is shown as text, and nothing of it is loaded (an image is
 * a link to it). Undefined where the parser could not take it, or would hold up everybody else: it is better shown as it
 * is written than not at all.
 */
export function renderMarkdown(text: string, options: MarkdownOptions): Html[] | undefined {
  if (isNestedTooDeeply(text) || isMarkedTooMuch(text)) return undefined;
  try {
    const { children, skipped } = readMarkdownTree(text);
    return all(children, { ...options, text, skipped, addresses: readDefinitions(children) });
  } catch (error) {
    // The parser's stack has overflowed.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const RENDERERS: Renderers = {
  heading({ depth, children }, rendering) {
    if (!rendering.hasHeadings)
      return html`<p dir="auto"><strong>${all(children, rendering)}</strong></p>`;
    // The page has a heading of its own above them all.
    const level = `h${Math.min(depth + 1, 6)}`;
    return html`${raw(`<${level}>`)}${all(children, rendering)}${raw(`</${level}>`)}`;
  },
  paragraph: ({ children }, rendering) => html`<p dir="auto">${all(children, rendering)}</p>`,
  blockquote: ({ children }, rendering) =>
    html`<blockquote>${all(children, rendering)}</blockquote>`,
  list: ({ ordered, start, children }, rendering) =>
    ordered === true
      ? html`<ol start="${start ?? 1}">
          ${all(children, rendering)}
        </ol>`
      : html`<ul>
          ${all(children, rendering)}
        </ul>`,
  listItem: ({ checked, children }, rendering) =>
    html`<li dir="auto">${toBox(checked)}${all(children, rendering)}</li>`,
  code: (node, rendering) =>
    html`<pre tabindex="0"><code>${show(node, rendering, true)}</code></pre>`,
  yaml: renderFrontMatter,
  html: (node, rendering) => html`<code class="source">${show(node, rendering)}</code>`,
  thematicBreak: () => html`<hr />`,
  table: renderTable,
  footnoteDefinition: ({ identifier, children }, rendering) =>
    html`<div class="footnote"><sup>${identifier}</sup>${all(children, rendering)}</div>`,
  text: (node, rendering) => html`${show(node, rendering)}`,
  inlineCode: (node, rendering) => html`<code>${show(node, rendering, true)}</code>`,
  emphasis: ({ children }, rendering) => html`<em>${all(children, rendering)}</em>`,
  strong: ({ children }, rendering) => html`<strong>${all(children, rendering)}</strong>`,
  delete: ({ children }, rendering) => html`<del>${all(children, rendering)}</del>`,
  break: () => html`<br />`,
  link: ({ url, children }, rendering) => link(url, all(children, rendering)),
  linkReference: ({ identifier, children }, rendering) =>
    link(rendering.addresses.get(identifier), all(children, rendering)),
  image: ({ url, alt }) => link(url, html`${alt || "image"}`),
  imageReference: ({ identifier, alt }, { addresses }) =>
    link(addresses.get(identifier), html`${alt || "image"}`),
  footnoteReference: ({ identifier }) => html`<sup>${identifier}</sup>`,
};

function all(nodes: Nodes[], rendering: Rendering): Html[] {
  return nodes.map((node) => {
    const render = RENDERERS[node.type] as
      | ((node: Nodes, rendering: Rendering) => Html)
      | undefined;
    return render?.(node, rendering) ?? html``;
  });
}

/** The value of a node where it stands; what is around it, such as a fence, is not a part of it. */
function show(
  { value, position }: { value: string } & Pick<Nodes, "position">,
  { text, skipped, renderWords }: Rendering,
  isCode = false,
): (Html | string)[] {
  const start = (position?.start.offset ?? 0) + skipped;
  const end = (position?.end.offset ?? 0) + skipped;
  const at = text.slice(start, end).indexOf(value);
  const place = at === -1 ? { start, end } : { start: start + at, end: start + at + value.length };
  return renderWords(value, place, isCode);
}

function link(address: string | undefined, content: Html | Html[]): Html {
  return address !== undefined && SAFE.test(address)
    ? html`<a href="${address}" rel="noopener noreferrer nofollow">${content}</a>`
    : html`${content}`;
}

function renderFrontMatter(node: Yaml, rendering: Rendering): Html {
  const end = (node.position?.end.offset ?? 0) + rendering.skipped;
  return rendering.showsFrontMatter(end)
    ? html`<p><code class="source">${show(node, rendering)}</code></p>`
    : html``;
}

function renderTable({ children: [head, ...rows], align }: Table, rendering: Rendering): Html {
  const cells = (row: TableCell[], name: "th" | "td"): Html[] =>
    row.map(
      ({ children }, index) =>
        html`${raw(`<${name} class="${align?.[index] ?? "start"}">`)}${all(children, rendering)}${raw(`</${name}>`)}`,
    );
  return html`<div class="table" tabindex="0" role="group" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${cells(head?.children ?? [], "th")}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ children }) =>
            html`<tr>
              ${cells(children, "td")}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function toBox(checked: boolean | null | undefined): string {
  if (checked === true) return "☑ ";
  return checked === false ? "☐ " : "";
}

function readDefinitions(nodes: RootContent[]): Map<string, string> {
  const addresses = new Map<string, string>();
  const read = (node: Nodes): void => {
    // The first one counts.
    if (node.type === "definition" && !addresses.has(node.identifier))
      addresses.set(node.identifier, node.url);
    if ("children" in node) node.children.forEach(read);
  };
  nodes.forEach(read);
  return addresses;
}
