import type { QdrantClient } from "@qdrant/js-client-rest";
import type { Command, PointsOperation } from "./commands.ts";

export type Outcome = { status: 200; result: unknown } | { status: number; error: string };

/** One request through the official client. */
export async function perform(client: QdrantClient, command: Command): Promise<Outcome> {
  try {
    return { status: 200, result: await send(client, command) };
  } catch (thrown) {
    const { status, data } = thrown as { status?: number; data?: { status?: { error?: string } } };
    if (status === undefined) throw thrown;
    return { status, error: data?.status?.error ?? "" };
  }
}

function send(client: QdrantClient, command: Command): Promise<unknown> {
  switch (command.call) {
    case "getCollections":
    case "getAliases":
      return client[command.call]();
    case "getCollection":
    case "deleteCollection":
      return client[command.call](command.collection);
    case "updateCollectionAliases":
      return client.updateCollectionAliases(command.body as never);
    case "deletePayloadIndex":
      return client.deletePayloadIndex(command.collection, command.field, { wait: true });
    case "write":
      return sendOperation(client, command.collection, command.operation);
    default:
      return client[command.call](command.collection, { wait: true, ...command.body } as never);
  }
}

const METHODS = {
  upsert: "upsert",
  delete: "delete",
  set_payload: "setPayload",
  overwrite_payload: "overwritePayload",
  delete_payload: "deletePayload",
  clear_payload: "clearPayload",
  update_vectors: "updateVectors",
  delete_vectors: "deleteVectors",
} as const;

function sendOperation(
  client: QdrantClient,
  collection: string,
  operation: PointsOperation,
): Promise<unknown> {
  const [[name, body]] = Object.entries(operation) as [[keyof typeof METHODS, object]];
  return client[METHODS[name]](collection, { wait: true, ...body } as never);
}
