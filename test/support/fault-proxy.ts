// A reverse proxy on real sockets in front of any HTTP server, so that one path of a genuine Qdrant
// can hang, break or lie while the others work.
import { type IncomingMessage, type OutgoingHttpHeaders, request as sendRequest } from "node:http";
import { type Answer, jsonAnswer, readAnswer, sendAnswer, type Step } from "./answer.ts";
import { createFaultBook, type Fault, type FaultOptions } from "./faults.ts";
import { faultyAnswer } from "./faulty-answer.ts";
import { parseBody, startLoopbackServer } from "./loopback-server.ts";
import { createRequestLog, type OnRequest, type RequestLog } from "./request-log.ts";

export interface ProxiedRequest {
  method: string;
  path: string;
  body: string;
}

export type ProxyFaultOptions = Omit<FaultOptions<ProxiedRequest>, "match">;

export interface FaultProxy extends Pick<RequestLog, "requests" | "openRequests" | "waitFor"> {
  url: string;
  /** Run before a request is answered. */
  onRequest: OnRequest | undefined;
  /** Lets nobody connect, or everybody again. */
  refuse(): void;
  accept(): Promise<void>;
  /** One chunk of the target's answer counts as one token. */
  fault(
    match: (request: ProxiedRequest) => boolean,
    fault: Fault,
    options?: ProxyFaultOptions,
  ): void;
  clearFaults(): void;
  /** Forgets faults and records. */
  clear(): void;
  close(): Promise<void>;
}

export async function startFaultProxy(targetUrl: string): Promise<FaultProxy> {
  const log = createRequestLog();
  const faults = createFaultBook<ProxiedRequest>();

  const loopback = await startLoopbackServer(async (request, body, response) => {
    const { method = "GET", url: path = "/", headers } = request;
    const facts = { operation: method, method, path, headers, body: parseBody(body) };
    const { seen, gone } = log.record(facts, response);
    await proxy.onRequest?.(seen);
    let right = (): Promise<Answer> => forward(targetUrl, request, body, gone);
    const planned = faults.take({ method, path, body: body.toString("utf8") });
    if (planned?.reachesTarget) {
      const carriedOut = await buffered(await right());
      right = async () => carriedOut;
    }
    const answer = await (planned ? faultyAnswer(planned, right, gone) : right());
    await sendAnswer({ response, seen, gone, tokensPerChunk: 1 }, answer);
  });

  const proxy: FaultProxy = {
    url: loopback.url,
    onRequest: undefined,
    refuse: loopback.refuse,
    accept: loopback.accept,
    requests: log.requests,
    openRequests: log.openRequests,
    waitFor: log.waitFor,
    fault: (match, fault, options = {}) => faults.add(fault, { ...options, match }),
    clearFaults: faults.clear,
    clear() {
      faults.clear();
      log.clear();
      proxy.onRequest = undefined;
    },
    close: loopback.close,
  };
  return proxy;
}

function forward(
  targetUrl: string,
  request: IncomingMessage,
  body: Buffer,
  gone: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve) => {
    const outgoing = sendRequest(new URL(request.url ?? "/", targetUrl), {
      method: request.method,
      headers: {
        ...endToEnd(request.headers),
        host: new URL(targetUrl).host,
        "content-length": body.byteLength,
      },
      // A fresh connection each time: a kept one that the target just closed would be a fault nobody ordered.
      agent: false,
      signal: gone,
    });
    outgoing.once("response", (incoming) => {
      const head = { status: incoming.statusCode ?? 502, headers: endToEnd(incoming.headers) };
      resolve({ head, steps: relay(incoming) });
    });
    outgoing.on("error", (error) => {
      resolve(jsonAnswer(502, { message: `the proxy cannot reach its target: ${error.message}` }));
    });
    outgoing.end(body);
  });
}

async function* relay(incoming: IncomingMessage): AsyncGenerator<Step> {
  try {
    for await (const chunk of incoming) yield { bytes: chunk as Buffer, isToken: true };
  } catch {
    // The target broke off, or our client left: either way the break is passed on as it is.
    yield { ending: "reset" };
  }
}

async function buffered(answer: Answer): Promise<Answer> {
  return { ...answer, steps: [{ bytes: await readAnswer(answer) }] };
}

/** Headers that speak of one connection only must not cross to the other. */
function endToEnd(headers: IncomingMessage["headers"]): OutgoingHttpHeaders {
  const {
    connection: _connection,
    "keep-alive": _keepAlive,
    "transfer-encoding": _encoding,
    ...rest
  } = headers;
  return rest;
}
