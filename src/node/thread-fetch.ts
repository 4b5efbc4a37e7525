import type { MessagePort } from "node:worker_threads";
import { answerCalls, makeCalls } from "./thread-calls.ts";

/** Anything that answers requests as the global `fetch` does. */
export interface Fetches {
  fetch(request: Request): Promise<Response>;
}

interface PlainRequest {
  method: string;
  url: string;
  body: ArrayBuffer | undefined;
}

interface PlainResponse {
  status: number;
  contentType: string | undefined;
  body: ArrayBuffer;
}

export interface FetchPort extends Fetches {
  /** Rejects all that is open or comes later. */
  end(error: Error): void;
}

/** Requests answered in another thread. Whoever learns that it has gone calls `end`. */
export function fetchThrough(port: MessagePort): FetchPort {
  const calls = makeCalls<PlainRequest, PlainResponse>(port);
  return {
    end: calls.end,
    async fetch(request) {
      const { method, url, signal } = request;
      const body = request.body === null ? undefined : await request.arrayBuffer();
      const transfer = body === undefined ? [] : [body];
      const answer = await calls.call({ value: { method, url, body }, transfer }, signal);
      const headers: Record<string, string> =
        answer.contentType === undefined ? {} : { "content-type": answer.contentType };
      return new Response(answer.body, { status: answer.status, headers });
    },
  };
}

/** The other side: what comes through the port is answered by `engine`. */
export function serveThrough(port: MessagePort, engine: Fetches): void {
  answerCalls<PlainRequest, PlainResponse>(port, async ({ method, url, body }, signal) => {
    const response = await engine.fetch(
      new Request(url, { method, signal, ...(body === undefined ? {} : { body }) }),
    );
    const bytes = await response.arrayBuffer();
    return {
      value: {
        status: response.status,
        contentType: response.headers.get("content-type") ?? undefined,
        body: bytes,
      },
      transfer: [bytes],
    };
  });
}
