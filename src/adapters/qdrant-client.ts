import type { QdrantClient } from "@qdrant/js-client-rest";
import type { EmbeddingSpace } from "../ports.ts";
import { qdrantCall } from "./qdrant-error.ts";

export interface QdrantOptions {
  /** For example `https://qdrant.example:6333`; a path becomes the client's prefix. */
  url: string;
  apiKey?: string | undefined;
}

export type Api = ReturnType<QdrantClient["api"]>;

const SCHEMA = 1;

/**
 * The raw operations of the official client, on a client without a time-out of its own: only so does it let a signal
 * cancel a request.
 */
export async function createQdrantApi(options: QdrantOptions): Promise<Api> {
  const { QdrantClient: Client } = await importClient();
  return createClient(Client, options).api();
}

/**
 * Imports the client while `JSON.rawJSON` is out of sight. Where the client finds it, it looks at every value of every
 * request and answer one by one, for integers beyond 2^53: about a tenth of the CPU of a chat. We have none: ids are UUIDs.
 */
async function importClient(): Promise<{ QdrantClient: typeof QdrantClient }> {
  const rawJson = Object.getOwnPropertyDescriptor(JSON, "rawJSON");
  Reflect.deleteProperty(JSON, "rawJSON");
  try {
    return await import("@qdrant/js-client-rest");
  } finally {
    if (rawJson !== undefined) Object.defineProperty(JSON, "rawJSON", rawJson);
  }
}

function createClient(Client: typeof QdrantClient, options: QdrantOptions): QdrantClient {
  const url = new URL(options.url);
  const secure = url.protocol === "https:";
  return new Client({
    host: url.hostname,
    https: secure,
    // The client would add :6333 to a URL without a port, and drops the default port of a scheme.
    port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
    ...(url.pathname === "/" ? {} : { prefix: url.pathname }),
    ...(options.apiKey === undefined ? {} : { apiKey: options.apiKey }),
    checkCompatibility: false,
    timeout: Infinity,
  });
}

/** The vectors of one of our collections, and our mark. */
export function collectionSchema(embedding: EmbeddingSpace | undefined): Record<string, unknown> {
  return {
    vectors:
      embedding === undefined ? {} : { dense: { size: embedding.dimension, distance: "Cosine" } },
    sparse_vectors: { sparse: {} },
    metadata: { tributary: { schema: SCHEMA, embedding: embedding ?? null } },
  };
}

/** Makes a collection with keyword indexes where there is none; tells whether there was none. */
export async function createIfMissing(
  api: Api,
  name: string,
  schema: Record<string, unknown>,
  keywords: string[],
  signal: AbortSignal,
): Promise<boolean> {
  const found = await qdrantCall("collection exists", signal, () =>
    api.collectionExists({ collection_name: name }, { signal }),
  );
  if (found.exists === true) return false;
  await qdrantCall("create collection", signal, () =>
    api.createCollection({ collection_name: name, ...schema }, { signal }),
  ).catch((error: { status?: number }) => {
    // Somebody else made it in between.
    if (error.status !== 409) throw error;
  });
  for (const field of keywords) {
    await qdrantCall("create index", signal, () =>
      api.createFieldIndex(
        { collection_name: name, wait: true, field_name: field, field_schema: "keyword" },
        { signal },
      ),
    );
  }
  return true;
}
