import stem from "wink-porter2-stemmer";

/** Words whose stems are kept: most of what a language says is said with fewer. */
const KEPT = 20_000;
/** Longer ones would keep the whole text that they were cut from in memory. */
const LONGEST_KEPT = 12;

const stems = new Map<string, string>();

/** The stem of an English word by Porter2. Stemming takes most of the time of reading a text, so stems are kept. */
export function stemWord(word: string): string {
  const kept = stems.get(word);
  if (kept !== undefined) return kept;
  const stemmed = stem(word);
  if (word.length > LONGEST_KEPT) return stemmed;
  if (stems.size >= KEPT) stems.clear();
  stems.set(word, stemmed);
  return stemmed;
}
