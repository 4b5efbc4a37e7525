// One real HTTP server that plays Cohere v2 and an OpenAI-compatible model, and misbehaves on order.
import { type Answer, jsonAnswer, pause, sendAnswer, type Step } from "./answer.ts";
import { type ChatRequestSeen, readChatRequest } from "./chat-request.ts";
import { type ChatTotals, type ChatWire, cohereChat, openaiChat } from "./chat-wire.ts";
import { answerEmbed, answerRerank } from "./cohere-wire.ts";
import { createFaultBook, type Fault, type FaultOptions } from "./faults.ts";
import { faultyAnswer } from "./faulty-answer.ts";
import { type LoopbackHandler, parseBody, startLoopbackServer } from "./loopback-server.ts";
import { obedientReply } from "./obedient-model.ts";
import {
  createRequestLog,
  type OnRequest,
  type RequestLog,
  type SeenRequest,
} from "./request-log.ts";

export type Operation = "embed" | "rerank" | "chat" | "models" | "unknown";

/** A text is split into words; an iterable gives the tokens itself and may be endless. */
export type Reply = string | Iterable<string> | AsyncIterable<string>;

export interface FaultServerOptions {
  /** Vector size when the request names no `output_dimension`. @default 64 */
  dimension?: number;
}

export type ServerFaultOptions = Omit<FaultOptions<SeenRequest>, "reachesTarget">;

export interface FaultServer extends Pick<RequestLog, "requests" | "openRequests" | "waitFor"> {
  /** Without a path: Cohere's base is `url` (cohere-ai) or `url/v2` (AI SDK), OpenAI's is `url/v1`. */
  url: string;
  /** The same on a port of its own, so that one of the two can be refused. */
  modelUrl: string;
  /** Run before a request is answered. */
  onRequest: OnRequest | undefined;
  /** Lets nobody connect to one of the two ports, or everybody again. */
  refuse(port: "url" | "modelUrl"): void;
  accept(port: "url" | "modelUrl"): Promise<void>;
  /** What the model says. @default the obedient model */
  reply: Reply | ((request: ChatRequestSeen) => Reply);
  /** Wait before each token but the first. @default 0 */
  tokenDelayMs: number;
  /** @default 0 */
  firstTokenDelayMs: number;
  /** Token frames per network write. @default 1 */
  tokensPerChunk: number;
  fault(operation: Operation, fault: Fault, options?: ServerFaultOptions): void;
  clearFaults(): void;
  /** Forgets faults, records and the scripted reply with its delays. */
  clear(): void;
  close(): Promise<void>;
}

const DEFAULT_SCRIPT = {
  reply: ({ prompt }: ChatRequestSeen): Reply => obedientReply(prompt),
  tokenDelayMs: 0,
  firstTokenDelayMs: 0,
  tokensPerChunk: 1,
};

export async function startFaultServer({
  dimension = 64,
}: FaultServerOptions = {}): Promise<FaultServer> {
  const log = createRequestLog();
  const faults = createFaultBook<SeenRequest>();

  const handler: LoopbackHandler = async (request, body, response) => {
    const { method = "GET", url: path = "/", headers } = request;
    const operation = findOperation(method, path);
    const facts = { operation, method, path, headers, body: parseBody(body) };
    const { seen, gone } = log.record(facts, response);
    await server.onRequest?.(seen);
    const right = async (): Promise<Answer> => answerRight(seen, server, dimension, gone);
    const planned = faults.take(seen);
    const answer = await (planned ? faultyAnswer(planned, right, gone) : right());
    await sendAnswer({ response, seen, gone, tokensPerChunk: server.tokensPerChunk }, answer);
  };
  const ports = {
    url: await startLoopbackServer(handler),
    modelUrl: await startLoopbackServer(handler),
  };

  const server: FaultServer = {
    ...DEFAULT_SCRIPT,
    url: ports.url.url,
    modelUrl: ports.modelUrl.url,
    onRequest: undefined,
    refuse: (port) => ports[port].refuse(),
    accept: (port) => ports[port].accept(),
    requests: log.requests,
    openRequests: log.openRequests,
    waitFor: log.waitFor,
    fault(operation, fault, { match, ...options } = {}) {
      faults.add(fault, {
        ...options,
        match: (seen) => seen.operation === operation && (match?.(seen) ?? true),
      });
    },
    clearFaults: faults.clear,
    clear() {
      faults.clear();
      log.clear();
      Object.assign(server, DEFAULT_SCRIPT);
      server.onRequest = undefined;
    },
    close: async () => {
      await Promise.all([ports.url.close(), ports.modelUrl.close()]);
    },
  };
  return server;
}

function findOperation(method: string, path: string): Operation {
  const route = `${method} ${path.split("?", 1)[0]}`;
  return ROUTES[route] ?? "unknown";
}

const ROUTES: Record<string, Operation> = {
  "POST /v2/embed": "embed",
  "POST /v2/rerank": "rerank",
  "POST /v2/chat": "chat",
  "POST /v1/chat/completions": "chat",
  "GET /v1/models": "models",
};

function answerRight(
  seen: SeenRequest,
  script: FaultServer,
  dimension: number,
  gone: AbortSignal,
): Answer | Promise<Answer> {
  switch (seen.operation) {
    case "embed":
      return answerEmbed(seen.body, dimension);
    case "rerank":
      return answerRerank(seen.body);
    case "chat":
      return answerChat(seen, script, gone);
    case "models":
      // `data` is OpenAI's list, `models` is Cohere's: both vendors use this path.
      return jsonAnswer(200, {
        object: "list",
        data: [{ id: "test-model", object: "model", created: 1_700_000_000, owned_by: "test" }],
        models: [{ name: "test-model", endpoints: ["chat"] }],
      });
    default:
      return jsonAnswer(404, { message: `${seen.method} ${seen.path} is not imitated` });
  }
}

async function answerChat(
  seen: SeenRequest,
  script: FaultServer,
  gone: AbortSignal,
): Promise<Answer> {
  const isCohere = seen.path.startsWith("/v2/");
  const wire = isCohere ? cohereChat : openaiChat;
  const request = readChatRequest(isCohere ? "cohere" : "openai", seen.body);
  const reply = typeof script.reply === "function" ? script.reply(request) : script.reply;
  const tokens = typeof reply === "string" ? (reply.match(/\S+\s*|\s+/g) ?? []) : reply;
  if (request.stream) {
    const headers = { "content-type": "text/event-stream", "cache-control": "no-cache" };
    return {
      head: { status: 200, headers },
      steps: streamChat(wire, request, tokens, script, gone),
    };
  }
  const totals: ChatTotals = { tokens: 0, isCapped: false };
  let text = "";
  for await (const token of capped(tokens, request.maxTokens, totals)) text += token;
  await pause(script.firstTokenDelayMs + script.tokenDelayMs * totals.tokens, gone);
  return jsonAnswer(200, wire.whole(request, text, totals));
}

async function* streamChat(
  wire: ChatWire,
  request: ChatRequestSeen,
  tokens: Exclude<Reply, string>,
  { firstTokenDelayMs, tokenDelayMs }: FaultServer,
  gone: AbortSignal,
): AsyncGenerator<Step> {
  const totals: ChatTotals = { tokens: 0, isCapped: false };
  for (const frame of wire.opening(request)) yield { bytes: Buffer.from(frame) };
  for await (const token of capped(tokens, request.maxTokens, totals)) {
    await pause(totals.tokens === 1 ? firstTokenDelayMs : tokenDelayMs, gone);
    if (gone.aborted) return;
    yield { bytes: Buffer.from(wire.token(token)), isToken: true };
  }
  for (const frame of wire.closing(request, totals)) yield { bytes: Buffer.from(frame) };
}

/** Counts into `totals` as it goes, because an endless reply has no length to ask for. */
async function* capped(
  tokens: Exclude<Reply, string>,
  maxTokens: number | undefined,
  totals: ChatTotals,
): AsyncGenerator<string> {
  for await (const token of tokens) {
    totals.isCapped = totals.tokens === maxTokens;
    if (totals.isCapped) return;
    totals.tokens += 1;
    yield token;
  }
}
