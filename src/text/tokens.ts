/*
 * How many tokens a text has, without a tokeniser: each model has its own, of a megabyte and more. The figures are
 * tokens for each UTF-16 unit, on the cautious side of two public tokenisers (o200k and cl100k): where the older one
 * is far worse than every multilingual one, between the two.
 */

/** Counted in twentieths of a token, since sums of whole numbers are exact. */
const PARTS = 20;

/** White space and letters of English: prose has a token for each 4 to 5 characters. */
const PLAIN = 0.25;
/** Line breaks, digits and signs: figures, tables, code and addresses are about twice as dense as prose. */
const BREAK = 0.5;
const SIGN = 0.7;
/** Scripts that are not below, which tokenisers write byte by byte. */
const OTHER = 1.5;

/** First and last unit, rounded to blocks of 128, and tokens for each unit. */
const SCRIPTS: [from: number, to: number, tokens: number][] = [
  // Latin letters with diacritics.
  [0x0080, 0x02ff, 0.7],
  [0x1e00, 0x1eff, 0.7],
  // Greek, Cyrillic, Hebrew, Arabic.
  [0x0300, 0x03ff, 0.6],
  [0x0400, 0x052f, 0.5],
  [0x0580, 0x05ff, 0.7],
  [0x0600, 0x077f, 0.6],
  // The scripts of India; Thai and Lao.
  [0x0900, 0x0dff, 0.8],
  [0x0e00, 0x0eff, 0.7],
  // Signs, dashes, symbols.
  [0x2000, 0x2bff, 1],
  // Kana with the punctuation of East Asia, Han, Hangul, full-width forms.
  [0x3000, 0x33ff, 1],
  [0x3400, 0x9fff, 1],
  [0xac00, 0xd7ff, 0.9],
  [0xff00, 0xffff, 1],
];

const PARTS_OF_ASCII = Uint8Array.from({ length: 128 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  if (character === "\n") return BREAK * PARTS;
  return (/[A-Za-z\s]/.test(character) ? PLAIN : SIGN) * PARTS;
});

const PARTS_OF_BLOCKS = new Uint8Array(512).fill(OTHER * PARTS);
for (const [from, to, tokens] of SCRIPTS)
  PARTS_OF_BLOCKS.fill(Math.round(tokens * PARTS), from >> 7, (to >> 7) + 1);

/** Fewest tokens of a unit: no text of `n` tokens is longer than `n / LIGHTEST` units. */
const LIGHTEST = PLAIN;

/** About how many tokens a text has for a language model; rather too many. A whole number, 0 for an empty text. */
export function estimateTokens(text: string): number {
  let parts = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    parts += unit < 128 ? PARTS_OF_ASCII[unit]! : PARTS_OF_BLOCKS[unit >> 7]!;
  }
  return Math.ceil(parts / PARTS);
}

/** A beginning of the text that holds all of it that `tokens` can hold: what follows need not be looked at. */
export function mostThatFits(text: string, tokens: number): string {
  return text.slice(0, Math.ceil(tokens / LIGHTEST));
}
