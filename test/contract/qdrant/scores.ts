import { expect } from "vitest";

/** Best first; the order inside a tie is left open, as a server leaves it. Within 1e-4 of what is expected. */
export function expectScores(
  found: readonly (readonly [unknown, number])[],
  expected: readonly (readonly [number | string, number])[],
): void {
  const scores = found.map(([, score]) => score);
  expect(scores).toEqual(scores.toSorted((a, b) => b - a));
  expectSameScores(found, expected);
}

/** In whatever order. */
export function expectSameScores(
  found: readonly (readonly [unknown, number])[],
  expected: readonly (readonly [number | string, number])[],
): void {
  const byId = new Map(found);
  expect(byId.size).toBe(found.length);
  expect(new Set(byId.keys())).toEqual(new Set(expected.map(([id]) => id)));
  for (const [id, score] of expected) {
    const allowed = 1e-4 * Math.max(1, Math.abs(score));
    expect(Math.abs(byId.get(id)! - score), `the score of ${id}`).toBeLessThanOrEqual(allowed);
  }
}
