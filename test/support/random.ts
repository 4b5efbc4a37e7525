/** A small generator of repeatable numbers (mulberry32), with what tests draw from it. */
export interface Random {
  /** From 0 to below 1. */
  fraction(): number;
  /** From `low` to `high`, both possible. */
  integer(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Some of the items, in their order, possibly none. */
  some<T>(items: readonly T[]): T[];
  list<T>(length: number, make: (index: number) => T): T[];
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function fraction(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const integer = (low: number, high: number): number =>
    low + Math.floor(fraction() * (high - low + 1));
  const chance = (probability: number): boolean => fraction() < probability;

  return {
    fraction,
    integer,
    chance,
    pick: (items) => items[integer(0, items.length - 1)]!,
    some: (items) => items.filter(() => chance(0.5)),
    list: (length, make) => Array.from({ length }, (_, index) => make(index)),
  };
}

export function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}
