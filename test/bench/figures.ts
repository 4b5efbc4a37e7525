export type Figures = Record<string, number>;

/** 0.5 gives the median; 0 of nothing. */
export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The median of each figure over the runs. */
export function medians<T extends Figures>(runs: T[]): T {
  const [first] = runs;
  if (first === undefined) throw new Error("There was no run.");
  return Object.fromEntries(
    Object.keys(first).map((name) => [
      name,
      percentile(
        runs.map((run) => run[name] ?? 0),
        0.5,
      ),
    ]),
  ) as T;
}

export function shuffle<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
