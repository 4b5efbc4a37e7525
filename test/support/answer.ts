// Every answer of the test servers is a head and a series of steps, so that a fault is a function
// from answer to answer and one place alone writes to the socket.
import { once } from "node:events";
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { SeenRequest } from "./request-log.ts";

/** What ends an answer that does not simply finish. */
export type Ending = "hang" | "fin" | "reset";

export type Step = { bytes: Uint8Array; isToken?: boolean } | { ending: Ending };

export interface Answer {
  /** Without a head, not one byte is written before the ending. */
  head?: { status: number; headers: OutgoingHttpHeaders };
  steps: AsyncIterable<Step> | Iterable<Step>;
}

/** One request under way: where to write, what to record, and the signal that nobody listens. */
export interface Exchange {
  response: ServerResponse;
  seen: SeenRequest;
  gone: AbortSignal;
  /** Token frames gathered into one network write. */
  tokensPerChunk: number;
}

export function jsonAnswer(
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Answer {
  return textAnswer(status, "application/json", JSON.stringify(body), headers);
}

export function textAnswer(
  status: number,
  contentType: string,
  body: string,
  headers: OutgoingHttpHeaders = {},
): Answer {
  return {
    head: { status, headers: { "content-type": contentType, ...headers } },
    steps: [{ bytes: Buffer.from(body) }],
  };
}

/** The body of an answer; an ending counts as the end. */
export async function readAnswer(answer: Answer): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const step of answer.steps) {
    if ("ending" in step) break;
    parts.push(step.bytes);
  }
  return Buffer.concat(parts);
}

export async function sendAnswer(exchange: Exchange, answer: Answer): Promise<void> {
  const { response, gone } = exchange;
  if (gone.aborted) return;
  if (answer.head) {
    response.writeHead(answer.head.status, answer.head.headers);
    response.flushHeaders();
  }
  let gathered: Uint8Array[] = [];
  let tokens = 0;
  const flush = async (): Promise<void> => {
    if (gathered.length > 0) await writeFully(exchange, Buffer.concat(gathered), tokens);
    gathered = [];
    tokens = 0;
  };
  for await (const step of answer.steps) {
    if (gone.aborted) return;
    if ("ending" in step) {
      await flush();
      return end(exchange, step.ending);
    }
    gathered.push(step.bytes);
    if (step.isToken) tokens += 1;
    if (!step.isToken || tokens >= exchange.tokensPerChunk) await flush();
  }
  await flush();
  if (!gone.aborted) response.end();
}

/** Sleeps, but not past the moment the client leaves. */
export async function pause(milliseconds: number, gone: AbortSignal): Promise<void> {
  if (milliseconds > 0)
    await sleep(milliseconds, undefined, { signal: gone }).catch(() => undefined);
}

async function writeFully(exchange: Exchange, bytes: Uint8Array, tokens: number): Promise<void> {
  const { response, seen, gone } = exchange;
  if (gone.aborted) return;
  const hasRoom = response.write(bytes);
  seen.tokensSent += tokens;
  seen.bytesSent += bytes.byteLength;
  if (!hasRoom) await once(response, "drain", { signal: gone }).catch(() => undefined);
}

async function end({ response, seen, gone }: Exchange, ending: Ending): Promise<void> {
  if (ending === "hang") return;
  // A RST lets the kernel throw away bytes still in flight; a short wait lets them arrive, so that
  // "reset after n bytes" means the client has seen n bytes.
  if (response.headersSent) await pause(5, gone);
  if (gone.aborted) return;
  seen.cutAt = performance.now();
  if (ending === "fin") response.socket?.end();
  else response.socket?.resetAndDestroy();
}
