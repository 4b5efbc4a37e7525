/** Rows drawn at random, each at most once, in the order drawn. */
export function sampleRows(rows: Iterable<number>, limit: number): number[] {
  const drawn = [...rows];
  const count = Math.min(limit, drawn.length);
  for (let i = 0; i < count; i++) {
    const other = i + Math.floor(Math.random() * (drawn.length - i));
    [drawn[i], drawn[other]] = [drawn[other]!, drawn[i]!];
  }
  return drawn.slice(0, count);
}
