const HANGUL = /\p{Script=Hangul}/gu;
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;
const HAN = /\p{Script=Han}/gu;
const LETTER = /\p{L}/gu;

/**
 * The language of a question as far as its script tells: `ko`, `ja`, `zh`, otherwise `en`. A third of the letters
 * decides, since Korean questions often name products in Latin letters.
 */
export function guessLanguage(text: string): string {
  const sample = text.slice(0, 2000);
  const share = (pattern: RegExp): number => (sample.match(pattern)?.length ?? 0) / letters;
  const letters = Math.max(1, sample.match(LETTER)?.length ?? 0);
  if (share(HANGUL) >= 1 / 3) return "ko";
  if (share(KANA) >= 0.1) return "ja";
  if (share(HAN) >= 1 / 3) return "zh";
  return "en";
}
