// Rows of f32 under one another, and comparing a query with a block of them: by a WebAssembly kernel
// over a memory of its own, or by a loop over an array.
import { BLOCK_ROWS } from "./block.ts";
import { COMPARISONS } from "./comparison.ts";
import type { Kernel, Comparison } from "./kernel.ts";

export interface Slab {
  /** More do not fit into 4 GB. */
  readonly mostRows: number;
  /** Makes room for so many rows in all. Throws a RangeError where there is no memory for them. */
  reserve(rows: number): void;
  write(row: number, vector: Float32Array): void;
  /** A copy. */
  read(row: number): Float32Array;
  /** From now on the row scores NaN, which is never better than anything. */
  clear(row: number): void;
  setQuery(query: Float32Array): void;
  /** Where the numbers of the rows to compare go. */
  rows(): Uint32Array;
  /**
   * Compares the first `count` of `rows()`; their scores stand here until the next call.
   * @param areScattered whether the rows do not follow one another
   */
  score(count: number, areScattered: boolean): Float32Array;
}

/** So many scattered rows are brought near before they are compared: they fit into the nearest caches. */
const ROWS_AT_ONCE = 16;
const PAGE = 65_536;
const MOST_PAGES = 65_536;
const MOST_BYTES = MOST_PAGES * PAGE;

export function createSlab(
  size: number,
  comparison: Comparison,
  kernel: WebAssembly.Module | undefined,
): Slab {
  return kernel ? createWasmSlab(size, comparison, kernel) : createArraySlab(size, comparison);
}

/** The memory holds a block's row numbers, its scores, the query as f64, and then the rows. */
function createWasmSlab(size: number, comparison: Comparison, kernel: WebAssembly.Module): Slab {
  // The kernel takes eight numbers at a time; those that fill up a row are 0.
  const stride = Math.ceil(size / 8) * 8;
  const scoresAt = BLOCK_ROWS * 4;
  const queryAt = scoresAt + BLOCK_ROWS * 4;
  const slabAt = queryAt + stride * 8;
  const memory = new WebAssembly.Memory({
    initial: Math.ceil(slabAt / PAGE) + 1,
    maximum: MOST_PAGES,
  });
  const instance = new WebAssembly.Instance(kernel, { slab: { memory } });
  const { [comparison]: compare, touch } = instance.exports as unknown as Kernel;
  let views = createViews();

  /** Growing a memory detaches all views of it. */
  function createViews() {
    const { buffer } = memory;
    return {
      floats: new Float32Array(buffer, slabAt),
      rows: new Uint32Array(buffer, 0, BLOCK_ROWS),
      scores: new Float32Array(buffer, scoresAt, BLOCK_ROWS),
      query: new Float64Array(buffer, queryAt, stride),
    };
  }

  return {
    mostRows: Math.floor((MOST_BYTES - slabAt) / (stride * 4)),
    reserve(rows) {
      const needed = Math.ceil((slabAt + rows * stride * 4) / PAGE);
      const present = memory.buffer.byteLength / PAGE;
      if (needed <= present) return;
      memory.grow(Math.min(MOST_PAGES, Math.max(needed, present * 2)) - present);
      views = createViews();
    },
    write: (row, vector) => views.floats.set(vector, row * stride),
    read: (row) => views.floats.slice(row * stride, row * stride + size),
    clear(row) {
      views.floats[row * stride] = Number.NaN;
    },
    setQuery: (query) => views.query.set(query),
    rows: () => views.rows,
    score(count, areScattered) {
      const step = areScattered ? ROWS_AT_ONCE : count;
      for (let first = 0; first < count; first += step) {
        const length = Math.min(step, count - first);
        if (areScattered) touch(slabAt, stride * 4, first * 4, length);
        compare(slabAt, stride * 4, queryAt, first * 4, length, scoresAt + first * 4);
      }
      return views.scores;
    },
  };
}

function createArraySlab(size: number, comparison: Comparison): Slab {
  const compare = COMPARISONS[comparison];
  const blockRows = new Uint32Array(BLOCK_ROWS);
  const scores = new Float32Array(BLOCK_ROWS);
  let floats = new Float32Array(0);
  let query: Float32Array = new Float32Array(0);

  return {
    mostRows: Math.floor(MOST_BYTES / (size * 4)),
    reserve(rows) {
      if (rows * size <= floats.length) return;
      const previous = floats;
      floats = new Float32Array(Math.max(rows * size, previous.length * 2));
      floats.set(previous);
    },
    write: (row, vector) => floats.set(vector, row * size),
    read: (row) => floats.slice(row * size, (row + 1) * size),
    clear(row) {
      floats[row * size] = Number.NaN;
    },
    setQuery(given) {
      query = given;
    },
    rows: () => blockRows,
    score(count) {
      for (let i = 0; i < count; i++) scores[i] = compare(floats, blockRows[i]! * size, query);
      return scores;
    },
  };
}
