// A scan goes block by block: the numbers of some rows, then their scores, then a look at the best.

/** How many rows a block has at most. */
export const BLOCK_ROWS = 1024;

/**
 * `scores[i]` belongs to `rows[i]`, for `i` below `count`; both change with the next block. A score is
 * better the higher it is; NaN is that of a row which cannot be a hit.
 */
export type VisitBlock = (rows: Uint32Array, scores: Float32Array, count: number) => void;

/** Fills `rows` with the candidates below `end`, or with all rows below it, a block at a time. */
export function fillBlocks(
  rows: Uint32Array,
  candidates: Iterable<number> | undefined,
  end: number,
  visit: (count: number) => void,
): void {
  if (candidates) fillFrom(candidates, rows, end, visit);
  else
    for (let first = 0; first < end; first += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, end - first);
      for (let i = 0; i < count; i++) rows[i] = first + i;
      visit(count);
    }
}

function fillFrom(
  candidates: Iterable<number>,
  rows: Uint32Array,
  end: number,
  visit: (count: number) => void,
): void {
  let count = 0;
  for (const row of candidates) {
    if (row >= end) continue;
    rows[count++] = row;
    if (count < BLOCK_ROWS) continue;
    visit(count);
    count = 0;
  }
  if (count > 0) visit(count);
}
