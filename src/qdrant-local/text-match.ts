// `match` of texts: word by word where there is a text index, by substrings otherwise.
import type { Json } from "./json.ts";
import type { Tokeniser } from "./tokenise.ts";
import { anyValue, type FieldIndex, type ValuesTest, type ValueTest } from "./value-test.ts";

export type TextMatch = "text" | "text_any" | "phrase";
type WordsTest = (words: readonly string[]) => boolean;

export function compileText(
  kind: TextMatch,
  wanted: string,
  index: FieldIndex | undefined,
): ValuesTest {
  const { tokeniser } = index ?? {};
  if (!tokeniser) return anyValue(compileSubstring(kind, wanted));
  const test = compileWords(kind, wanted, tokeniser);
  if (index?.isNested || kind === "phrase") {
    return anyValue((value) => typeof value === "string" && test(tokeniser.words(value)));
  }
  return (values) => test(texts(values).flatMap(tokeniser.words));
}

function texts(values: readonly Json[]): string[] {
  return values.flat().filter((value) => typeof value === "string");
}

/** As 1.19.0 has it: with their case. From 1.19.1 on a server compares words instead. */
function compileSubstring(kind: TextMatch, wanted: string): ValueTest {
  const parts = kind === "text_any" ? wanted.match(/\P{White_Space}+/gu) : [wanted];
  return (value) => typeof value === "string" && (parts ?? []).some((part) => value.includes(part));
}

function compileWords(kind: TextMatch, wanted: string, tokeniser: Tokeniser): WordsTest {
  const query = kind === "phrase" ? tokeniser.words(wanted) : tokeniser.queryWords(wanted);
  if (query.length === 0 || (kind === "phrase" && !tokeniser.hasPhrases)) return () => false;
  if (kind === "phrase") return (words) => hasPhrase(words, query);
  return (words) => {
    const found = new Set(words);
    return kind === "text"
      ? query.every((word) => found.has(word))
      : query.some((word) => found.has(word));
  };
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  return words.some((_word, start) => phrase.every((word, i) => words[start + i] === word));
}
