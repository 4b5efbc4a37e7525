// A node:http server on a free loopback port that reads each request whole before it is answered.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface LoopbackServer {
  url: string;
  /** From now on nobody can connect; what is under way is answered and then closed. */
  refuse(): void;
  /** Listens again, at the same address. */
  accept(): Promise<void>;
  /** Ends at once: open sockets are destroyed. */
  close(): Promise<void>;
}

export type LoopbackHandler = (
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
) => Promise<void>;

export async function startLoopbackServer(handler: LoopbackHandler): Promise<LoopbackServer> {
  const underWay = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    // It came on a connection that nobody had used yet.
    if (!server.listening) return void request.socket.resetAndDestroy();
    underWay.add(response);
    response.once("close", () => underWay.delete(response));
    readBody(request)
      .then((body) => handler(request, body, response))
      .catch((error: unknown) => {
        // A mistake in a test's own reply function must be seen, not look like an injected hang.
        if (response.headersSent) return response.destroy();
        return response.writeHead(500).end(`[test server] ${String(error)}`);
      });
  });
  // Requests under test hang for as long as the test likes.
  server.requestTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    refuse() {
      server.close();
      server.closeIdleConnections();
      for (const response of underWay) response.shouldKeepAlive = false;
    },
    async accept() {
      if (server.listening) return;
      server.listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    async close() {
      server.close();
      server.closeAllConnections();
      while (underWay.size > 0) await once([...underWay][0]!, "close");
    },
  };
}

export function parseBody(body: Buffer): unknown {
  const text = body.toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
