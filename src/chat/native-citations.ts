import { matchLength } from "./link-place.ts";

/** Ends of sentences and of clauses: where a marker may stand, which no model has put there. */
const PLACE =
  /(?<=[.!?…]["'”’»)\]]{0,2})(?=\s)|(?<=[。！？]["”」』）]{0,2})(?![。！？"”」』）])|(?=[,;:]\s)|(?=[、，；：])|(?=\n)/g;
const SPACE = /(?=\s)/g;
/** Characters that decide together with what follows. */
const BEFORE = 3;

/** Characters after which the next white space is good enough: a marker must not wander far from what it marks. */
export const FARTHEST = 200;

/** How much of the text may go before a marker, where `before` precedes it and `space` follows. */
export function findPlace(
  before: string,
  text: string,
  space: string,
  isFar: boolean,
): number | undefined {
  const context = before.slice(-BEFORE);
  const pattern = isFar ? SPACE : PLACE;
  pattern.lastIndex = context.length;
  const match = pattern.exec(context + text + space);
  if (match === null) return undefined;
  const place = match.index - context.length;
  return place <= text.length ? place : undefined;
}

const WITHOUT_SPACE =
  /(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}。！？」』）]|\s|^)$/u;

/** Markers as they stand behind such a text: scripts without spaces have none before them either. */
export function renderMarkers(before: string, numbers: number[]): string {
  const isTight = matchLength(WITHOUT_SPACE, before.slice(-2)) > 0 || /^$|\s$/.test(before);
  return (isTight ? "" : " ") + numbers.map((n) => `[${n}]`).join("");
}

/** Where `words` stand in a text, the nearest to where they should. */
export function locate(text: string, words: string, expected: number): number | undefined {
  let best: number | undefined;
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (best === undefined || Math.abs(at - expected) < Math.abs(best - expected)) best = at;
  }
  return best;
}

/** Numbers that have been cited and whose markers have no place yet. */
export interface WaitingMarkers {
  add(n: number, at: number): void;
  isThere(): boolean;
  /** Characters since the first of them came. */
  since(at: number): number;
  /** They have their place, which ends the sentence before. */
  place(at: number): number[];
  /** Whether the number stands behind a sentence that ends here already. */
  isPlaced(n: number, end: number): boolean;
  /** The model has written the marker itself; false when it did not wait. */
  takeBack(n: number): boolean;
}

export function createWaitingMarkers(): WaitingMarkers {
  const waiting = new Set<number>();
  let first = 0;
  let placed: number[] = [];
  let placedAt = -1;
  return {
    add(n, at) {
      if (waiting.size === 0) first = at;
      waiting.add(n);
    },
    isThere: () => waiting.size > 0,
    since: (at) => at - first,
    place(at) {
      placed = [...waiting].toSorted((a, b) => a - b);
      placedAt = at;
      waiting.clear();
      return placed;
    },
    isPlaced: (n, end) => end <= placedAt && placed.includes(n),
    takeBack: (n) => waiting.delete(n),
  };
}
