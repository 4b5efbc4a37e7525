import { en, type Strings } from "./strings-en.ts";
import { ko } from "./strings-ko.ts";

/** The texts in the language of a tag like `ko-KR`, English where there are none, with the embedder's own over them. */
export function createStrings(language: string, own: Partial<Strings> = {}): Strings {
  const strings: Strings = { ...(/^ko\b/i.test(language) ? ko : en) };
  for (const [name, text] of Object.entries(own))
    if (typeof text === "string" && Object.hasOwn(strings, name))
      strings[name as keyof Strings] = text;
  return strings;
}

/** Puts values in their places. */
export function fill(text: string, values: Record<string, string | number>): string {
  const s = values["n"] === 1 ? "" : "s";
  return text.replace(/\{(\w+)\}/g, (place, name: string) =>
    String({ s, ...values }[name] ?? place),
  );
}
