import { koreanStem } from "./korean.ts";
import { stemWord } from "./stem.ts";
import { isStopWord } from "./stop-words.ts";

/** The terms of a text with their counts, in two vocabularies whose lengths are counted apart. */
export interface Terms {
  /** Stemmed words, Korean stems and character bigrams of scripts that are written without spaces. */
  words: Map<string, number>;
  /** Character 4-grams of the other words: they forgive misspelling and inflection. */
  grams: Map<string, number>;
  /** Number of word terms, repetitions included. */
  wordLength: number;
  /** Number of 4-gram terms, repetitions included. */
  gramLength: number;
}

/** Scripts whose words are not set apart by spaces (or, in Hangul, carry particles): matched by bigrams. */
const JOINED =
  "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー";
const PIECES = new RegExp(
  // A word begins with a letter or digit: an emoji's variation selector is none, though it is a mark.
  `([${JOINED}]+)|([[\\p{L}\\p{N}]--[${JOINED}]][[\\p{L}\\p{M}\\p{N}]--[${JOINED}]]*)`,
  "gv",
);
const SURROGATE = /[\uD800-\uDFFF]/;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const HANGUL = /^\p{Script=Hangul}+$/u;
const LATIN = /^[\p{Script=Latin}\p{M}\p{N}]+$/u;

/** Characters of the longest word that is stemmed: the stemmer's time grows with the square, and no word is longer. */
const LONGEST_STEMMED = 40;
/** Characters of a word that give 4-grams: enough to find an address or a key by its beginning. */
const LONGEST_IN_GRAMS = 64;

/**
 * Splits any text into search terms, with no language detection: words of alphabetic scripts (Latin ones stemmed,
 * English stop words dropped), bigrams of joined scripts, Korean words without their particle, and 4-grams.
 * The scheme and what each part is worth were measured over nine labelled sets in eight languages.
 */
export function readTerms(text: string): Terms {
  const terms: Terms = { words: new Map(), grams: new Map(), wordLength: 0, gramLength: 0 };
  for (const match of text.normalize("NFKC").toLowerCase().matchAll(PIECES)) {
    const [, joined, word] = match;
    if (joined !== undefined && LETTER_OR_DIGIT.test(joined)) addJoined(terms, joined);
    else if (word !== undefined) addWord(terms, word);
  }
  return terms;
}

function addJoined(terms: Terms, run: string): void {
  const characters = [...run];
  if (HANGUL.test(run)) {
    const stemmed = koreanStem(run);
    if (isStopWord(stemmed) || isStopWord(run)) return;
    if (characters.length > 2) addTerm(terms, `한${stemmed}`);
  }
  if (characters.length <= 2) {
    addTerm(terms, run);
    return;
  }
  for (let index = 0; index + 1 < characters.length; index++) {
    addTerm(terms, `${characters[index]}${characters[index + 1]}`);
  }
}

function addWord(terms: Terms, word: string): void {
  if (isStopWord(word)) return;
  addTerm(terms, word.length <= LONGEST_STEMMED && LATIN.test(word) ? stemWord(word) : word);
  const grams = readGrams(`_${word}_`);
  for (const gram of grams) terms.grams.set(gram, (terms.grams.get(gram) ?? 0) + 1);
  terms.gramLength += grams.length;
}

function readGrams(padded: string): string[] {
  if (SURROGATE.test(padded)) {
    const characters = [...padded].slice(0, LONGEST_IN_GRAMS);
    return Array.from({ length: Math.max(1, characters.length - 3) }, (_, index) =>
      characters.slice(index, index + 4).join(""),
    );
  }
  // Nearly every word: its characters are its UTF-16 units.
  const length = Math.min(padded.length, LONGEST_IN_GRAMS);
  const grams = [];
  for (let index = 0; index < Math.max(1, length - 3); index++)
    grams.push(padded.slice(index, Math.min(index + 4, length)));
  return grams;
}

function addTerm(terms: Terms, term: string): void {
  terms.words.set(term, (terms.words.get(term) ?? 0) + 1);
  terms.wordLength += 1;
}
