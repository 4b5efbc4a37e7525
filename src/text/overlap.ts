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

/** Words of a text that are looked for in another one before all is compared, and how many of them must be there. */
const PROBES = 8;
const FOUND = 5;
/** Characters of a word that are looked for: some scripts write a whole sentence as one. */
const LONGEST_PROBE = 12;

/** What is kept of a text to compare it with others; its shingles are read when they are needed. */
export interface Fingerprint {
  text: string;
  lower: string;
  shingles?: Set<number>;
  isSample: boolean;
}

export function readFingerprint(text: string): Fingerprint {
  return { text, lower: text.toLowerCase(), isSample: text.length > SHORT };
}

/** In one pass, without copies of the text. */
function readShingles(fingerprint: Fingerprint): Set<number> {
  if (fingerprint.shingles !== undefined) return fingerprint.shingles;
  const { text, isSample } = fingerprint;
  const shingles = new Set<number>();
  const window = new Uint16Array(SHINGLE);
  let hash = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = foldUnit(text.charCodeAt(at));
    if (unit === 0) continue;
    const slot = count % SHINGLE;
    hash = (Math.imul(hash, BASE) + unit - Math.imul(window[slot]!, OLDEST)) | 0;
    window[slot] = unit;
    count += 1;
    if (count >= SHINGLE && (!isSample || isKept(hash))) shingles.add(hash);
  }
  fingerprint.shingles = shingles;
  return shingles;
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
  if (text.text.length > other.text.length * LONGER || !mayRepeat(text.lower, other.lower))
    return false;
  const [said, known] = [readShingles(text), readShingles(other)];
  if (said.size < FEWEST) return false;
  const isPart = other.isSample && !text.isSample;
  let missing = said.size * (1 - REPEATED);
  if (isPart) missing /= SAMPLE;
  for (const shingle of said) {
    if (isPart && !isKept(shingle)) continue;
    if (!known.has(shingle) && --missing < 0) return false;
  }
  return readFigures(other.text).includes(readFigures(text.text));
}

/** Nearly all passages differ, which a few of their words tell: a text that repeats another one has most of them from it. */
function mayRepeat(text: string, other: string): boolean {
  let found = 0;
  for (let probe = 1; probe <= PROBES; probe++) {
    if (other.includes(wordFrom(text, Math.floor((text.length * probe) / (PROBES + 1)))))
      found += 1;
    else if (PROBES - probe + found < FOUND) return false;
  }
  return true;
}

/** The next whole word after a place; empty after the last one. */
function wordFrom(text: string, place: number): string {
  let start = place;
  while (start < text.length && foldUnit(text.charCodeAt(start)) !== 0) start += 1;
  // In a script without spaces there is no next word.
  if (start === text.length) start = place;
  while (start < text.length && foldUnit(text.charCodeAt(start)) === 0) start += 1;
  let end = start;
  while (end < text.length && end - start < LONGEST_PROBE && foldUnit(text.charCodeAt(end)) !== 0)
    end += 1;
  return text.slice(start, end);
}

function readFigures(text: string): string {
  return `|${(text.match(FIGURE) ?? []).join("|")}|`;
}
