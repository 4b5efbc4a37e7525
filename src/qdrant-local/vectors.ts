// All vectors of a collection: one index per vector name.
import { createDenseIndexes, createSparseIndexes } from "./definition.ts";
import type { DenseIndex } from "./dense.ts";
import type { JsonObject } from "./json.ts";
import type { SparseIndex } from "./sparse.ts";
import type { StoredVector } from "./storage.ts";

export interface Vectors {
  readonly dense: ReadonlyMap<string, DenseIndex>;
  readonly sparse: ReadonlyMap<string, SparseIndex>;
  /** Makes room for so many rows in all, or refuses. */
  reserve(rows: number): void;
  /** Replaces all vectors of a row: a name that is not given has none. */
  put(row: number, vectors: ReadonlyMap<string, StoredVector>): void;
  get(row: number): Map<string, StoredVector>;
  has(name: string, row: number): boolean;
  /** Makes the names those of the configuration: one that stays keeps its vectors. */
  define(config: JsonObject): void;
}

export function createVectors(config: JsonObject): Vectors {
  const dense = createDenseIndexes(config);
  const sparse = createSparseIndexes(config);
  return {
    dense,
    sparse,
    reserve(rows) {
      for (const index of dense.values()) index.reserve(rows);
    },
    put(row, vectors) {
      for (const [name, index] of dense) {
        const vector = vectors.get(name);
        if (vector instanceof Float32Array) index.set(row, vector);
        else index.delete(row);
      }
      for (const [name, index] of sparse) {
        const vector = vectors.get(name);
        if (vector && !(vector instanceof Float32Array)) index.set(row, vector);
        else index.delete(row);
      }
    },
    get(row) {
      const found = new Map<string, StoredVector>();
      for (const [name, index] of dense) if (index.has(row)) found.set(name, index.get(row));
      for (const [name, index] of sparse) {
        const vector = index.get(row);
        if (vector) found.set(name, vector);
      }
      return found;
    },
    define(config) {
      replaceNames(dense, createDenseIndexes(config));
      replaceNames(sparse, createSparseIndexes(config));
    },
    has: (name, row) => (dense.get(name) ?? sparse.get(name))?.has(row) ?? false,
  };
}

function replaceNames<Index>(current: Map<string, Index>, next: ReadonlyMap<string, Index>): void {
  for (const name of current.keys()) if (!next.has(name)) current.delete(name);
  for (const [name, index] of next) if (!current.has(name)) current.set(name, index);
}
