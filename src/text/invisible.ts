/** Controls but tab and line ends, fillers, zero-width signs, controls of direction. */
const INVISIBLE = [
  "\\0-\\x08\\x0B\\x0C\\x0E-\\x1F\\x7F-\\x9F\\xAD",
  "\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5\\u180B-\\u180F\\u3164\\uFFA0",
  "\\u200B\\u202A-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB",
].join("");
/** Controls of musical scores, and tag characters. */
const FAR = "\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}";
const FOR_READERS = new RegExp(`[${INVISIBLE}${FAR}]`, "gu");
/** The same by UTF-16 units, as far as those tell: nearly every text holds none, and this says so much faster. */
const SUSPECT = new RegExp(`[${INVISIBLE}\\uD834\\uDB40-\\uDB43]`);

/**
 * What a model reads all the same and a sentence does not need: variation selectors and marks of direction. Joiners are
 * left where one stands between two signs; in a row they spell something.
 */
const MARKS = "[\\u200E\\u200F\\uFE00-\\uFE0F]";
const JOINERS = "[\\u200C\\u200D]{2,}|(?<=[\\s\\p{P}]|^)[\\u200C\\u200D]+";
const FOR_MODELS = new RegExp(`${MARKS}|${JOINERS}`, "gu");
const MAY_SPELL = new RegExp(`${MARKS}|[\\u200C\\u200D]`);

/**
 * A text for readers, without what they do not see and what makes it look like another one. What writing needs is
 * left: joiners, marks of direction, the variants of emoji.
 */
export function stripInvisible(text: string): string {
  return SUSPECT.test(text) ? text.replace(FOR_READERS, "") : text;
}

/** A text for a model: nothing may be said to it that a reader of the same text does not see. */
export function stripForModel(text: string): string {
  const shown = stripInvisible(text);
  return MAY_SPELL.test(shown) ? shown.replace(FOR_MODELS, "") : shown;
}
