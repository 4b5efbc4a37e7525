import { isStopWord } from "./stop-words.ts";
import { koreanStem } from "./korean.ts";
import { detectLanguage } from "./language.ts";

/** Words with a meaning of their own that a question needs: with fewer it may leave out what it is about. */
const CONTENT_WORDS = 3;

/** Words that point at something said before, or at what is left out. */
const REFERRING: Record<string, Set<string>> = {
  en: toSet(
    "it its itself they them their theirs he him his she her hers this that these those there here then same other others another one ones " +
      "such else instead also too either neither both former latter previous earlier above before again so else more less rather " +
      "first second last next mentioned said alternative alternatives remaining rest",
  ),
  ko: toSet(
    "그거 그건 그게 그걸 그것 그것은 그것도 그럼 그러면 그렇다면 그런 그런데 그리고 그 그때 그곳 거기 거긴 그쪽 이거 이건 이게 이걸 이것 이런 이 여기 여긴 이쪽 " +
      "저거 저건 저게 저것 저런 저기 둘 둘다 둘중 셋 하나 다른 다른거 다른건 같은 같은거 걔 얘 그녀 그들 또 또는 나머지 반대로 아까 방금 위 위의 앞 앞의 말고 말고는 더 덜 대신",
  ),
};

/** Beginnings of a question that goes on with what was said. */
const OPENERS: Record<string, RegExp> = {
  en: /^(?:and|but|or|so|then|also|what about|how about|what if|why not|why|ok|okay|yes|no|in that case|otherwise)\b/,
  ko: /^(?:그럼|그러면|그렇다면|그런데|근데|그리고|그래서|하지만|또|아니면|혹은|왜|네|아니)(?=\s|$|[,.])/,
};

/**
 * Whether a follow-up question can be understood without what was said before: it names what it is about, and no word
 * of it points back. Only for languages whose pointing words are listed here; false for all others, and in doubt.
 */
export function isSelfContained(question: string): boolean {
  const language = detectLanguage(question);
  const referring = REFERRING[language ?? ""];
  if (language === undefined || referring === undefined) return false;
  const text = question.normalize("NFC").toLowerCase().trim();
  if (OPENERS[language]?.test(text) === true) return false;
  const words = text.split(/[^\p{L}\p{M}\p{N}]+/u).filter((word) => word !== "");
  if (words.some((word) => referring.has(word) || referring.has(koreanStem(word)))) return false;
  const content = words.filter(
    (word) => word.length > 1 && !isStopWord(word) && !isStopWord(koreanStem(word)),
  );
  return new Set(content).size >= CONTENT_WORDS;
}

function toSet(words: string): Set<string> {
  return new Set(words.split(" "));
}
