/** Letters whose plain form Unicode does not give by taking the marks off. */
const PLAIN: Readonly<Record<string, string>> = {
  Æ: "AE",
  æ: "ae",
  Ð: "D",
  ð: "d",
  Đ: "D",
  đ: "d",
  Ħ: "H",
  ħ: "h",
  ı: "i",
  Ł: "L",
  ł: "l",
  Ŋ: "N",
  ŋ: "n",
  Ø: "O",
  ø: "o",
  Œ: "OE",
  œ: "oe",
  ß: "ss",
  ẞ: "SS",
  Þ: "TH",
  þ: "th",
  Ŧ: "T",
  ŧ: "t",
};

/** Latin letters without their accents; all else as it is. */
export function foldToAscii(text: string): string {
  return text.replaceAll(/[^\p{ASCII}]/gu, (character) => {
    const plain = PLAIN[character] ?? character.normalize("NFKD").replaceAll(/\p{M}/gu, "");
    return /^\p{ASCII}+$/u.test(plain) ? plain : (PLAIN[plain] ?? character);
  });
}
