// What a test server saw, and when each request ended and by whose hand.
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** All times are `performance.now()`. Exactly one of the three end times is set at the end. */
export interface SeenRequest {
  /** "embed", "rerank", "chat" … on the fault server; "GET", "PUT" … on the proxy. */
  operation: string;
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** The parsed JSON body, or the text when it is not JSON. */
  body: unknown;
  at: number;
  /** The answer went out whole. */
  finishedAt?: number;
  /** The client left before the answer was whole. */
  closedAt?: number;
  /** A fault of ours cut the connection. */
  cutAt?: number;
  tokensSent: number;
  bytesSent: number;
}

/** What a test does at a request before it is answered. */
export type OnRequest = (request: SeenRequest) => void | Promise<void>;

export interface RequestLog {
  requests: SeenRequest[];
  /** Starts the record of one request; `gone` fires when its connection or answer ends. */
  record(request: RequestFacts, response: ServerResponse): { seen: SeenRequest; gone: AbortSignal };
  openRequests(operation?: string): SeenRequest[];
  /** The first request that satisfies the predicate, now or later. @default 2000 ms */
  waitFor(predicate: (request: SeenRequest) => boolean, timeoutMs?: number): Promise<SeenRequest>;
  clear(): void;
}

export type RequestFacts = Pick<SeenRequest, "operation" | "method" | "path" | "headers" | "body">;

export function createRequestLog(): RequestLog {
  const requests: SeenRequest[] = [];

  return {
    requests,
    record(facts, response) {
      const seen: SeenRequest = { ...facts, at: performance.now(), tokensSent: 0, bytesSent: 0 };
      const gone = new AbortController();
      requests.push(seen);
      response.once("close", () => {
        if (response.writableFinished) seen.finishedAt = performance.now();
        else if (seen.cutAt === undefined) seen.closedAt = performance.now();
        gone.abort();
      });
      return { seen, gone: gone.signal };
    },
    openRequests: (operation) =>
      requests.filter((seen) => isOpen(seen) && (operation ?? seen.operation) === seen.operation),
    async waitFor(predicate, timeoutMs = 2000) {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = requests.find(predicate);
        if (found) return found;
        if (performance.now() > deadline) throw new Error(describeMiss(requests, timeoutMs));
        // Polling, because a predicate may look at more than this log can announce.
        await sleep(2);
      }
    },
    clear() {
      requests.length = 0;
    },
  };
}

function isOpen(seen: SeenRequest): boolean {
  return (seen.finishedAt ?? seen.closedAt ?? seen.cutAt) === undefined;
}

function describeMiss(requests: SeenRequest[], timeoutMs: number): string {
  const seen = requests.map((request) => `${request.method} ${request.path}`).join(", ");
  return `no request satisfied the predicate within ${timeoutMs} ms; seen: ${seen || "none"}`;
}
