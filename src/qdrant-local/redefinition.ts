// What a PATCH makes of a collection.
import { createSparseIndexes, denseParameters, sparseParameters } from "./definition.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { mergeObjects } from "./payload.ts";
import { readObject, rejectOtherKeys } from "./read.ts";
import { unknownVectorName } from "./read-vector.ts";
import type { CollectionDefinition } from "./storage.ts";
import { checkTuning, mergeTuning, VECTOR_TUNING } from "./tuning.ts";

const PARAMETERS = [
  "replication_factor",
  "write_consistency_factor",
  "read_fan_out_factor",
  "read_fan_out_delay_ms",
  "on_disk_payload",
  "payload",
];
const SECTIONS = ["hnsw_config", "optimizers_config", "quantization_config"];

/** Metadata is merged, null removes a key; tuning is kept and means nothing here. */
export function mergeDefinition(
  definition: CollectionDefinition,
  body: JsonObject,
): CollectionDefinition {
  const { metadata, vectors, sparse_vectors: sparse, params, ...tuning } = body;
  rejectOtherKeys(tuning, "update collection", SECTIONS);
  const parameters = readObject(params ?? {}, "struct CollectionParamsDiff");
  rejectOtherKeys(parameters, "collection params", PARAMETERS);
  checkTuning({ ...tuning, ...parameters });
  const { config } = definition;
  return {
    ...definition,
    config: {
      ...mergeTuning(config, { ...tuning, ...parameters }),
      ...(vectors && { vectors: mergeVectors(config, vectors) }),
      ...(sparse && { sparse_vectors: mergeSparse(config, sparse) }),
    },
    metadata: mergeObjects(definition.metadata, readObject(metadata ?? {}, "a map")),
  };
}

function mergeVectors(config: JsonObject, changes: Json): JsonObject {
  const vectors = { ...denseParameters(config) };
  for (const [name, given] of Object.entries(readObject(changes, "a map"))) {
    const current = vectors[name];
    if (!isObject(current)) throw unknownVectorName(name);
    const tuning = readObject(given, "struct VectorParamsDiff");
    rejectOtherKeys(tuning, "update of vector parameters", VECTOR_TUNING);
    checkTuning(tuning, "vectors.?.");
    vectors[name] = mergeTuning(current, tuning);
  }
  return plainVectors(vectors);
}

function mergeSparse(config: JsonObject, changes: Json): JsonObject {
  const vectors = { ...sparseParameters(config) };
  for (const [name, given] of Object.entries(readObject(changes, "a map"))) {
    if (!Object.hasOwn(vectors, name)) throw unknownVectorName(name);
    const current = readObject(vectors[name] ?? {}, "a map");
    vectors[name] = mergeTuning(current, readObject(given, "struct SparseVectorParams"));
  }
  createSparseIndexes({ sparse_vectors: vectors });
  return vectors;
}

/** A collection with nothing but the unnamed vector has its parameters bare. */
function plainVectors(vectors: JsonObject): JsonObject {
  const unnamed = vectors[""];
  return isObject(unnamed) && Object.keys(vectors).length === 1 ? unnamed : vectors;
}
