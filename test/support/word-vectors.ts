// Embeddings and rerank scores without a model: texts that share words are near. A test double
// only; it knows nothing of meaning.

/** Lower-cased words with their counts; a Hangul word counts as its bigrams, so that particles do not hide the stem. */
export function features(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of text
    .normalize("NFC")
    .toLowerCase()
    .match(/[\p{Letter}\p{Number}]+/gu) ?? []) {
    for (const feature of /\p{Script=Hangul}/u.test(word) ? bigrams(word) : [word]) {
      counts.set(feature, (counts.get(feature) ?? 0) + 1);
    }
  }
  return counts;
}

/** A unit vector; the same text always gives the same vector. */
export function embedText(text: string, dimension: number): number[] {
  const vector = Array.from({ length: dimension }, () => 0);
  for (const [feature, count] of features(text)) {
    const hash = hashText(feature);
    const bucket = hash % dimension;
    const sign = hash & 0x10000 ? 1 : -1;
    vector[bucket] = (vector[bucket] ?? 0) + sign * count * weight(feature);
  }
  const norm = Math.hypot(...vector);
  // No text embeds to zero at the real service, so none does here.
  if (norm === 0) return vector.map((_, index) => (index === 0 ? 1 : 0));
  // Rounded to float32, so that the float and base64 encodings agree.
  return vector.map((value) => Math.fround(value / norm));
}

/** The weighted share of the query's words that the text has: 0 to 1. */
export function overlapScore(query: string, text: string): number {
  const present = features(text);
  let total = 0;
  let shared = 0;
  for (const feature of features(query).keys()) {
    total += weight(feature);
    if (present.has(feature)) shared += weight(feature);
  }
  return total === 0 ? 0 : shared / total;
}

/** Long words say more than "is" and "the"; this saves a stop-word list. */
function weight(feature: string): number {
  return Math.min(feature.length, 8);
}

function bigrams(word: string): string[] {
  const letters = [...word];
  if (letters.length < 2) return letters;
  return letters.slice(1).map((letter, index) => `${letters[index]}${letter}`);
}

/** FNV-1a, 32 bits, with a final mix because the low bits of FNV are weak for short texts. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
