import { describeCollection } from "./collection-info.ts";
import { readDefinition } from "./definition.ts";
import { badRequest, wrongInput } from "./envelope.ts";
import type { JsonObject } from "./json.ts";
import { checkCharacters } from "./names.ts";
import { createPayloadIndex } from "./payload-index.ts";
import { readString, rejectOtherKeys } from "./read.ts";
import { mergeDefinition } from "./redefinition.ts";
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

function createCollection(call: Call): Write {
  const name = collectionName(call);
  checkCharacters(name, "collection");
  const definition = readDefinition(call.body);
  if (call.database.collections.has(name)) {
    throw wrongInput(`Collection \`${name}\` already exists!`, 409);
  }
  if (call.database.aliases.has(name)) {
    throw wrongInput(
      `Can't create collection with name ${name}. Alias with the same name already exists`,
    );
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
  const { body } = call;
  rejectOtherKeys(body, "create index", ["field_name", "field_schema", "field_type"]);
  const field = readString(body["field_name"], "field_name");
  const schema = body["field_schema"] ?? body["field_type"] ?? null;
  if (schema === null) {
    throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
  }
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
