type Attribute = string | number | boolean | undefined | ((event: Event) => void);

/**
 * An element; children are nodes or text, never markup. A function becomes a listener of the event with its name;
 * `true` an empty attribute; `false` and undefined nothing.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, Attribute> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of 24 units, drawn with one path; what it means is said by the button around it. */
function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "path"));
  svg.firstElementChild!.setAttribute("d", path);
  return svg;
}

/** A button that shows an icon and says a label. */
export function iconButton(
  path: string,
  label: string,
  attributes: Record<string, Attribute>,
): HTMLButtonElement {
  return h(
    "button",
    { type: "button", "aria-label": label, title: label, ...attributes },
    icon(path),
  );
}

const ALLOWED = ["http:", "https:", "mailto:"];

/** The address when it is whole and of a kind that runs nothing. */
export function readLink(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, href } = new URL(address);
  return ALLOWED.includes(protocol) ? href : undefined;
}

/** What every link to elsewhere carries. */
export function linkTo(href: string): Record<string, string> {
  return { href, target: "_blank", rel: "noopener noreferrer" };
}

/** An id that nobody guesses, in 32 hexadecimal digits. `crypto.randomUUID` is missing where a page came over plain HTTP. */
export function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
