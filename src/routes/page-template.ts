import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** Texts are escaped. */
export type Values = Record<string, string | Html>;

/**
 * A template with values in place of `{{name}}`; what stands between `{{#name}}` and `{{/name}}` stays where `name` is
 * among `shown`. Throws for a name that has no value, so that none reaches a reader.
 */
export function fillTemplate(template: string, values: Values, shown: ReadonlySet<string>): string {
  return keepShown(template, shown).replace(/\{\{([\w-]+)\}\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The page has no value for ${name}.`);
    return String(html`${value}`);
  });
}

function keepShown(template: string, shown: ReadonlySet<string>): string {
  return template.replace(
    /\{\{#([\w-]+)\}\}([^]*?)\{\{\/\1\}\}/g,
    (_all, name: string, inner: string) => (shown.has(name) ? keepShown(inner, shown) : ""),
  );
}
