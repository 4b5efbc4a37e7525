import type { Database } from "./database.ts";
import { notFound, wrongInput } from "./envelope.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { noVariant, readArray, readObject, readString, rejectOtherKeys } from "./read.ts";
import { type Call, collectionName, type Route, type Write } from "./route.ts";

export const aliasRoutes: readonly Route[] = [
  { method: "GET", path: "/aliases", read: ({ database }) => listAliases(database) },
  { method: "GET", path: "/collections/:collection/aliases", read: collectionAliases },
  { method: "POST", path: "/collections/aliases", write: updateAliases },
];

function collectionAliases(call: Call): unknown {
  call.database.get(collectionName(call));
  return listAliases(call.database, call.database.resolve(collectionName(call)));
}

function listAliases(database: Database, collection?: string): unknown {
  const aliases = [...database.aliases]
    .filter(([, name]) => collection === undefined || name === collection)
    .map(([alias, name]) => ({ alias_name: alias, collection_name: name }));
  return { aliases };
}

/** All actions or none. (A server keeps the actions before the one that failed.) */
function updateAliases(call: Call): Write {
  rejectOtherKeys(call.body, "update aliases", ["actions"]);
  const aliases = new Map(call.database.aliases);
  for (const action of readArray(call.body["actions"], "actions")) {
    applyAction(call.database, aliases, readObject(action, "untagged enum AliasOperations"));
  }
  const change = { kind: "put-aliases", aliases: Object.fromEntries(aliases) } as const;
  return { changes: [change], result: () => true };
}

function applyAction(database: Database, aliases: Map<string, string>, action: JsonObject): void {
  rejectOtherKeys(action, "alias action", ["create_alias", "delete_alias", "rename_alias"]);
  const { create_alias: create, delete_alias: remove, rename_alias: rename } = action;
  if (isObject(create)) {
    const collection = readString(create["collection_name"], "collection_name");
    if (!database.collections.has(collection)) {
      throw notFound(`Collection \`${collection}\` doesn't exist!`);
    }
    aliases.set(readNewAlias(database, create["alias_name"], "alias_name"), collection);
  } else if (isObject(remove)) {
    // One that does not exist is no error.
    aliases.delete(readString(remove["alias_name"], "alias_name"));
  } else if (isObject(rename)) {
    const alias = readString(rename["old_alias_name"], "old_alias_name");
    const collection = aliases.get(alias);
    if (collection === undefined) throw notFound(`Alias ${alias} does not exists!`);
    const renamed = readNewAlias(database, rename["new_alias_name"], "new_alias_name");
    aliases.delete(alias);
    aliases.set(renamed, collection);
  } else {
    throw noVariant("AliasOperations");
  }
}

function readNewAlias(database: Database, value: Json | undefined, field: string): string {
  const alias = readString(value, field);
  if (!database.collections.has(alias)) return alias;
  throw wrongInput(`Collection \`${alias}\` already exists!`, 409);
}
