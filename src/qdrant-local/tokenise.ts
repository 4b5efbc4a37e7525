// The words of a text, as the tokenizers of Qdrant's text index cut them.
import { foldToAscii } from "./ascii-folding.ts";
import { formatError, notImplemented } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { readArray, readString, rejectOtherKeys } from "./read.ts";
import { ENGLISH_STOPWORDS } from "./stopwords.ts";

export interface Tokeniser {
  /** The words of a stored text, in its order. */
  readonly words: (text: string) => string[];
  /** The words of a query: the `prefix` tokenizer takes only the longest piece of each. */
  readonly queryWords: (text: string) => string[];
  /** Whether phrases are found at all. */
  readonly hasPhrases: boolean;
}

const TUNING = ["type", "on_disk", "memory", "enable_hnsw"];
const OPTIONS = [
  "tokenizer",
  "min_token_len",
  "max_token_len",
  "lowercase",
  "ascii_folding",
  "phrase_matching",
  "stopwords",
];

/** @param schema of a text index, `"text"` or an object with options */
export function createTokeniser(schema: Json): Tokeniser {
  const given = isObject(schema) ? schema : {};
  const { stemmer = null, ...options } = given;
  if (stemmer !== null) throw notImplemented("`stemmer` of a text index");
  rejectOtherKeys(options, "text index", [...TUNING, ...OPTIONS]);
  const cut = readCut(options["tokenizer"] ?? "word");
  const shortest = Math.max(1, readLength(options, "min_token_len") ?? 1);
  const longest = readLength(options, "max_token_len") ?? Number.POSITIVE_INFINITY;
  const isPrefix = options["tokenizer"] === "prefix";
  const isLower = readFlag(options, "lowercase", true);
  const isAscii = readFlag(options, "ascii_folding", false);
  const stopwords = readStopwords(options["stopwords"] ?? null, isLower);

  function cutAndFold(text: string): string[] {
    const folded = Array.from(text.match(cut) ?? [], isAscii ? foldToAscii : String);
    return isLower ? folded.map((word) => word.toLowerCase()) : folded;
  }

  function words(text: string): string[] {
    const kept = cutAndFold(text).filter(
      (word) => !stopwords.has(word) && lengthOf(word) >= shortest,
    );
    if (isPrefix) return kept.flatMap((word) => prefixes(word, shortest, longest));
    return kept.filter((word) => lengthOf(word) <= longest);
  }

  /** Stopwords stay: a query may be the beginning of a longer word. */
  function longestPrefixes(text: string): string[] {
    return cutAndFold(text)
      .filter((word) => lengthOf(word) >= shortest)
      .map((word) => Array.from(word).slice(0, longest).join(""));
  }

  return {
    words,
    queryWords: isPrefix ? longestPrefixes : words,
    hasPhrases: readFlag(options, "phrase_matching", false),
  };
}

function readCut(tokenizer: Json): RegExp {
  if (tokenizer === "word" || tokenizer === "prefix") return /[\p{Alphabetic}\p{N}]+/gu;
  if (tokenizer === "whitespace") return /\P{White_Space}+/gu;
  if (tokenizer === "multilingual") throw notImplemented("tokenizer `multilingual`");
  throw formatError(
    `unknown variant \`${String(tokenizer)}\`, expected one of \`prefix\`, \`whitespace\`, \`word\`, \`multilingual\``,
  );
}

/** `"english"`, or languages and words of one's own. */
function readStopwords(given: Json, isLower: boolean): ReadonlySet<string> {
  const set = isObject(given) ? given : { languages: given === null ? [] : [given] };
  rejectOtherKeys(set, "stopwords", ["languages", "custom"]);
  const languages = readArray(set["languages"] ?? [], "languages");
  const other = languages.find((language) => language !== "english");
  if (other !== undefined) throw notImplemented(`stopwords of the language \`${String(other)}\``);
  const custom = readArray(set["custom"] ?? [], "custom").map((word) => {
    const text = readString(word, "custom");
    return isLower ? text.toLowerCase() : text;
  });
  return new Set([...(languages.length > 0 ? ENGLISH_STOPWORDS : []), ...custom]);
}

function readFlag(options: JsonObject, name: string, whenAbsent: boolean): boolean {
  const flag = options[name] ?? whenAbsent;
  if (typeof flag !== "boolean") throw formatError(`${name}: invalid type, expected a boolean`);
  return flag;
}

function readLength(options: JsonObject, name: string): number | undefined {
  const length = options[name] ?? undefined;
  if (length === undefined) return undefined;
  if (typeof length === "number" && Number.isInteger(length) && length >= 0) return length;
  throw formatError(`${name}: invalid value: ${String(length)}, expected an unsigned integer`);
}

function prefixes(word: string, shortest: number, longest: number): string[] {
  const characters = Array.from(word);
  const found: string[] = [];
  const end = Math.min(characters.length, longest);
  for (let length = shortest; length <= end; length++) {
    found.push(characters.slice(0, length).join(""));
  }
  return found;
}

/** In characters, not in UTF-16 units. */
function lengthOf(word: string): number {
  return Array.from(word).length;
}
