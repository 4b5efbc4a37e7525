// An example in a query: a vector, or the id of a point that has one, here or in another collection.
import type { Collection } from "./collection.ts";
import { notFound, wrongInput } from "./envelope.ts";
import { isId, readId } from "./ids.ts";
import { isObject, type Json } from "./json.ts";
import type { QueryScope } from "./query-plan.ts";
import { malformedQuery, readObject, readString, rejectOtherKeys } from "./read.ts";
import type { StoredVector } from "./storage.ts";
import { readVector } from "./read-vector.ts";

/** Where the vectors of ids are looked up. */
export interface Lookup {
  collectionName: string;
  vector: string;
}

export function readLookup(given: Json | undefined, using: string, scope: QueryScope): Lookup {
  if (given === undefined || given === null) return { collectionName: scope.name, vector: using };
  const lookup = readObject(given, "lookup_from");
  rejectOtherKeys(lookup, "lookup_from", ["collection", "vector"]);
  const { collection, vector = null } = lookup;
  return {
    collectionName: readString(collection, "collection"),
    vector: vector === null ? using : readString(vector, "vector"),
  };
}

/** Undefined where the point named has no such vector. */
export function readVectorInput(
  given: Json,
  using: string,
  lookup: Lookup,
  scope: QueryScope,
): StoredVector | undefined {
  if (!isId(given)) {
    if (!isObject(given) && !Array.isArray(given)) throw malformedQuery();
    return readVector(given, using, scope.collection, "query");
  }
  const id = readId(given);
  if (lookup.collectionName === scope.name) scope.examples.push(id);
  const vector = vectorOfPoint(given, lookup, scope);
  if (vector) checkVector(vector, using, scope.collection);
  return vector;
}

function vectorOfPoint(
  given: Json,
  { collectionName, vector }: Lookup,
  { database }: QueryScope,
): StoredVector | undefined {
  const collection = lookUpCollection(collectionName, database);
  const id = readId(given);
  const row = collection.rowOf(id);
  if (row === undefined) throw notFound(`No point with id ${id} found`);
  const dense = collection.dense.get(vector);
  const sparse = collection.sparse.get(vector);
  if (!dense && !sparse) throw wrongInput(`Not existing vector name error: ${vector}`);
  return dense?.has(row) ? dense.get(row) : sparse?.get(row);
}

/** A look-up calls a missing collection otherwise than a request for it does. */
export function lookUpCollection(name: string, database: QueryScope["database"]): Collection {
  const collection = database.collections.get(database.resolve(name) ?? "");
  if (collection) return collection;
  throw notFound(`Collection ${name} not found`);
}

/** Whether a vector from elsewhere can be compared with those of this name. */
export function checkVector(vector: StoredVector, using: string, collection: Collection): void {
  const dense = collection.dense.get(using);
  if (!dense && !collection.sparse.has(using)) {
    throw wrongInput(`Not existing vector name error: ${using}`);
  }
  if (vector instanceof Float32Array !== (dense !== undefined)) {
    throw wrongInput("Conversion between sparse and regular vectors failed");
  }
  if (dense && vector instanceof Float32Array && vector.length !== dense.size) {
    throw wrongInput(`Vector dimension error: expected dim: ${dense.size}, got ${vector.length}`);
  }
}
