import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { PageLanguage } from "./page-texts.ts";

/** How the page is shown; all of it may stand in its address. */
export interface PageSettings {
  language: PageLanguage;
  theme: "auto" | "light" | "dark";
  /** Of the chat. */
  mode: "inline" | "launcher";
  /** Those that the address names. */
  named: URLSearchParams;
}

const CHOICES = {
  lang: ["en", "ko"],
  theme: ["auto", "light", "dark"],
  mode: ["inline", "launcher"],
} as const;

/** Anything else in the address is ignored. */
export function readSettings(c: Context): PageSettings {
  const language = readChoice(c, "lang");
  const theme = readChoice(c, "theme");
  const mode = readChoice(c, "mode");
  const named = Object.entries({ lang: language, theme, mode }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    language: language ?? readAcceptedLanguage(c),
    theme: theme ?? "auto",
    mode: mode ?? "inline",
    named: new URLSearchParams(named),
  };
}

/** The page's address with the same settings but for one. */
export function addressWith({ named }: PageSettings, change: Record<string, string> = {}): string {
  const settings = new URLSearchParams({ ...Object.fromEntries(named), ...change });
  return settings.size === 0 ? "/" : `/?${settings}`;
}

function readChoice<Name extends keyof typeof CHOICES>(
  c: Context,
  name: Name,
): (typeof CHOICES)[Name][number] | undefined {
  const asked = c.req.query(name);
  return CHOICES[name].find((choice) => choice === asked);
}

function readAcceptedLanguage(c: Context): PageLanguage {
  const accepted = accepts(c, {
    header: "Accept-Language",
    supports: [...CHOICES.lang],
    default: "en",
    // Readers say `ko-KR` where they mean Korean.
    match: (ranges, { default: fallback }) =>
      ranges
        .toSorted((a, b) => b.q - a.q)
        .find(({ type, q }) => q > 0 && /^(?:en|ko)\b/i.test(type))?.type ?? fallback,
  });
  return /^ko/i.test(accepted) ? "ko" : "en";
}
