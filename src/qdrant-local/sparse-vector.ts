import { formatError, validationError } from "./envelope.ts";
import type { JsonObject } from "./json.ts";
import { readArray, readNumbers } from "./read.ts";

/** Indices ascend and are unique; values go with them. */
export interface SparseVector {
  indices: Uint32Array;
  values: Float32Array;
}

export function readSparseVector(given: JsonObject, field: string): SparseVector {
  const dimensions = readArray(given["indices"], "indices");
  const values = readNumbers(readArray(given["values"], "values"), "values");
  if (values.length !== dimensions.length) {
    throw validationError(
      `${field}.values`,
      "Validation error: must be the same length as indices [{}]",
    );
  }
  const indices = new Uint32Array(dimensions.length);
  dimensions.forEach((dimension, i) => {
    indices[i] = Number(dimension);
    if (indices[i] !== dimension) throw formatError(`invalid sparse index: ${String(dimension)}`);
  });
  return sortByIndex(indices, values, field);
}

function sortByIndex(indices: Uint32Array, values: Float32Array, field: string): SparseVector {
  if (isAscending(indices)) return { indices, values };
  const order = Array.from(indices.keys()).toSorted((a, b) => indices[a]! - indices[b]!);
  const sorted = indices.toSorted();
  if (!isAscending(sorted)) {
    throw validationError(`${field}.indices`, "Validation error: must be unique [{}]");
  }
  return { indices: sorted, values: Float32Array.from(order, (i) => values[i]!) };
}

function isAscending(indices: Uint32Array): boolean {
  for (let i = 1; i < indices.length; i++) if (indices[i - 1]! >= indices[i]!) return false;
  return true;
}
