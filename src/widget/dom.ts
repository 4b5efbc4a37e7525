type Attribute = string | number | undefined | ((event: Event) => void);
type Attributes = Record<string, Attribute>;

/**
 * An element; children are nodes or text, never markup. A class is the name of a part too. A function becomes a
 * listener of the event with its name; undefined nothing.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined) element.setAttribute(name, String(value));
  }
  element.part.value = element.className;
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A button that shows an icon of 24 units, drawn with one path, and says a label. */
export function iconButton(path: string, label: string, attributes: Attributes): HTMLButtonElement {
  const [svg, line] = [document.createElementNS(SVG, "svg"), document.createElementNS(SVG, "path")];
  svg.setAttribute("viewBox", "0 0 24 24");
  line.setAttribute("d", path);
  svg.append(line);
  return h("button", { type: "button", title: label, ...attributes }, svg);
}

export const textButton = (label: string, click: () => void): HTMLButtonElement =>
  h("button", { type: "button", class: "wide", dir: "auto", click }, label);

/** A link to elsewhere when the address is whole and of a kind that runs nothing. */
export function createLink(
  address: string | undefined,
  ...children: (Node | string)[]
): HTMLElement | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  if (!["http:", "https:", "mailto:"].includes(protocol)) return undefined;
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** An id that nobody guesses. `crypto.randomUUID` is missing where a page came over plain HTTP. */
export const createId = (): string => crypto.getRandomValues(new Uint32Array(4)).join("-");
