import { describeCollection } from "./collection-info.ts";
import { mergeDefinition, readDefinition } from "./definition.ts";
import { validationError, wrongInput, QdrantError } from "./envelope.ts";
import type { JsonObject } from "./json.ts";
import { createPayloadIndex } from "./payload-index.ts";
import { readString, rejectOtherKeys } from "./read.ts";
import { type Call, collectionName, type Route, type Write } from "./route.ts";
import { writeResult } from "./write-result.ts";
import type { CollectionDefinition } from "./storage.ts";

export const collectionRoutes: readonly Route[] = [
  { method: "GET", path: "/collections", read: listCollections },
  { method: "GET", path: "/collections/:collection", read: getCollection },
  { method: "GET", path: "/collections/:collection/exists", read: collectionExists },
  { method: "PUT", path: "/collections/:collection", write: createCollection },
  { method: "PATCH", path: "/collections/:collection", write: updateCollection },
  { method: "DELETE", path: "/collections/:collection", write: deleteCollection },
  { method: "PUT", path: "/collections/:collection/index", write: createIndex },
  { method: "DELETE", path: "/collections/:collection/index/:field", write: deleteIndex },
];

function listCollections({ database }: Call): unknown {
  return { collections: Array.from(database.collections.keys(), (name) => ({ name })) };
}

function getCollection(call: Call): unknown {
  return describeCollection(call.database.get(collectionName(call)));
}

function collectionExists(call: Call): unknown {
  return { exists: call.database.resolve(collectionName(call)) !== undefined };
}

const FORBIDDEN_IN_NAME = /[<>:"/\\|?*\p{Cc}]/u;
const LONGEST_NAME = 255;

function createCollection(call: Call): Write {
  const name = collectionName(call);
  if (name.length > LONGEST_NAME || FORBIDDEN_IN_NAME.test(name)) {
    const text = `value "${name}" invalid, must be 1 to ${LONGEST_NAME} characters without <>:"/\\|?*`;
    throw new QdrantError(422, `Validation error in path parameters: [name: ${text}]`);
  }
  const definition = readDefinition(call.body);
  if (call.database.resolve(name) !== undefined) {
    throw wrongInput(`Collection \`${name}\` already exists!`, 409);
  }
  return {
    changes: [{ kind: "put-collection", collection: name, definition }],
    result: () => true,
  };
}

function updateCollection(call: Call): Write {
  return redefine(call, (definition) => mergeDefinition(definition, call.body));
}

function deleteCollection(call: Call): Write {
  const name = collectionName(call);
  if (!call.database.collections.has(name)) return { changes: [], result: () => false };
  return { changes: [{ kind: "drop-collection", collection: name }], result: () => true };
}

function createIndex(call: Call): Write {
  rejectOtherKeys(call.body, "create index", ["field_name", "field_schema"]);
  const field = readString(call.body["field_name"], "field_name");
  if (field === "") throw validationError("field_name", "must not be empty");
  const schema = call.body["field_schema"] ?? null;
  createPayloadIndex(field, schema);
  return redefineIndexes(call, (indexes) => ({ ...indexes, [field]: schema }));
}

function deleteIndex(call: Call): Write {
  const field = call.path["field"] ?? "";
  return redefineIndexes(call, ({ [field]: _removed, ...others }) => others);
}

function redefineIndexes(call: Call, change: (indexes: JsonObject) => JsonObject): Write {
  const write = redefine(call, (definition) => ({
    ...definition,
    payloadIndexes: change(definition.payloadIndexes),
  }));
  return { ...write, result: writeResult(call) };
}

function redefine(
  call: Call,
  change: (definition: CollectionDefinition) => CollectionDefinition,
): Write {
  const definition = change(call.database.get(collectionName(call)).definition());
  const collection = call.database.resolve(collectionName(call))!;
  return { changes: [{ kind: "put-collection", collection, definition }], result: () => true };
}
