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

/** Puts values in their places; `{s}` is the plural's ending for `n`. */
export function fill(text: string, values: Record<string, string | number>): string {
  const all: Record<string, string | number> = { s: values["n"] === 1 ? "" : "s", ...values };
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(all[name] ?? place));
}
