// A client on a bare socket, for what fetch cannot do: leave at an exact moment, read nothing, send
// a body that never ends or lies about its length.
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface RawRequestOptions {
  /** @default "GET" */
  method?: string;
  /** Given `content-length` or `transfer-encoding` win over the computed length. */
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** Take nothing from the start. @default false */
  paused?: boolean;
}

export interface RawClient {
  /** All bytes so far, head and framing included, as UTF-8. */
  received(): string;
  bytesReceived(): number;
  /** Resolves with everything received once it contains the pattern. @default 2000 ms */
  waitFor(pattern: string | RegExp, timeoutMs?: number): Promise<string>;
  write(bytes: string | Uint8Array): void;
  /** Stops reading; the kernel still buffers some MB before the server feels it. */
  pause(): void;
  resume(): void;
  /** Leaves: the socket is closed. */
  destroy(): void;
  /** Leaves with a TCP reset. */
  reset(): void;
  /** Resolves when the connection has ended, by either side. */
  closed: Promise<void>;
}

export async function openRawRequest(
  url: string,
  options: RawRequestOptions = {},
): Promise<RawClient> {
  const target = new URL(url);
  const socket = connect({ host: target.hostname, port: Number(target.port) });
  await once(socket, "connect");
  const parts: Buffer[] = [];
  const received = (): string => Buffer.concat(parts).toString("utf8");
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
  });
  // A broken connection shows as `closed`; the reason does not matter to a client that left.
  socket.on("error", () => undefined);
  socket.on("data", (part) => parts.push(part));
  if (options.paused) socket.pause();
  socket.write(requestHead(target, options));
  if (options.body !== undefined) socket.write(options.body);

  return {
    received,
    bytesReceived: () => parts.reduce((sum, part) => sum + part.byteLength, 0),
    async waitFor(pattern, timeoutMs = 2000) {
      const deadline = performance.now() + timeoutMs;
      while (
        !(typeof pattern === "string" ? received().includes(pattern) : pattern.test(received()))
      ) {
        if (performance.now() > deadline) {
          throw new Error(
            `${pattern} did not arrive within ${timeoutMs} ms; received: ${received()}`,
          );
        }
        await sleep(2);
      }
      return received();
    },
    write: (bytes) => void socket.write(bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
    reset: () => void socket.resetAndDestroy(),
    closed,
  };
}

function requestHead(
  target: URL,
  { method = "GET", headers = {}, body }: RawRequestOptions,
): string {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  const isFramed = names.includes("content-length") || names.includes("transfer-encoding");
  const lines = [`${method} ${target.pathname}${target.search} HTTP/1.1`];
  if (!names.includes("host")) lines.push(`host: ${target.host}`);
  if (body !== undefined && !isFramed) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
