import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ServeQdrantOptions {
  /** @default 0: any free port */
  port?: number;
  /** @default "127.0.0.1" */
  host?: string;
}

export interface QdrantServer {
  url: string;
  close(): Promise<void>;
}

interface Engine {
  fetch(request: Request): Promise<Response>;
}

/** Puts the local engine behind a port, for curl and for clients in other processes. */
export async function serveQdrant(
  engine: Engine,
  { port = 0, host = "127.0.0.1" }: ServeQdrantOptions = {},
): Promise<QdrantServer> {
  const server = createServer((incoming, outgoing) => {
    answer(engine, incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  });
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
  engine: Engine,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const disconnect = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) disconnect.abort();
  });
  const request = await toRequest(incoming, disconnect.signal);
  const response = await engine.fetch(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(new Uint8Array(await response.arrayBuffer()));
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const { method = "GET", url = "/", headers } = incoming;
  const parts: Uint8Array[] = [];
  for await (const part of incoming) parts.push(part as Uint8Array);
  return new Request(new URL(url, `http://${headers.host ?? "localhost"}`), {
    method,
    headers: { "content-type": headers["content-type"] ?? "application/json" },
    body: parts.length > 0 ? Buffer.concat(parts) : null,
    signal,
  });
}
