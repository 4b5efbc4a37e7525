import type { QdrantClient } from "@qdrant/js-client-rest";
import { afterEach, beforeEach } from "vitest";

export interface Connection {
  client: QdrantClient;
  /** For what the client cannot send; `headers` are those which a server asks for. */
  url: string;
  headers?: Record<string, string>;
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
  prepare?: (client: QdrantClient) => Promise<unknown>,
): () => QdrantClient {
  const connection = useConnection(connect, prepare);
  return () => connection().client;
}

export function useConnection(
  connect: Connect,
  prepare: (client: QdrantClient) => Promise<unknown> = async () => {},
): () => Connection {
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
  return () => connection!;
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

/** Sends a body as it is, and gives the status and the text of the refusal, if it is one. */
export async function sendText(
  { url, headers }: Connection,
  method: string,
  path: string,
  body: BodyInit,
  more: Record<string, string> = {},
): Promise<Refusal> {
  const response = await fetch(url + path, {
    method,
    body,
    headers: { "content-type": "application/json", ...headers, ...more },
  });
  const { status } = (await response.json()) as { status: { error?: string } };
  return { status: response.status, error: status.error ?? "" };
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
