import { MARKS, SCRIPTS, WORDS } from "./language-signs.ts";

/** Characters that are looked at: what follows does not change the language. */
const SAMPLE = 2000;
const WORDS_OF_SAMPLE = 200;
/** Share of the letters from which on a script decides: Korean questions often name products in Latin letters. */
const SHARE = 1 / 3;
/** Japanese text is mostly Han. */
const KANA_SHARE = 0.1;
/** A Han character is a word where others need several letters. */
const HAN_SHARE = 0.2;

/** One word that only one language has. */
const ENOUGH = 0.9;

/**
 * The language of a question as a tag without region: by its script, and in scripts of several languages by frequent
 * words and letters. Where it does not tell, the user's earlier messages decide, the newest first; else it is `en`.
 */
export function guessLanguage(text: string, earlier: string[] = []): string {
  for (const message of [text, ...earlier]) {
    const language = detectLanguage(message);
    if (language !== undefined) return language;
  }
  return "en";
}

/** The language that a text tells by itself; undefined for names, figures and a word or two. */
export function detectLanguage(text: string): string | undefined {
  const sample = text.slice(0, SAMPLE);
  const { letters, counts } = countScripts(sample);
  if (letters === 0) return undefined;
  const share = (script: string): number => (counts.get(script) ?? 0) / letters;
  if (share("ko") >= SHARE) return "ko";
  if (share("ja") >= KANA_SHARE) return "ja";
  const [script, count] = [...counts]
    .filter(([name]) => name !== "latin" && name !== "ja")
    .reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
  if (count / letters >= (script === "zh" ? HAN_SHARE : SHARE))
    return WORDS[script] === undefined ? script : (detectByWords(sample, script) ?? script);
  return detectByWords(sample, "latin");
}

function countScripts(sample: string): { letters: number; counts: Map<string, number> } {
  const counts = new Map<string, number>();
  let letters = 0;
  for (let at = 0; at < sample.length; at++) {
    const unit = sample.charCodeAt(at);
    const isLatin = (unit | 32) >= 0x61 && (unit | 32) <= 0x7a;
    const script = isLatin
      ? "latin"
      : unit < 0xc0
        ? undefined
        : SCRIPTS.find(([from, to]) => unit >= from && unit <= to)?.[2];
    if (script === undefined) continue;
    letters += 1;
    counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return { letters, counts };
}

/** The language of a script with the most words of its own; a word of several languages counts for each in part. */
function detectByWords(sample: string, script: string): string | undefined {
  const text = sample.normalize("NFC").toLowerCase();
  const scores = new Map<string, number>();
  const add = (language: string, score: number): void =>
    void scores.set(language, (scores.get(language) ?? 0) + score);
  for (const word of text.split(/[^\p{L}\p{M}]+/u, WORDS_OF_SAMPLE)) {
    const languages = WORDS[script]?.get(word) ?? [];
    for (const language of languages) add(language, 1 / languages.length);
  }
  for (const [language, letters, weight] of MARKS[script] ?? [])
    if (letters.test(text)) add(language, weight);
  const [best, second] = [...scores].toSorted((a, b) => b[1] - a[1]);
  if (best === undefined || best[1] < ENOUGH) return undefined;
  return second !== undefined && second[1] === best[1] ? undefined : best[0];
}

/** Whether a tag begins with a language that exists: `pt-BR`, not `xx`. */
export function isLanguage(tag: string): boolean {
  try {
    const [language = ""] = Intl.getCanonicalLocales(tag)[0]?.split("-") ?? [];
    englishNames ??= new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
    return englishNames.of(language) !== undefined;
  } catch {
    // A RangeError: no tag at all.
    return false;
  }
}

/** A language's name in English and in itself, for a prompt: "Korean (한국어)". The tag where it has no name. */
export function nameLanguage(tag: string): string {
  const known = names.get(tag);
  if (known !== undefined) return known;
  const name = readName(tag);
  // Clients choose the tags.
  if (names.size < MOST_NAMES) names.set(tag, name);
  return name;
}

const MOST_NAMES = 100;
const names = new Map<string, string>();
let englishNames: Intl.DisplayNames | undefined;

function readName(tag: string): string {
  try {
    englishNames ??= new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });
    const english = englishNames.of(tag) ?? englishNames.of(tag.split("-", 1)[0]!) ?? tag;
    const own = new Intl.DisplayNames([tag], { type: "language" }).of(tag);
    return own === undefined || own === english || own === tag ? english : `${english} (${own})`;
  } catch {
    return tag;
  }
}
