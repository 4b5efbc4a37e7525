// The body of a create-collection request: which vectors there are, and what this engine refuses.
import { type DenseIndex, type Distance, createDenseIndex } from "./dense.ts";
import { notImplemented, validationError, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { noVariant, readObject, readVariant, rejectOtherKeys } from "./read.ts";
import { type SparseIndex, createSparseIndex } from "./sparse.ts";
import type { CollectionDefinition } from "./storage.ts";
import { checkTuning, COLLECTION_TUNING, VECTOR_TUNING } from "./tuning.ts";

const DISTANCES: readonly string[] = ["Cosine", "Dot", "Euclid", "Manhattan"];
const LARGEST_SIZE = 65_536;

export function readDefinition(body: JsonObject): CollectionDefinition {
  const { metadata, sharding_method: sharding, ...config } = body;
  rejectOtherKeys(config, "create collection", ["vectors", "sparse_vectors", ...COLLECTION_TUNING]);
  if (readVariant(sharding, ["auto", "custom"], "auto") === "custom") {
    throw notImplemented("`sharding_method` `custom`");
  }
  checkTuning(config);
  const dense = createDenseIndexes(config);
  const sparse = createSparseIndexes(config);
  const shared = dense.keys().find((name) => sparse.has(name));
  if (shared !== undefined) {
    throw wrongInput(
      `Dense and sparse vector names must be unique - duplicate found with '${shared}'`,
    );
  }
  return { config, metadata: readObject(metadata ?? {}, "a map"), payloadIndexes: {} };
}

/** Parameters by name. The unnamed vector, if there is one, has the empty name. */
export function denseParameters(config: JsonObject): JsonObject {
  const vectors = config["vectors"] ?? {};
  if (!isObject(vectors)) throw noVariant("VectorsConfig");
  return isSingle(vectors) ? { "": vectors } : vectors;
}

/** A vector may be called `size`, and then its parameters are an object. */
function isSingle(vectors: JsonObject): boolean {
  return ["size", "distance"].some((key) => key in vectors && !isObject(vectors[key]));
}

export function createDenseIndexes(config: JsonObject): Map<string, DenseIndex> {
  return new Map(
    Object.entries(denseParameters(config)).map(([name, parameters]) => {
      const field = name === "" ? "vectors" : "vectors.?";
      return [name, createDense(parameters, field)];
    }),
  );
}

function createDense(given: Json, field: string): DenseIndex {
  if (!isObject(given)) throw noVariant("VectorsConfig");
  const { size, distance } = readDenseParameters(given);
  if (!Number.isSafeInteger(size) || Number(size) < 1) throw noVariant("VectorsConfig");
  if (typeof distance !== "string" || !DISTANCES.includes(distance)) {
    throw noVariant("VectorsConfig");
  }
  checkSize(Number(size), `${field}.size`);
  checkTuning(given, `${field}.`);
  return createDenseIndex(Number(size), distance as Distance);
}

function readDenseParameters(parameters: JsonObject): JsonObject {
  rejectDatatype(parameters);
  rejectOtherKeys(parameters, "vector parameters", [
    "size",
    "distance",
    "datatype",
    ...VECTOR_TUNING,
  ]);
  return parameters;
}

export function checkSize(size: number, field: string): void {
  if (size >= 1 && size <= LARGEST_SIZE) return;
  throw validationError(field, `value ${size} invalid, must be from 1 to ${LARGEST_SIZE}`);
}

/** Parameters by name. */
export function sparseParameters(config: JsonObject): JsonObject {
  return readObject(config["sparse_vectors"] ?? {}, "a map");
}

export function createSparseIndexes(config: JsonObject): Map<string, SparseIndex> {
  return new Map(
    Object.entries(sparseParameters(config)).map(([name, given]) => [name, createSparse(given)]),
  );
}

function createSparse(given: Json): SparseIndex {
  const parameters = readObject(given ?? {}, "struct SparseVectorParams");
  rejectOtherKeys(parameters, "sparse vector parameters", ["index", "modifier"]);
  const index = readObject(parameters["index"] ?? {}, "struct SparseIndexParams");
  rejectDatatype(index);
  rejectOtherKeys(index, "sparse index parameters", [
    "full_scan_threshold",
    "on_disk",
    "memory",
    "datatype",
  ]);
  return createSparseIndex(readVariant(parameters["modifier"], ["none", "idf"], "none") === "idf");
}

function rejectDatatype(parameters: JsonObject): void {
  const datatype = readVariant(parameters["datatype"], DATATYPES, "float32");
  if (datatype !== "float32") throw notImplemented(`datatype \`${datatype}\``);
}

const DATATYPES = ["float32", "uint8", "float16", "turbo4"] as const;
