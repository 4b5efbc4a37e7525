/** Keeps the best rows of a scan: a heap with the worst kept row on top. */
export interface TopRows {
  /** A lower score is not kept: asked before a filter is, because it is cheaper. */
  floor(): number;
  offer(row: number, score: number): void;
  /** Best first. */
  sorted(): ScoredRow[];
}

export interface ScoredRow {
  row: number;
  score: number;
}

/** @param compareRows settles ties, so that an answer does not depend on the order of insertion */
export function createTopRows(
  limit: number,
  compareRows: (a: number, b: number) => number,
): TopRows {
  // Two lists of numbers: an object for each row that is kept for a while would be most of the work.
  const rows: number[] = [];
  const scores: number[] = [];

  function isWorse(a: number, b: number): boolean {
    const [one, other] = [scores[a]!, scores[b]!];
    return one < other || (one === other && compareRows(rows[a]!, rows[b]!) > 0);
  }

  function swap(a: number, b: number): void {
    [rows[a], rows[b]] = [rows[b]!, rows[a]!];
    [scores[a], scores[b]] = [scores[b]!, scores[a]!];
  }

  function rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isWorse(at, parent)) return;
      swap(at, parent);
      at = parent;
    }
  }

  function sink(): void {
    let at = 0;
    for (;;) {
      let worst = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < rows.length; child++) {
        if (isWorse(child, worst)) worst = child;
      }
      if (worst === at) return;
      swap(at, worst);
      at = worst;
    }
  }

  return {
    floor: () => (rows.length < limit ? Number.NEGATIVE_INFINITY : scores[0]!),
    offer(row, score) {
      if (rows.length < limit) {
        rows.push(row);
        scores.push(score);
        rise(rows.length - 1);
        return;
      }
      const worst = scores[0]!;
      if (score < worst || (score === worst && compareRows(row, rows[0]!) >= 0)) return;
      rows[0] = row;
      scores[0] = score;
      sink();
    },
    sorted() {
      const kept = rows.map((row, i) => ({ row, score: scores[i]! }));
      return kept.sort((a, b) => b.score - a.score || compareRows(a.row, b.row));
    },
  };
}
