import { expect } from "vitest";

declare const FULL: boolean;

/** Milliseconds from a reader's leaving, or a stop, to the end of the last call that was open. */
export const CLOSED_WITHIN = 250;
/** Milliseconds that a machine may be busy with something else. */
const BUSY = 750;

/**
 * Holds times to what is promised. With FULL, which wants a quiet machine, all of them; otherwise all but one, which may
 * not be later than a busy machine explains.
 */
export function expectInTime(times: readonly number[], promised: number): void {
  if (FULL) {
    expect(times.filter((time) => time > promised)).toEqual([]);
    return;
  }
  const sorted = times.toSorted((a, b) => a - b);
  expect(sorted.at(-2)).toBeLessThanOrEqual(promised);
  expect(sorted.at(-1)).toBeLessThanOrEqual(promised + BUSY);
}
