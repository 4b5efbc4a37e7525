// For each dimension the rows that have it, with their weights. All lists lie in two arrays: an index
// has 100,000 dimensions and more, and two arrays for each would cost more than what is in them.

export interface Postings {
  /** Returns the place in the list of the dimension. */
  append(dimension: number, row: number, weight: number): number;
  /** The last entry takes the place, and its row is returned. */
  remove(dimension: number, place: number): number;
  lengthOf(dimension: number): number;
  /** A view, valid until the next append. */
  rowsOf(dimension: number): Uint32Array;
  /** Adds weight times weight to the sum of each row of the list. */
  addProducts(dimension: number, weight: number, sums: Float64Array): void;
}

const FIRST_CAPACITY = 4;
const FIRST_ENTRIES = 1024;

export function createPostings(): Postings {
  /** Dimension → list. A list that has become empty stays. */
  const lists = new Map<number, number>();
  const starts: number[] = [];
  const lengths: number[] = [];
  const capacities: number[] = [];
  const entries = createEntries();

  function create(dimension: number): number {
    const list = starts.length;
    lists.set(dimension, list);
    starts.push(entries.occupy(FIRST_CAPACITY));
    lengths.push(0);
    capacities.push(FIRST_CAPACITY);
    return list;
  }

  function grow(list: number): void {
    const capacity = capacities[list]!;
    starts[list] = entries.move(starts[list]!, capacity);
    capacities[list] = capacity * 2;
  }

  return {
    append(dimension, row, weight) {
      const list = lists.get(dimension) ?? create(dimension);
      const length = lengths[list]!;
      if (length === capacities[list]!) grow(list);
      const at = starts[list]! + length;
      entries.rows[at] = row;
      entries.weights[at] = weight;
      lengths[list] = length + 1;
      return length;
    },
    remove(dimension, place) {
      const { rows, weights } = entries;
      const list = lists.get(dimension)!;
      const last = starts[list]! + --lengths[list]!;
      const at = starts[list]! + place;
      weights[at] = weights[last]!;
      return (rows[at] = rows[last]!);
    },
    lengthOf(dimension) {
      const list = lists.get(dimension);
      return list === undefined ? 0 : lengths[list]!;
    },
    rowsOf(dimension) {
      const list = lists.get(dimension);
      if (list === undefined) return new Uint32Array(0);
      return entries.rows.subarray(starts[list]!, starts[list]! + lengths[list]!);
    },
    addProducts(dimension, weight, sums) {
      const list = lists.get(dimension);
      if (list === undefined) return;
      const { rows, weights } = entries;
      const stop = starts[list]! + lengths[list]!;
      for (let i = starts[list]!; i < stop; i++) sums[rows[i]!]! += weight * weights[i]!;
    },
  };
}

interface Entries {
  rows: Uint32Array;
  weights: Float32Array;
  /** Returns where there is room for so many. */
  occupy(capacity: number): number;
  /** Moves a full list to where it can have twice as many entries. */
  move(start: number, capacity: number): number;
}

function createEntries(): Entries {
  /** Capacity → where lists were which have grown out of it. */
  const vacant = new Map<number, number[]>();
  let end = 0;

  function extend(): void {
    const { rows, weights } = entries;
    const size = Math.max(end, rows.length * 2);
    entries.rows = new Uint32Array(size);
    entries.rows.set(rows);
    entries.weights = new Float32Array(size);
    entries.weights.set(weights);
  }

  const entries: Entries = {
    rows: new Uint32Array(FIRST_ENTRIES),
    weights: new Float32Array(FIRST_ENTRIES),
    occupy(capacity) {
      const found = vacant.get(capacity)?.pop();
      if (found !== undefined) return found;
      const start = end;
      end += capacity;
      if (end > entries.rows.length) extend();
      return start;
    },
    move(start, capacity) {
      const next = entries.occupy(capacity * 2);
      entries.rows.copyWithin(next, start, start + capacity);
      entries.weights.copyWithin(next, start, start + capacity);
      const others = vacant.get(capacity);
      if (others) others.push(start);
      else vacant.set(capacity, [start]);
      return next;
    },
  };
  return entries;
}
