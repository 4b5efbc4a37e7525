import type { QdrantClient } from "@qdrant/js-client-rest";
import { afterEach, beforeEach } from "vitest";

export interface Connection {
  client: QdrantClient;
  close(): Promise<void>;
}

export type Connect = () => Promise<Connection>;

/** What begins so is removed before and after each case; a server may have other collections. */
export const PREFIX = "contract-suite-";
/** The collection every case works in. */
export const DOCS = `${PREFIX}docs`;
export const OTHER = `${PREFIX}docs-2`;

/** Registers the hooks of a describe block and returns what gives its cases their client. */
export function useClient(
  connect: Connect,
  prepare: (client: QdrantClient) => Promise<unknown> = async () => {},
): () => QdrantClient {
  let connection: Connection | undefined;

  beforeEach(async () => {
    connection = await connect();
    await drop(connection.client);
    await prepare(connection.client);
  });
  afterEach(async () => {
    if (connection) await drop(connection.client);
    await connection?.close();
  });
  return () => connection!.client;
}

async function drop(client: QdrantClient): Promise<void> {
  const { collections } = await client.getCollections();
  for (const { name } of collections) {
    if (name.startsWith(PREFIX)) await client.deleteCollection(name);
  }
}

export interface Refusal {
  status: number;
  error: string;
}

/** The status and the text of a request that has to fail. */
export async function refusal(request: Promise<unknown>): Promise<Refusal> {
  try {
    await request;
  } catch (thrown) {
    const { status, data } = thrown as { status: number; data: { status: { error: string } } };
    return { status, error: data.status.error };
  }
  throw new Error("expected the request to be refused");
}

/** Ids and scores in the order of the answer. */
export function hits(result: {
  points: readonly { id: string | number | bigint; score: number }[];
}): [string | number | bigint, number][] {
  return result.points.map(({ id, score }) => [id, score]);
}

export function ids(
  points: readonly { id: string | number | bigint }[],
): (string | number | bigint)[] {
  return points.map(({ id }) => id);
}
