import type { Chunk } from "../ports.ts";
import { GRAM_WEIGHT } from "../text/sparse.ts";
import { readTerms, type Terms } from "../text/tokenize.ts";

/** A word of a question with its terms. */
export interface QuestionWord {
  word: string;
  terms: Terms;
}

/** Words that are told apart at most: a pasted page is no question. */
const MOST = 40;
/** Characters of a passage that are compared: chunks of ours are far shorter. */
const LONGEST = 10_000;
/** Share of a word's terms that makes it the same one: its stem, or most of its letters. */
const SAME = 0.5;

/** The words of a question that are searched: without those that say nothing. */
export function readQuestionWords(texts: string[]): QuestionWord[] {
  const words = new Map<string, QuestionWord>();
  for (const word of texts.flatMap((text) => text.split(/[\s?.,!;:"“”()¿¡。、？！]+/u))) {
    if (words.size >= MOST) break;
    const key = word.toLowerCase();
    if (words.has(key)) continue;
    const terms = readTerms(word);
    if (terms.wordLength > 0) words.set(key, { word, terms });
  }
  return [...words.values()];
}

/** Words of a question that a chunk holds and lacks, and those of earlier turns that it holds. */
export interface MatchedWords {
  matched: string[];
  unmatched: string[];
  earlier: string[];
}

/** Which of the words stand in a chunk, its title and headings included, as the search compares them. */
export function matchWords(
  words: QuestionWord[],
  earlier: QuestionWord[],
  chunk: Chunk,
): MatchedWords {
  const { title, heading, text } = chunk;
  const known = readTerms([title, ...heading, text].join("\n").slice(0, LONGEST));
  const isMatched = ({ terms }: QuestionWord): boolean => {
    const [ofWords, ofGrams] = [
      countShared(terms.words, known.words),
      countShared(terms.grams, known.grams),
    ];
    const whole = terms.words.size + GRAM_WEIGHT * terms.grams.size;
    return ofWords + GRAM_WEIGHT * ofGrams >= whole * SAME;
  };
  const { matched = [], unmatched = [] } = Object.groupBy(words, (word) =>
    isMatched(word) ? "matched" : "unmatched",
  );
  return {
    matched: matched.map(({ word }) => word),
    unmatched: unmatched.map(({ word }) => word),
    earlier: earlier.filter(isMatched).map(({ word }) => word),
  };
}

function countShared(terms: Map<string, number>, known: Map<string, number>): number {
  let shared = 0;
  for (const term of terms.keys()) if (known.has(term)) shared += 1;
  return shared;
}
