const JOINED = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}`;
const SPACE_BESIDE_JOINED = new RegExp(`(?<=[${JOINED}]) | (?=[${JOINED}])`, "gu");

/**
 * Whether an answer holds one of the expected ones: without its markers, and with case, punctuation, white space and
 * compatibility forms set aside. A number or a Latin word must stand whole: 308 is not in 1308.
 */
export function holdsGold(answer: string, expected: string[]): boolean {
  const text = normalize(answer.replace(/\[\d+\]/g, " "));
  return expected.some((gold) => {
    const wanted = normalize(gold);
    return wanted !== "" && holdsWhole(text, wanted);
  });
}

function normalize(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, " ")
    .trim()
    .replace(SPACE_BESIDE_JOINED, "");
}

const TIED = /[\p{Script=Latin}\p{N}]/u;

function holdsWhole(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    const before = text[at - 1] ?? " ";
    const after = text[at + wanted.length] ?? " ";
    const isCut =
      (TIED.test(wanted[0]!) && TIED.test(before)) ||
      (TIED.test(wanted.at(-1)!) && TIED.test(after));
    if (!isCut) return true;
  }
  return false;
}
