// The body of a create-collection request: which vectors there are, and what this engine refuses.
import { type DenseIndex, type Distance, createDenseIndex } from "./dense.ts";
import { formatError, notImplemented, validationError } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { readObject, rejectOtherKeys } from "./read.ts";
import { type SparseIndex, createSparseIndex } from "./sparse.ts";
import type { CollectionDefinition } from "./storage.ts";

/** Options which change how a server stores and searches, not what it answers. */
const TUNING = [
  "hnsw_config",
  "wal_config",
  "optimizers_config",
  "quantization_config",
  "on_disk_payload",
  "payload",
  "shard_number",
  "replication_factor",
  "write_consistency_factor",
];
const VECTOR_TUNING = ["hnsw_config", "quantization_config", "on_disk", "memory"];
const DISTANCES: readonly string[] = ["Cosine", "Dot", "Euclid", "Manhattan"];
const LARGEST_SIZE = 65_536;

export function readDefinition(body: JsonObject): CollectionDefinition {
  const { metadata, ...config } = body;
  rejectOtherKeys(config, "create collection", ["vectors", "sparse_vectors", ...TUNING]);
  const definition = {
    config,
    metadata: readObject(metadata ?? {}, "metadata"),
    payloadIndexes: {},
  };
  createDenseIndexes(config);
  createSparseIndexes(config);
  return definition;
}

/** PATCH: metadata is merged, `null` removes a key; tuning is accepted and means nothing here. */
export function mergeDefinition(
  definition: CollectionDefinition,
  body: JsonObject,
): CollectionDefinition {
  rejectOtherKeys(body, "update collection", ["metadata", ...TUNING]);
  const { metadata: changes, ...tuning } = body;
  const merged = { ...definition.metadata, ...readObject(changes ?? {}, "metadata") };
  const kept = Object.entries(merged).filter(([, value]) => value !== null);
  return {
    ...definition,
    config: { ...definition.config, ...tuning },
    metadata: Object.fromEntries(kept),
  };
}

/** The unnamed vector, if there is one, has the empty name. */
export function createDenseIndexes(config: JsonObject): Map<string, DenseIndex> {
  const vectors = readObject(config["vectors"] ?? {}, "vector parameters");
  const named = "size" in vectors || "distance" in vectors ? { "": vectors } : vectors;
  return new Map(
    Object.entries(named).map(([name, parameters]) => [name, readDense(parameters, name)]),
  );
}

function readDense(given: Json, name: string): DenseIndex {
  const parameters = readObject(given, "vector parameters");
  rejectDatatype(parameters);
  rejectOtherKeys(parameters, "vector parameters", [
    "size",
    "distance",
    "datatype",
    ...VECTOR_TUNING,
  ]);
  const { size, distance } = parameters;
  if (typeof size !== "number" || !Number.isInteger(size))
    throw formatError("missing field `size`");
  if (typeof distance !== "string" || !DISTANCES.includes(distance)) {
    throw formatError(
      `unknown variant \`${String(distance)}\`, expected one of \`${DISTANCES.join("`, `")}\``,
    );
  }
  if (size < 1 || size > LARGEST_SIZE) {
    const field = name === "" ? "vectors.size" : `vectors.${name}.size`;
    throw validationError(field, `value ${size} invalid, must be from 1 to ${LARGEST_SIZE}`);
  }
  return createDenseIndex(size, distance as Distance);
}

export function createSparseIndexes(config: JsonObject): Map<string, SparseIndex> {
  const vectors = readObject(config["sparse_vectors"] ?? {}, "sparse vector parameters");
  return new Map(Object.entries(vectors).map(([name, given]) => [name, readSparse(given)]));
}

function readSparse(given: Json): SparseIndex {
  const parameters = readObject(given, "sparse vector parameters");
  rejectOtherKeys(parameters, "sparse vector parameters", ["index", "modifier"]);
  if (isObject(parameters["index"])) rejectDatatype(parameters["index"]);
  const modifier = parameters["modifier"] ?? "none";
  if (modifier !== "none" && modifier !== "idf") {
    throw formatError(`unknown variant \`${String(modifier)}\`, expected \`none\` or \`idf\``);
  }
  return createSparseIndex(modifier === "idf");
}

function rejectDatatype(parameters: JsonObject): void {
  const datatype = parameters["datatype"] ?? "float32";
  if (datatype !== "float32") throw notImplemented(`datatype \`${String(datatype)}\``);
}
