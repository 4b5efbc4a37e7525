/** Where a link may begin, with what is known there. */
export interface LinkPlace {
  /** What went before, its end. */
  before: string;
  /** What follows, from the link's first character on. */
  rest: string;
  /** Nothing that decides can follow `rest`. */
  isWhole: boolean;
  /** Whether code goes on here. */
  isCode: () => boolean | "unfinished";
  /** Whether a source holds the address. */
  isKnown: (raw: string) => boolean;
}

/** How many characters are decided about, and what is shown in their place; themselves when absent. */
export interface Decided {
  length: number;
  shown?: string;
}
export type Judged = Decided | "unfinished";

/** Characters of one link at most: an address that does not end is an unknown one. */
export const LONGEST_LINK = 2000;

/** What a reader sees in the place of an address that no source holds. */
export const LINK_REMOVED = "⟨link removed⟩";

/** Characters of a pattern's match; 0 where there is none. */
export function matchLength(pattern: RegExp, text: string): number {
  return pattern.exec(text)?.[0].length ?? 0;
}
