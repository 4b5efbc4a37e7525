import {
  CHECKED,
  IMAGE,
  LINK,
  parser,
  parser_end,
  parser_write,
  type Renderer,
} from "streaming-markdown";
import { createLink } from "./dom.ts";

export interface Markdown {
  /** Takes the next characters; they may be cut anywhere. */
  write(text: string): void;
  /** Nothing follows. */
  end(): void;
}

/** The button of a marker `[n]` that ends at the character `at`; nothing where it is none. */
export type CreateMarker = (n: number, at: number) => Node | undefined;

/** Elements by the parser's token. Headings are one level below a question, wherever the model puts them. */
const TAGS =
  "_ div p h4 h4 h4 h4 h4 h4 pre pre code em em strong strong s a a a blockquote br hr ul ol li span table tr td code code".split(
    " ",
  );
const NUMBER = /^\d{0,3}$/;
const BLOCK = /^(p|h4|li|blockquote|t[dh])$/;

/**
 * Markdown as nodes under `root`, while it arrives. Never markup: a tag in the text is text. An image becomes a link.
 *
 * The parser gets one character at a time. So what is built depends on the text alone, not on where it was cut, and
 * the place of a marker is known.
 */
export function createMarkdown(root: HTMLElement, createMarker: CreateMarker): Markdown {
  let [raw, at] = ["", 0];
  const { renderer, flush, close } = createRenderer(root, (element, link) => {
    const isClosed = raw[at - 1] === "]";
    endLink(element, { ...link, isClosed }, (n) => createMarker(n, at));
  });
  const state = parser(renderer);
  return {
    write(more) {
      raw += more;
      while (at < raw.length) {
        const size = raw.charCodeAt(at) >> 10 === 54 ? 2 : 1;
        // The other half of the character is still to come.
        if (at + size > raw.length) break;
        parser_write(state, raw.slice(at, at + size));
        at += size;
      }
      flush(true);
    },
    end() {
      parser_end(state);
      close();
    },
  };
}

interface Link {
  token: number;
  address?: string;
  isClosed?: boolean;
}

function createRenderer(
  root: HTMLElement,
  onLink: (element: HTMLElement, link: Link) => void,
): { renderer: Renderer<undefined>; flush(isMoreToCome: boolean): void; close(): void } {
  const open = [root];
  const links = new Map<HTMLElement, Link>();
  let top = root;
  let text = "";

  function flush(isMoreToCome = false): void {
    // Digits behind a bracket are shown when it is known what they are.
    if (isMoreToCome && links.get(top)?.token === LINK && NUMBER.test(text)) return;
    const last = top.lastChild;
    if (last instanceof Text) last.appendData(text);
    else if (text !== "") top.append(text);
    text = "";
  }

  const renderer: Renderer<undefined> = {
    data: undefined,
    add_token(_, token) {
      flush();
      let tag = TAGS[token]!;
      if (tag === "td" && top.matches(":first-child")) tag = "th";
      const element = tag === "div" ? root : document.createElement(tag);
      if (BLOCK.test(tag)) element.dir = "auto";
      if (tag === "span") element.textContent = "☐";
      if (tag === "a") links.set(element, { token });
      if (element !== root) top.append(element);
      open.push((top = element));
    },
    end_token() {
      flush();
      const link = links.get(top);
      if (link !== undefined) onLink(top, link);
      open.pop();
      top = open.at(-1)!;
    },
    add_text(_, more) {
      text += more;
    },
    set_attr(_, attribute, value) {
      const link = links.get(top);
      if (link !== undefined) link.address = value;
      else if (attribute === CHECKED) top.textContent = "☑";
      else if (top.localName === "ol") top.setAttribute("start", value);
    },
  };
  return {
    renderer,
    flush,
    close() {
      flush();
      while (open.length > 1) renderer.end_token(undefined);
    },
  };
}

/** A link keeps its address if that is allowed. */
function endLink(
  element: HTMLElement,
  link: Link,
  createMarker: (n: number) => Node | undefined,
): void {
  const { childNodes } = element;
  const anchor = createLink(link.address, ...(childNodes[0] ? [] : [link.address!]));
  if (anchor === undefined) element.replaceWith(...readBrackets(element, link, createMarker));
  else {
    anchor.append(...childNodes);
    element.replaceWith(anchor);
  }
}

/** What is in brackets and no link: a marker, or text as it was written. */
function readBrackets(
  { textContent, childNodes }: HTMLElement,
  { token, address, isClosed }: Link,
  createMarker: (n: number) => Node | undefined,
): (Node | string)[] {
  const isMarker = token === LINK && /^\d{1,3}$/.test(textContent) && (isClosed || address);
  const marker = isMarker ? createMarker(+textContent) : undefined;
  // What looks like a marker's address is text: `[1](approximately)`.
  if (marker !== undefined) return [marker, address ? `(${address})` : ""];
  if (address !== undefined) return [...childNodes];
  return [token === IMAGE ? "![" : "[", ...childNodes, isClosed ? "]" : ""];
}
