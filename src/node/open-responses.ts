import type { IncomingMessage, ServerResponse } from "node:http";
import type { EventEmitter } from "node:events";

/** The responses that are being sent. */
export interface OpenResponses {
  /** Resolves when none is left, or after so many milliseconds. */
  ended(milliseconds: number): Promise<void>;
  /** Watches them no longer. */
  stop(): void;
}

/** What a socket had sent when it was looked at, and since when. */
interface Standstill {
  sent: number;
  since: number;
}

/** Looks that fit into the time for which a reader may take nothing. */
const LOOKS = 8;

/**
 * Cuts off readers who take nothing for `writeTimeout` milliseconds while something waits for them. A response whose
 * next part is not there yet waits for us: it is never cut. What the kernel has taken counts as taken, so that a
 * reader is cut only once the buffers of both sides are full.
 *
 * Nothing is done when something is written; the sockets are looked at a few times in a timeout instead.
 */
export function watchResponses(server: EventEmitter, writeTimeout: number): OpenResponses {
  const open = new Map<ServerResponse, Standstill | undefined>();
  let onEmpty: (() => void) | undefined;

  function follow(_request: IncomingMessage, response: ServerResponse): void {
    open.set(response, undefined);
    response.once("close", () => {
      open.delete(response);
      if (open.size === 0) onEmpty?.();
    });
  }

  function look(): void {
    const now = performance.now();
    for (const [response, before] of open) {
      const { socket } = response;
      if (socket === null || socket.writableLength === 0) {
        if (before !== undefined) open.set(response, undefined);
        continue;
      }
      const sent = socket.bytesWritten - socket.writableLength;
      if (before?.sent !== sent) open.set(response, { sent, since: now });
      // A reset, since what lies in the kernel's buffer is worth nothing any more and would stay there for minutes.
      else if (now - before.since >= writeTimeout) socket.resetAndDestroy();
    }
  }

  server.on("request", follow);
  const timer = setInterval(look, Math.max(1, writeTimeout / LOOKS));
  timer.unref();
  return {
    async ended(milliseconds) {
      if (open.size === 0) return;
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, milliseconds);
        onEmpty = () => {
          clearTimeout(late);
          resolve();
        };
      });
    },
    stop() {
      clearInterval(timer);
      server.off("request", follow);
    },
  };
}
