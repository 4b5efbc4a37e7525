import type { Chunk } from "../ports.ts";
import { sparseTerms } from "../text/sparse.ts";

/** A word of a question with the weights of its terms. */
export interface QuestionWord {
  word: string;
  terms: Map<number, number>;
}

/** Words that are told apart at most: a pasted page is no question. */
const MOST = 40;
/** Share of a word's terms that makes it the same one: its stem, or most of its letters. */
const SAME = 0.5;

/** The words of a question that are searched: without those that say nothing. */
export function readQuestionWords(texts: string[]): QuestionWord[] {
  const words = new Map<string, QuestionWord>();
  for (const word of texts.flatMap((text) => text.split(/[\s?.,!;:"“”()¿¡。、？！]+/u))) {
    if (words.size >= MOST) break;
    const key = word.toLowerCase();
    if (words.has(key)) continue;
    const terms = sparseTerms(word).weights;
    if (terms.size > 0) words.set(key, { word, terms });
  }
  return [...words.values()];
}

/** Which of the words stand in a chunk, its title and headings included, as the search compares them. */
export function matchWords(
  words: QuestionWord[],
  chunk: Chunk,
): { matched: string[]; unmatched: string[] } {
  const { title, heading, text } = chunk;
  const known = sparseTerms([title, ...heading, text].join("\n")).weights;
  const isMatched = ({ terms }: QuestionWord): boolean => {
    let whole = 0;
    let shared = 0;
    for (const [id, weight] of terms) {
      whole += weight;
      if (known.has(id)) shared += weight;
    }
    return shared >= whole * SAME;
  };
  const { matched = [], unmatched = [] } = Object.groupBy(words, (word) =>
    isMatched(word) ? "matched" : "unmatched",
  );
  return {
    matched: matched.map(({ word }) => word),
    unmatched: unmatched.map(({ word }) => word),
  };
}
