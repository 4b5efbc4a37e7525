// Operations that change points. Each can be a request of its own or one of a batch.
import type { Collection } from "./collection.ts";
import type { JsonObject } from "./json.ts";
import {
  readPayloadClearing,
  readPayloadDeletion,
  readPayloadMerge,
  readPayloadOverwrite,
} from "./payload-edits.ts";
import { readObject, readArray, noVariant, rejectOtherKeys } from "./read.ts";
import { type Call, collectionName, type Route, type Write } from "./route.ts";
import { readPointsSelector } from "./selected-points.ts";
import type { PlannedChange, PointChange } from "./storage.ts";
import { readUpsert } from "./upsert.ts";
import { readVectorDeletion, readVectorUpdate } from "./vector-edits.ts";
import { writeResult } from "./write-result.ts";

type PlanChange = (body: JsonObject, collection: Collection, name: string) => PlannedChange;

const OPERATIONS = {
  upsert: putPoints(readUpsert),
  delete: deletePoints,
  set_payload: putPoints(readPayloadMerge),
  overwrite_payload: putPoints(readPayloadOverwrite),
  delete_payload: putPoints(readPayloadDeletion),
  clear_payload: putPoints(readPayloadClearing),
  update_vectors: putPoints(readVectorUpdate),
  delete_vectors: putPoints(readVectorDeletion),
} satisfies Record<string, PlanChange>;

const POINTS = "/collections/:collection/points";

export const pointOperationRoutes: readonly Route[] = [
  { method: "PUT", path: POINTS, write: alone("upsert") },
  { method: "POST", path: `${POINTS}/delete`, write: alone("delete") },
  { method: "POST", path: `${POINTS}/payload`, write: alone("set_payload") },
  { method: "PUT", path: `${POINTS}/payload`, write: alone("overwrite_payload") },
  { method: "POST", path: `${POINTS}/payload/delete`, write: alone("delete_payload") },
  { method: "POST", path: `${POINTS}/payload/clear`, write: alone("clear_payload") },
  { method: "PUT", path: `${POINTS}/vectors`, write: alone("update_vectors") },
  { method: "POST", path: `${POINTS}/vectors/delete`, write: alone("delete_vectors") },
  { method: "POST", path: `${POINTS}/batch`, writeSteps: batch },
];

function putPoints(read: (body: JsonObject, collection: Collection) => PointChange[]): PlanChange {
  return (body, collection, name) => ({
    kind: "put-points",
    collection: name,
    points: read(body, collection),
  });
}

function deletePoints(body: JsonObject, collection: Collection, name: string): PlannedChange {
  return { kind: "delete-points", collection: name, ids: readPointsSelector(body, collection) };
}

function alone(operation: keyof typeof OPERATIONS): (call: Call) => Write {
  return (call) => planOperation(call, OPERATIONS[operation], call.body);
}

/** Each operation sees what the ones before it have done; if one is refused, none is kept. */
function batch(call: Call): (() => Write)[] {
  rejectOtherKeys(call.body, "batch", ["operations"]);
  call.database.get(collectionName(call));
  return readArray(call.body["operations"], "operations").map((given) => {
    const operation = readObject(given, "untagged enum UpdateOperation");
    const [name, ...others] = Object.keys(operation);
    if (name === undefined || others.length > 0 || !isOperation(name)) {
      throw noVariant("UpdateOperation");
    }
    return () =>
      planOperation(call, OPERATIONS[name], readObject(operation[name], `struct of ${name}`));
  });
}

function isOperation(name: string): name is keyof typeof OPERATIONS {
  return Object.hasOwn(OPERATIONS, name);
}

function planOperation(call: Call, plan: PlanChange, body: JsonObject): Write {
  const collection = call.database.get(collectionName(call));
  const name = call.database.resolve(collectionName(call))!;
  return { changes: [plan(body, collection, name)], result: writeResult(call) };
}
