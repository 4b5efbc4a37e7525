// A server that answers POST /chat with the frames that a test gives, and a site on another port that has the widget.
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { type LoopbackServer, parseBody, startLoopbackServer } from "./loopback-server.ts";

const WIDGET = fileURLToPath(new URL("../../.build/widget.js.txt", import.meta.url));

export interface ChatBody {
  id: string;
  trigger: string;
  messageId?: string;
  messages: { id: string; role: string; parts: { text: string }[] }[];
}

export interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: ChatBody;
}

export type Reply = (response: ServerResponse, asked: Asked) => Promise<void> | void;

export interface ScriptedChat {
  url: string;
  /** All that was asked, preflights aside. */
  asked: Asked[];
  /** What answers; a test sets it. */
  reply: Reply;
  close(): Promise<void>;
}

/** Any origin may ask, as far as a browser is concerned. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "content-type,last-event-id",
  "access-control-expose-headers": "retry-after",
};

export async function startScriptedChat(): Promise<ScriptedChat> {
  const chat: ScriptedChat = {
    url: "",
    asked: [],
    reply: () => undefined,
    close: () => server.close(),
  };
  const server = await startLoopbackServer(async (request, body, response) => {
    for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
    const { method = "GET", url: path = "/", headers } = request;
    if (method === "OPTIONS") return void response.writeHead(204).end();
    const asked = { method, path, headers, body: parseBody(body) as ChatBody };
    chat.asked.push(asked);
    await chat.reply(response, asked);
  });
  chat.url = server.url;
  return chat;
}

/** Frames as they stand on the wire, with ids where there is an answer's. */
export function toWire(frames: object[], id?: string, from = 1): string {
  return frames
    .map((frame, index) => {
      const line = id === undefined ? "" : `id: ${id}-${from + index}\n`;
      return `${line}data: ${JSON.stringify(frame)}\n\n`;
    })
    .join("");
}

export function beginStream(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
}

/** Answers everything with these frames. */
export const answerWith =
  (frames: object[], id?: string): Reply =>
  (response) =>
    void beginStream(response).end(`${toWire(frames, id)}data: [DONE]\n\n`);

export function refuseWith(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): Reply {
  const problem = {
    type: "about:blank",
    title: "",
    status,
    detail: "A detail.",
    code,
    requestId: "r",
  };
  return (response) =>
    void response
      .writeHead(status, { "content-type": "application/problem+json", ...headers })
      .end(JSON.stringify(problem));
}

export interface SourceOptions {
  title?: string;
  url?: string;
  snippet?: string;
  collection?: string;
  heading?: string[];
}

export function sourceFrame(n: number, options: SourceOptions = {}): object {
  const { title = `Title ${n}`, url = `https://shop.example/${n}` } = options;
  const { snippet = `Snippet ${n}.`, collection = "products", heading = [title, "Care"] } = options;
  const tributary = {
    n,
    collection,
    documentId: `d${n}`,
    chunkId: `c${n}`,
    score: 1,
    snippet,
    start: 0,
    end: 9,
    heading,
  };
  return { type: "source-url", sourceId: `${n}`, url, title, providerMetadata: { tributary } };
}

export interface AnswerOptions {
  id?: string;
  sources?: object[];
  citations?: object[];
  report?: object;
  answered?: boolean;
  feedback?: false;
}

/** The frames of a whole answer; its text may come in pieces. */
export function answerFrames(text: string | string[], options: AnswerOptions = {}): object[] {
  const { id = "a1", sources = [], citations = [], answered = true, feedback } = options;
  const ok = { status: "ok", ms: 1 };
  const report = options.report ?? {
    degraded: false,
    collections: [{ name: "products", status: "ok", hits: 3, ms: 12 }],
    stages: { embed: ok, condense: ok, search: ok, rerank: ok, neighbours: ok },
  };
  return [
    { type: "start", messageId: id, messageMetadata: { conversationId: "c" } },
    { type: "data-status", data: { stage: "searching", collections: 3 }, transient: true },
    { type: "data-retrieval", data: report },
    ...sources,
    { type: "data-status", data: { stage: "writing", sources: sources.length }, transient: true },
    { type: "text-start", id: "answer" },
    ...[text].flat().map((delta) => ({ type: "text-delta", id: "answer", delta })),
    { type: "text-end", id: "answer", citations: [] },
    { type: "data-citations", data: citations },
    {
      type: "finish",
      finishReason: "stop",
      messageMetadata: { answered, conversationId: "c", feedback },
    },
  ];
}

export interface Site extends Omit<LoopbackServer, "refuse" | "accept"> {
  /** What stands in the body of the page, and in its head. */
  body: string;
  head: string;
  /** Origins that the page's policy lets it talk to. */
  connect: string;
  language: string;
  /** Whether the page has a policy at all. @default true */
  hasPolicy: boolean;
}

/** A page of somebody else's, with a policy that lets nothing run or be styled but the widget. */
export async function startSite(): Promise<Site> {
  const server = await startLoopbackServer(async (request, _body, response) => {
    const path = request.url?.split("?")[0];
    if (path === "/widget.js")
      return void response
        .writeHead(200, { "content-type": "text/javascript", "cache-control": "no-store" })
        .end(readFileSync(WIDGET));
    if (path === "/strings.json")
      return void response.end(JSON.stringify({ greeting: "<img src=x onerror=alert(1)>Hallo" }));
    if (path !== "/") return void response.writeHead(404).end();
    const policy = `default-src 'none'; script-src 'self'; connect-src 'self' ${site.connect}; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'`;
    const html = `<!doctype html><html lang="${site.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>A shop</title>${site.head}</head><body><main><h1>A shop</h1>${site.body}</main></body></html>`;
    response
      .writeHead(200, {
        "content-type": "text/html; charset=utf-8",
        ...(site.hasPolicy && { "content-security-policy": policy }),
      })
      .end(html);
  });
  const site: Site = {
    url: server.url,
    close: server.close,
    body: "",
    head: '<script type="module" src="/widget.js"></script>',
    connect: "",
    language: "en",
    hasPolicy: true,
  };
  return site;
}
