import { notFound } from "./envelope.ts";
import { readId, readPathId } from "./ids.ts";
import { readArray, rejectOtherKeys } from "./read.ts";
import { readDescription } from "./record.ts";
import { type Call, collectionName, type Route } from "./route.ts";

export const pointRoutes: readonly Route[] = [
  { method: "POST", path: "/collections/:collection/points", read: retrieve },
  { method: "GET", path: "/collections/:collection/points/:id", read: getPoint },
];

function retrieve(call: Call): unknown {
  const { body } = call;
  rejectOtherKeys(body, "retrieve", ["ids", "with_payload", "with_vector", "with_vectors"]);
  const collection = call.database.get(collectionName(call));
  const describe = readDescription(body, collection, true);
  const ids = new Set(readArray(body["ids"], "ids").map(readId));
  return Array.from(ids, collection.rowOf)
    .filter((row) => row !== undefined)
    .map(describe);
}

function getPoint(call: Call): unknown {
  const collection = call.database.get(collectionName(call));
  const id = readPathId(call.path["id"] ?? "");
  const row = collection.rowOf(id);
  if (row === undefined) throw notFound(`Point with id ${id} does not exists!`);
  return readDescription({ with_vector: true }, collection, true)(row);
}
