// The rows in the order of a number they have: for ranges of numbers and of points in time.
import type { Bounds } from "./range.ts";
import { isWithin } from "./range.ts";
import { createRowMarks } from "./row-list.ts";

export interface RangeIndex {
  /** What the row has now: none, one or several numbers. */
  set(row: number, numbers: readonly number[]): void;
  numbersOf(row: number): readonly number[];
  /** The rows with a number within the bounds, ascending. */
  rowsWithin(bounds: Bounds, rowLimit: number): Uint32Array;
}

interface Sorted {
  numbers: Float64Array;
  rows: Uint32Array;
}

/** Sorting is put off until so many rows, and so large a part of them, have changed. */
const MANY = 1024;
const PART = 1 / 8;

export function createRangeIndex(): RangeIndex {
  const numbersOf: (readonly number[] | undefined)[] = [];
  /** Rows whose entries in `sorted` are not true any more. */
  const changed = new Set<number>();
  let sorted: Sorted = { numbers: new Float64Array(0), rows: new Uint32Array(0) };

  function sortIfNeeded(): void {
    if (changed.size < MANY || changed.size < sorted.rows.length * PART) return;
    sorted = sort(numbersOf);
    changed.clear();
  }

  return {
    set(row, numbers) {
      numbersOf[row] = numbers.length > 0 ? numbers : undefined;
      changed.add(row);
    },
    numbersOf: (row) => numbersOf[row] ?? [],
    rowsWithin(bounds, rowLimit) {
      sortIfNeeded();
      const { numbers, rows } = sorted;
      const marks = createRowMarks(rowLimit);
      const end = firstWhere(numbers, bounds.isAbove);
      for (let i = firstWhere(numbers, (value) => !bounds.isBelow(value)); i < end; i++) {
        marks.mark(rows[i]!);
      }
      for (const row of changed) {
        if (numbersOf[row]?.some((value) => isWithin(bounds, value))) marks.mark(row);
        else marks.unmark(row);
      }
      return marks.rows();
    },
  };
}

function sort(numbersOf: readonly (readonly number[] | undefined)[]): Sorted {
  const entries: { row: number; value: number }[] = [];
  numbersOf.forEach((numbers, row) => {
    for (const value of numbers ?? []) entries.push({ row, value });
  });
  entries.sort((a, b) => a.value - b.value);
  return {
    numbers: Float64Array.from(entries, ({ value }) => value),
    rows: Uint32Array.from(entries, ({ row }) => row),
  };
}

/** @param isPast false for the small numbers and true from some number on */
function firstWhere(numbers: Float64Array, isPast: (value: number) => boolean): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isPast(numbers[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
