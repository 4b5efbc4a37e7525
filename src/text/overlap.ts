/** Letters and digits that are compared as one: about two words. */
const SHINGLE = 10;
/** Of a longer text one of so many is kept: which, its own hash decides, so that two texts keep the same ones. */
const SAMPLE = 4;
/** Characters of a text that keeps all: a sample of a short one would tell too little. */
const SHORT = 600;
/** Share of a text's shingles that stand in another one that says the same. */
const REPEATED = 0.9;
/** A text that is longer than another one, white space included, does not stand in it. */
const LONGER = 1.5;
/** A text with fewer kept shingles tells too little. */
const FEWEST = 20;

const BASE = 0x01000193;
/** BASE ** SHINGLE: takes the oldest unit out of the hash. */
const OLDEST = Array.from({ length: SHINGLE }).reduce<number>((n) => Math.imul(n, BASE), 1);

const FIGURE = /\d+(?:[.,:/]\d+)*/g;

/** What is kept of a text to compare it with others. */
export interface Fingerprint {
  text: string;
  shingles: Set<number>;
  isSample: boolean;
}

/** Cheap, since it runs for every passage that could become a source: one pass, no copies of the text. */
export function readFingerprint(text: string): Fingerprint {
  const shingles = new Set<number>();
  const window = new Uint16Array(SHINGLE);
  let hash = 0;
  let count = 0;
  const isSample = text.length > SHORT;
  for (let at = 0; at < text.length; at++) {
    const unit = foldUnit(text.charCodeAt(at));
    if (unit === 0) continue;
    const slot = count % SHINGLE;
    hash = (Math.imul(hash, BASE) + unit - Math.imul(window[slot]!, OLDEST)) | 0;
    window[slot] = unit;
    count += 1;
    if (count >= SHINGLE && (!isSample || isKept(hash))) shingles.add(hash);
  }
  return { text, shingles, isSample };
}

/** By its upper bits: the lowest ones are those of the last letters alone. */
function isKept(hash: number): boolean {
  return (hash >>> 16) % SAMPLE === 0;
}

/** Lower case for ASCII, 0 for its white space and signs: they differ between copies of a text. */
function foldUnit(unit: number): number {
  if (unit >= 0x80 || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)) return unit;
  return unit >= 0x41 && unit <= 0x5a ? unit + 32 : 0;
}

/**
 * Whether a text says nothing that the other one does not: nine tenths of it stand there, and all its figures in their
 * order, since two pages of products may differ in a single number.
 */
export function isRepeated(text: Fingerprint, other: Fingerprint): boolean {
  if (text.shingles.size < FEWEST || text.text.length > other.text.length * LONGER) return false;
  const isPart = other.isSample && !text.isSample;
  let missing = text.shingles.size * (1 - REPEATED);
  if (isPart) missing /= SAMPLE;
  for (const shingle of text.shingles) {
    if (isPart && !isKept(shingle)) continue;
    if (!other.shingles.has(shingle) && --missing < 0) return false;
  }
  return readFigures(other.text).includes(readFigures(text.text));
}

function readFigures(text: string): string {
  return `|${(text.match(FIGURE) ?? []).join("|")}|`;
}
