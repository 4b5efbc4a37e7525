// Row numbers in ascending order, as the indexes keep them and as selections are made of.

/** The rows which have one value of an indexed field. */
export interface RowList {
  readonly length: number;
  add(row: number): void;
  remove(row: number): void;
  /** Ascending; a view which the next change spoils. */
  rows(): Uint32Array;
}

export function createRowList(): RowList {
  let rows = new Uint32Array(4);
  let length = 0;

  return {
    get length() {
      return length;
    },
    add(row) {
      const at = length > 0 && rows[length - 1]! >= row ? findRow(rows, length, row) : length;
      if (at < length && rows[at] === row) return;
      if (length === rows.length) {
        const grown = new Uint32Array(length * 2);
        grown.set(rows);
        rows = grown;
      }
      rows.copyWithin(at + 1, at, length);
      rows[at] = row;
      length++;
    },
    remove(row) {
      const at = findRow(rows, length, row);
      if (at === length || rows[at] !== row) return;
      rows.copyWithin(at, at + 1, length);
      length--;
    },
    rows: () => rows.subarray(0, length),
  };
}

/** The place of the first row that is not smaller. */
function findRow(rows: Uint32Array, length: number, row: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Marks rows one by one and lists them in order: cheaper than sorting. */
export interface RowMarks {
  mark(row: number): void;
  unmark(row: number): void;
  has(row: number): boolean;
  rows(): Uint32Array;
}

export function createRowMarks(rowLimit: number): RowMarks {
  const marks = new Uint8Array(rowLimit);
  let count = 0;

  return {
    mark(row) {
      count += 1 - marks[row]!;
      marks[row] = 1;
    },
    unmark(row) {
      count -= marks[row]!;
      marks[row] = 0;
    },
    has: (row) => marks[row] === 1,
    rows() {
      const rows = new Uint32Array(count);
      let at = 0;
      for (let row = 0; at < count; row++) if (marks[row] === 1) rows[at++] = row;
      return rows;
    },
  };
}

/** Both ascending; one much shorter than the other is looked up in it. */
export function intersectRows(a: Uint32Array, b: Uint32Array): Uint32Array {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  const found = new Uint32Array(short.length);
  let count = 0;
  let from = 0;
  const isMuchLonger = long.length > short.length * 16;
  for (const row of short) {
    if (isMuchLonger) from = findRow(long, long.length, row);
    else while (from < long.length && long[from]! < row) from++;
    if (long[from] === row) found[count++] = row;
  }
  return found.subarray(0, count);
}
