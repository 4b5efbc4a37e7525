import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Fetches } from "./thread-fetch.ts";

export interface ServeQdrantOptions {
  /** @default 0: any free port */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
}

export interface QdrantServer {
  url: string;
  /** Frees the port and cuts open connections. */
  close(): Promise<void>;
}

/** A server's own limit, in bytes. */
const LARGEST_BODY = 32 * 1024 * 1024;
/** Longer than the client keeps an idle connection, so that it never sends into one that is being closed. */
const KEEP_ALIVE = 75_000;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** Puts the local engine behind a port, for curl and for clients in other processes. */
export async function serveQdrant(
  engine: Fetches,
  { port = 0, host = "127.0.0.1" }: ServeQdrantOptions = {},
): Promise<QdrantServer> {
  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => undefined);
    answer(engine, incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent || incoming.socket.destroyed) outgoing.destroy();
      else refuse(outgoing, 500, `Service internal error: ${String(error)}`);
    });
  });
  server.keepAliveTimeout = KEEP_ALIVE;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${actual}`,
    close() {
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
      });
      server.closeAllConnections();
      return closed;
    },
  };
}

async function answer(
  engine: Fetches,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const disconnect = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) disconnect.abort();
  });
  const { method = "GET" } = incoming;
  const url = URL.parse(`http://qdrant.local${incoming.url ?? "/"}`);
  if (!METHODS.includes(method)) return refuse(outgoing, 405, `Method ${method} is not allowed`);
  if (url === null) return refuse(outgoing, 400, "Wrong input: malformed address");
  const body = await readBody(incoming);
  if ("refusal" in body) return refuse(outgoing, 400, body.refusal);

  const hasBody = method !== "GET" && method !== "HEAD" && body.bytes.length > 0;
  const request = new Request(url, {
    // Node leaves out the body of an answer to HEAD by itself.
    method: method === "HEAD" ? "GET" : method,
    ...(hasBody ? { body: body.bytes } : {}),
    signal: disconnect.signal,
  });
  const response = await engine.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
}

/** What is too large is refused as soon as that is known; the rest of it is read past and dropped. */
async function readBody(
  incoming: IncomingMessage,
): Promise<{ bytes: Uint8Array<ArrayBuffer> } | { refusal: string }> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  if (announced > LARGEST_BODY) {
    incoming.resume();
    return {
      refusal: `JSON payload (${announced} bytes) is larger than allowed (limit: ${LARGEST_BODY} bytes).`,
    };
  }
  return new Promise((resolve, reject) => {
    let parts: Buffer[] = [];
    let size = 0;
    incoming.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= LARGEST_BODY) return void parts.push(part);
      parts = [];
      resolve({
        refusal: `JSON payload has exceeded limit (${LARGEST_BODY} bytes).`,
      });
    });
    incoming.once("end", () => resolve({ bytes: Buffer.concat(parts) }));
    incoming.once("error", reject);
  });
}

function refuse(outgoing: ServerResponse, status: number, error: string): void {
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ status: { error }, time: 0 }));
}
