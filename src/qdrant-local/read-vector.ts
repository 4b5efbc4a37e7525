// Vectors in a request, checked against the vectors that the collection has.
import type { Collection } from "./collection.ts";
import { notImplemented, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { noVariant, readNumbers } from "./read.ts";
import { readSparseVector } from "./sparse-vector.ts";
import type { StoredVector } from "./storage.ts";

/** Qdrant's name for the shapes that are allowed at the place of the vector. */
type VectorShapes = "QueryInterface" | "VectorStruct" | "BatchVectorStruct";

/** All vectors of one point: a list for the unnamed one, or an object by name. */
export function readPointVectors(
  given: Json,
  collection: Collection,
  field: string,
  shapes: VectorShapes,
): Map<string, StoredVector> {
  if (Array.isArray(given)) {
    return new Map([["", readVector(given, "", collection, field, shapes)]]);
  }
  if (!isObject(given)) throw noVariant(shapes);
  rejectInference(given);
  return new Map(
    Object.entries(given).map(([name, vector]) => [
      name,
      readVector(vector, name, collection, `${field}.?`, shapes),
    ]),
  );
}

/**
 * A vector for the given name, dense or sparse as the collection has it.
 * @param field where a validation error says that it is
 */
export function readVector(
  given: Json,
  name: string,
  collection: Collection,
  field: string,
  shapes: VectorShapes = "QueryInterface",
): StoredVector {
  const vector = readNumbersOfVector(given, field, shapes);
  const dense = collection.dense.get(name);
  if (!dense && !collection.sparse.has(name)) throw unknownVectorName(name);
  if (vector instanceof Float32Array !== (dense !== undefined)) {
    throw wrongInput("Conversion between sparse and regular vectors failed");
  }
  if (dense && vector instanceof Float32Array && vector.length !== dense.size) {
    const suffix = name !== "" && shapes !== "QueryInterface" ? ` for vector '${name}'` : "";
    const sizes = `expected dim: ${dense.size}, got ${vector.length}`;
    throw wrongInput(`Vector dimension error: ${sizes}${suffix}`);
  }
  rejectInfinity(vector instanceof Float32Array ? vector : vector.values, name);
  return vector;
}

export function unknownVectorName(name: string): Error {
  return wrongInput(`Not existing vector name error: ${name}`);
}

function readNumbersOfVector(given: Json, field: string, shapes: VectorShapes): StoredVector {
  const refuse = (): Error => noVariant(shapes);
  if (Array.isArray(given)) {
    if (Array.isArray(given[0])) throw notImplemented("multivectors");
    return readNumbers(given, refuse);
  }
  if (!isObject(given)) throw refuse();
  rejectInference(given);
  return readSparseVector(given, field, refuse);
}

function rejectInference(given: JsonObject): void {
  if (typeof given["model"] !== "string") return;
  if (!["text", "image", "object"].some((key) => key in given)) return;
  throw notImplemented("inference: a vector must be given as numbers");
}

/**
 * 1e39 is no f32. Qdrant 1.19 stores it as infinity, gives it back as null, and scores of NaN come
 * before all others (qdrant#9201); the text is that of the fix which is under way (qdrant#10698).
 */
function rejectInfinity(floats: Float32Array, name: string): void {
  for (let i = 0; i < floats.length; i++) {
    if (Number.isFinite(floats[i])) continue;
    throw wrongInput(
      `Vector value error: component at index ${i} of vector '${name}' is not representable as a finite float32 value`,
    );
  }
}
