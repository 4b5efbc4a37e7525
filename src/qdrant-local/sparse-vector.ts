import { validationError } from "./envelope.ts";
import type { Json, JsonObject } from "./json.ts";
import { readNumbers } from "./read.ts";

/** Indices ascend and are unique; values go with them. */
export interface SparseVector {
  indices: Uint32Array;
  values: Float32Array;
}

/**
 * @param field where a validation error says that it is
 * @param refuse the error for what is no sparse vector at all
 */
export function readSparseVector(
  given: JsonObject,
  field: string,
  refuse: () => Error,
): SparseVector {
  const { indices: dimensions, values: weights } = given;
  if (!Array.isArray(dimensions) || !Array.isArray(weights)) throw refuse();
  const indices = readIndices(dimensions, refuse);
  const values = readNumbers(weights, refuse);
  if (values.length !== indices.length) {
    throw validationError(
      `${field}.values`,
      "Validation error: must be the same length as indices [{}]",
    );
  }
  return sortByIndex(indices, values, field);
}

function readIndices(dimensions: readonly Json[], refuse: () => Error): Uint32Array {
  const indices = new Uint32Array(dimensions.length);
  dimensions.forEach((dimension, i) => {
    indices[i] = Number(dimension);
    if (indices[i] !== dimension) throw refuse();
  });
  return indices;
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
