// Vector names of a collection that has points already.
import type { Collection } from "./collection.ts";
import {
  checkSize,
  createDenseIndexes,
  createSparseIndexes,
  denseParameters,
  sparseParameters,
} from "./definition.ts";
import { validationError, wrongInput } from "./envelope.ts";
import { isObject, type JsonObject } from "./json.ts";
import { checkCharacters } from "./names.ts";
import { noVariant, rejectOtherKeys } from "./read.ts";
import { type Call, collectionName, type Route, type Write } from "./route.ts";
import type { CollectionDefinition, PointChange } from "./storage.ts";
import { writeResult } from "./write-result.ts";

export const vectorNameRoutes: readonly Route[] = [
  { method: "PUT", path: "/collections/:collection/vectors/:vector", write: createVectorName },
  { method: "DELETE", path: "/collections/:collection/vectors/:vector", write: deleteVectorName },
];

/** In bytes of UTF-8. */
const LONGEST = 200;

function createVectorName(call: Call): Write {
  const name = readName(call);
  rejectOtherKeys(call.body, "vector name", ["dense", "sparse"]);
  const { dense, sparse } = call.body;
  const definition = call.database.get(collectionName(call)).definition();
  if (isObject(dense)) return redefine(call, addDense(definition, name, dense));
  if (isObject(sparse)) return redefine(call, addSparse(definition, name, sparse));
  throw noVariant("VectorNameConfig");
}

function addDense(
  definition: CollectionDefinition,
  name: string,
  parameters: JsonObject,
): CollectionDefinition {
  if (typeof parameters["size"] === "number") checkSize(parameters["size"], "dense.size");
  createDenseIndexes({ vectors: { [name]: parameters } });
  const vectors = denseParameters(definition.config);
  if (Object.hasOwn(sparseParameters(definition.config), name)) {
    throw taken("Vector", name, "as a sparse vector");
  }
  if (!Object.hasOwn(vectors, name)) {
    return withConfig(definition, { vectors: { ...vectors, [name]: parameters } });
  }
  return sameOrTaken(definition, "Vector", name, [vectors, { [name]: parameters }], DENSE_KEYS);
}

const DENSE_KEYS = ["size", "distance"];
const SPARSE_KEYS = ["modifier"];

function addSparse(
  definition: CollectionDefinition,
  name: string,
  given: JsonObject,
): CollectionDefinition {
  const { datatype = null, ...others } = given;
  const parameters = datatype === null ? others : { ...others, index: { datatype } };
  createSparseIndexes({ sparse_vectors: { [name]: parameters } });
  const vectors = sparseParameters(definition.config);
  if (Object.hasOwn(vectors, name)) {
    const both = [vectors, { [name]: parameters }] as const;
    return sameOrTaken(definition, "Sparse vector", name, both, SPARSE_KEYS);
  }
  if (Object.hasOwn(denseParameters(definition.config), name)) {
    throw taken("Vector", name, "as a dense vector");
  }
  return withConfig(definition, { sparse_vectors: { ...vectors, [name]: parameters } });
}

/** The same once more changes nothing; only what cannot be tuned later has to be the same. */
function sameOrTaken(
  definition: CollectionDefinition,
  kind: string,
  name: string,
  [existing, added]: readonly [JsonObject, JsonObject],
  keys: readonly string[],
): CollectionDefinition {
  const read = (vectors: JsonObject, key: string): unknown =>
    (vectors[name] as JsonObject | null)?.[key] ?? null;
  if (keys.every((key) => read(existing, key) === read(added, key))) return definition;
  throw taken(kind, name, "with a different configuration");
}

/** The vectors go with the name, also from a durable store; versions stay. */
function deleteVectorName(call: Call): Write {
  const name = readName(call);
  const collection = call.database.get(collectionName(call));
  const points = Array.from(pointsWithout(name, collection));
  const write = redefine(call, withoutName(collection.definition(), name));
  const resolved = call.database.resolve(collectionName(call))!;
  return {
    ...write,
    changes: [{ kind: "put-points", collection: resolved, points }, ...write.changes],
  };
}

function withoutName(definition: CollectionDefinition, name: string): CollectionDefinition {
  const { [name]: dense, ...vectors } = denseParameters(definition.config);
  if (dense !== undefined) return withConfig(definition, { vectors });
  const { [name]: sparse, ...sparseVectors } = sparseParameters(definition.config);
  if (sparse !== undefined) return withConfig(definition, { sparse_vectors: sparseVectors });
  return definition;
}

function* pointsWithout(name: string, collection: Collection): Generator<PointChange> {
  for (const row of collection.sortedRows()) {
    if (!collection.hasVector(name, row)) continue;
    const vectors = new Map(collection.vectorsOf(row));
    vectors.delete(name);
    const version = collection.versionOf(row);
    yield { id: collection.idOf(row), payload: collection.payloadOf(row), vectors, version };
  }
}

function redefine(call: Call, definition: CollectionDefinition): Write {
  const collection = call.database.resolve(collectionName(call))!;
  return {
    changes: [{ kind: "put-collection", collection, definition }],
    result: writeResult(call),
  };
}

function withConfig(definition: CollectionDefinition, config: JsonObject): CollectionDefinition {
  return { ...definition, config: { ...definition.config, ...config } };
}

function readName(call: Call): string {
  const name = call.path["vector"] ?? "";
  checkCharacters(name, "vector");
  if (new TextEncoder().encode(name).length <= LONGEST) return name;
  const text = `vector name must be at most ${LONGEST} bytes long`;
  throw validationError("vector_name", text, "path parameters");
}

function taken(kind: string, name: string, how: string): Error {
  return wrongInput(`${kind} \`${name}\` already exists ${how}`);
}
