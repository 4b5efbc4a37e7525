// Dense vectors: one slab of f32 per named vector, addressed by the row of the point.
import { fillBlocks, type VisitBlock } from "./block.ts";
import { notImplemented } from "./envelope.ts";
import { normalise } from "./float.ts";
import { type Comparison, loadKernel } from "./kernel.ts";
import { createSlab, type Slab } from "./slab.ts";

export type Distance = "Cosine" | "Dot" | "Euclid" | "Manhattan";

export interface DenseIndex {
  readonly size: number;
  readonly distance: Distance;
  readonly count: number;
  has(row: number): boolean;
  get(row: number): Float32Array;
  /** Makes room for so many rows in all, or refuses: what is set afterwards cannot fail. */
  reserve(rows: number): void;
  set(row: number, vector: Float32Array): void;
  delete(row: number): void;
  /** Compares the query with the given rows, or all, a block at a time. */
  scan(query: Float32Array, candidates: Iterable<number> | undefined, visit: VisitBlock): void;
}

const COMPARISONS: Record<Distance, Comparison> = {
  Cosine: "dot",
  Dot: "dot",
  Euclid: "squares",
  Manhattan: "differences",
};

/** @param kernel the loop in JavaScript does the comparing where it is undefined */
export function createDenseIndex(
  size: number,
  distance: Distance,
  kernel: () => WebAssembly.Module | undefined = loadKernel,
): DenseIndex {
  let slab: Slab | undefined;
  let present = new Uint8Array(0);
  let count = 0;
  /** Rows at and past this one were never set. */
  let end = 0;

  /** Made at the first use: many an index is only there to check a definition. */
  function openSlab(): Slab {
    slab ??= createSlab(size, COMPARISONS[distance], kernel());
    return slab;
  }

  function reserve(rows: number): void {
    const { mostRows } = openSlab();
    if (rows > mostRows) {
      throw notImplemented(`more than ${mostRows} points with vectors of ${size} numbers (4 GB)`);
    }
    openSlab().reserve(rows);
    if (rows <= present.length) return;
    const previous = present;
    present = new Uint8Array(Math.max(rows, previous.length * 2));
    present.set(previous);
  }

  return {
    size,
    distance,
    get count() {
      return count;
    },
    has: (row) => present[row] === 1,
    get: (row) => openSlab().read(row),
    reserve,
    set(row, vector) {
      reserve(row + 1);
      const rows = openSlab();
      while (end < row) rows.clear(end++);
      if (end === row) end++;
      if (present[row] === 0) count++;
      present[row] = 1;
      rows.write(row, distance === "Cosine" ? normalise(vector) : vector);
    },
    delete(row) {
      if (present[row] !== 1) return;
      present[row] = 0;
      count--;
      openSlab().clear(row);
    },
    scan(query, candidates, visit) {
      if (end === 0) return;
      const rows = openSlab();
      rows.setQuery(distance === "Cosine" ? normalise(query) : query);
      const numbers = rows.rows();
      const areScattered = candidates !== undefined;
      fillBlocks(numbers, candidates, end, (length) =>
        visit(numbers, rows.score(length, areScattered), length),
      );
    },
  };
}

/** What a score inside a scan is on the wire: distances are kept negated, Euclid also squared. */
export function presentScore(distance: Distance, score: number): number {
  if (distance === "Euclid") return Math.fround(Math.sqrt(-score));
  return distance === "Manhattan" ? -score : score;
}

/** Strict, as on the server: a point exactly at the threshold is left out. */
export function passesThreshold(distance: Distance, score: number, threshold: number): boolean {
  return distance === "Euclid" || distance === "Manhattan" ? score < threshold : score > threshold;
}
