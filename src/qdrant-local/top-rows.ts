/** Keeps the best rows of a scan: a heap with the worst kept row on top. */
export interface TopRows {
  /** Whether a row of this score could be kept: asked before a filter is, because it is cheaper. */
  admits(score: number): boolean;
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
  const heap: ScoredRow[] = [];
  const compare = (a: ScoredRow, b: ScoredRow): number =>
    b.score - a.score || compareRows(a.row, b.row);

  function rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (compare(heap[at]!, heap[parent]!) <= 0) return;
      swap(heap, at, parent);
      at = parent;
    }
  }

  function sink(): void {
    let at = 0;
    for (;;) {
      let worst = at;
      for (let child = 2 * at + 1; child <= 2 * at + 2 && child < heap.length; child++) {
        if (compare(heap[child]!, heap[worst]!) > 0) worst = child;
      }
      if (worst === at) return;
      swap(heap, at, worst);
      at = worst;
    }
  }

  return {
    admits: (score) => heap.length < limit || score >= heap[0]!.score,
    offer(row, score) {
      const candidate = { row, score };
      if (heap.length < limit) {
        heap.push(candidate);
        rise(heap.length - 1);
      } else if (compare(candidate, heap[0]!) < 0) {
        heap[0] = candidate;
        sink();
      }
    },
    sorted: () => heap.toSorted(compare),
  };
}

function swap(heap: ScoredRow[], a: number, b: number): void {
  const moved = heap[a]!;
  heap[a] = heap[b]!;
  heap[b] = moved;
}
