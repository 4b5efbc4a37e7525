import { html } from "hono/html";
import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { isMarkedTooMuch } from "../ingest/parse/marks.ts";
import { isNestedTooDeeply } from "../ingest/parse/nesting.ts";

export type Html = ReturnType<typeof html>;

const MARKER = /(\[\d{1,3}\])/;

/**
 * The Markdown of an answer as elements, for readers without script. A marker becomes a link to its source, `#s<n>`,
 * where there is one. What is HTML in the answer is shown as text, and so is an answer that the parser could not take.
 */
export function renderMarkdown(text: string, sources: ReadonlySet<number>): Html[] {
  if (isNestedTooDeeply(text) || isMarkedTooMuch(text))
    return [html`<p dir="auto">${renderText(text, sources)}</p>`];
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  return renderChildren(tree, sources);
}

function renderChildren(node: Parents, sources: ReadonlySet<number>): Html[] {
  return node.children.map((child) => render(child, sources));
}

function render(node: Nodes, sources: ReadonlySet<number>): Html {
  if (node.type === "text") return html`${renderText(node.value, sources)}`;
  if (node.type === "link") return renderLink(node.url, renderChildren(node, sources));
  if (node.type === "list" && node.ordered === true)
    return html`<ol start="${node.start ?? 1}">
      ${renderChildren(node, sources)}
    </ol>`;
  if ("children" in node) return wrap(node.type, renderChildren(node, sources));
  return renderLeaf(node);
}

function renderLeaf(node: Exclude<Nodes, Parents>): Html {
  switch (node.type) {
    case "code":
      return html`<pre><code>${node.value}</code></pre>`;
    case "inlineCode":
      return html`<code>${node.value}</code>`;
    case "break":
      return html`<br />`;
    case "thematicBreak":
      return html`<hr />`;
    case "image":
    case "imageReference":
      return html`${node.alt ?? ""}`;
    default:
      return html`${"value" in node ? node.value : ""}`;
  }
}

/** A heading of the answer must not stand among those of the page. */
function wrap(type: Parents["type"], children: Html[]): Html {
  switch (type) {
    case "paragraph":
      return html`<p dir="auto">${children}</p>`;
    case "heading":
      return html`<p dir="auto"><strong>${children}</strong></p>`;
    case "strong":
      return html`<strong>${children}</strong>`;
    case "emphasis":
      return html`<em>${children}</em>`;
    case "delete":
      return html`<del>${children}</del>`;
    case "blockquote":
      return html`<blockquote>${children}</blockquote>`;
    case "list":
      return html`<ul>
        ${children}
      </ul>`;
    case "listItem":
      return html`<li dir="auto">${children}</li>`;
    case "table":
      return html`<table>
        ${children}
      </table>`;
    case "tableRow":
      return html`<tr>
        ${children}
      </tr>`;
    case "tableCell":
      return html`<td dir="auto">${children}</td>`;
    default:
      return html`${children}`;
  }
}

function renderLink(url: string, children: Html[]): Html {
  if (!/^(?:https?|mailto):/i.test(url)) return html`${children}`;
  return html`<a href="${url}" rel="noopener noreferrer">${children}</a>`;
}

function renderText(text: string, sources: ReadonlySet<number>): (Html | string)[] {
  return text.split(MARKER).map((piece) => {
    const n = MARKER.test(piece) ? Number(piece.slice(1, -1)) : 0;
    return sources.has(n) ? html`<a class="cite" href="#s${n}">[${n}]</a>` : piece;
  });
}
