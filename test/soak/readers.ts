// What readers do: ask and read, leave, stall, stop, resume, ask twice, and store documents. Each checks what it got.
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import { openRawRequest, type RawClient } from "../support/raw-client.ts";
import { QUESTION } from "../support/upstreams.ts";

export interface ReaderOptions {
  /** Of the servers. */
  urls: string[];
  random: Random;
  /** Milliseconds after which an answer must have ended. */
  longest: number;
}

/** Something that must never happen. */
export class Violation extends Error {
  override name = "Violation";
}

/** Problems that a client may meet: everything else is a fault of ours. */
const PROBLEMS = [
  "overloaded",
  "retrieval-unavailable",
  "model-unavailable",
  "answer-truncated",
  "storage-unavailable",
  "timeout",
  "unknown-collection",
  "not-found",
];
const QUESTIONS = [QUESTION, "How long may I return a lamp?", "발수 처리 방법을 알려줘"];
/** Documents that are written again and again. */
const DOCUMENTS = 20;

/** One action; resolves with what came of it, for the summary. Rejects with a Violation. */
export type Action = (options: ReaderOptions) => Promise<string>;

export const ACTIONS: Record<string, Action> = {
  read: (options) => ask(options).then((chat) => readToEnd(chat, options)),
  "read text": (options) => readForm(options, "text/plain"),
  "read json": (options) => readForm(options, "application/json"),
  leave,
  stall,
  stop,
  resume,
  "ask twice": askTwice,
  ingest,
};

interface Chat {
  url: string;
  id: string;
  reader: RawClient;
  started: number;
}

async function ask({ urls, random }: ReaderOptions, given?: object): Promise<Chat> {
  const url = random.pick(urls);
  const id = crypto.randomUUID();
  const body = given ?? questionBody(random, id);
  const started = performance.now();
  return { url, id, started, reader: await post(`${url}/chat`, body) };
}

function questionBody(random: Random, id: string): object {
  const text = random.pick(QUESTIONS);
  if (random.chance(0.6)) return { message: text, conversationId: id };
  const messages = [
    { role: "user", content: "Tell me about tents." },
    { role: "assistant", content: "Which one?" },
    { role: "user", content: `And ${text}` },
  ];
  return { messages, id };
}

function post(url: string, body?: object, accept = "*/*"): Promise<RawClient> {
  return openRawRequest(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: body === undefined ? "" : JSON.stringify(body),
  });
}

/** The end of a whole answer: its terminal event, or the code of what came instead. */
async function readToEnd({ reader, started }: Chat, { longest }: ReaderOptions): Promise<string> {
  const text = await waitForEnd(reader, started, longest);
  reader.destroy();
  return readEnd(text);
}

/** All that came, once the response is whole or its connection has ended. */
async function waitForEnd(reader: RawClient, started: number, longest: number): Promise<string> {
  const end = new AbortController();
  void reader.closed.then(() => end.abort());
  while (!end.signal.aborted && !isWhole(reader.received())) {
    if (performance.now() - started > longest) {
      reader.destroy();
      throw new Violation(`an answer outlived ${longest} ms; it had: ${tail(reader.received())}`);
    }
    await sleep(10);
  }
  return reader.received();
}

/** By its framing. */
function isWhole(text: string): boolean {
  const split = text.indexOf("\r\n\r\n");
  if (split === -1) return false;
  const head = text.slice(0, split).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return Buffer.byteLength(text.slice(split + 4)) >= Number(length);
  return head.startsWith("http/1.1 204") || text.endsWith("\r\n0\r\n\r\n");
}

/** Exactly one terminal event in a stream; one of the known codes in a problem. */
function readEnd(text: string): string {
  const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
  if (status === undefined) throw new Violation("the connection ended without an answer");
  if (status !== "200") return readProblem(text, status);
  const ends = [...text.matchAll(/"type":"(finish|error|abort)"/g)].map(([, type]) => type!);
  if (ends.length !== 1 || !text.includes("data: [DONE]"))
    throw new Violation(`${ends.length} terminal events: ${tail(text)}`);
  return ends[0] === "error" ? readCode(text) : ends[0]!;
}

function readProblem(text: string, status: string): string {
  if (status === "204") return "204";
  if (!text.includes("application/problem+json"))
    throw new Violation(`status ${status} without a problem: ${tail(text)}`);
  return readCode(text);
}

function readCode(text: string): string {
  const code = /"code":"([a-z-]+)"/.exec(text)?.[1] ?? "none";
  if (!PROBLEMS.includes(code)) throw new Violation(`an error of ours: ${code}: ${tail(text)}`);
  return code;
}

async function readForm(options: ReaderOptions, accept: string): Promise<string> {
  const { urls, random, longest } = options;
  const started = performance.now();
  const body = questionBody(random, crypto.randomUUID());
  const reader = await post(`${random.pick(urls)}/chat`, body, accept);
  const text = await waitForEnd(reader, started, longest);
  reader.destroy();
  const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1];
  if (status === undefined)
    throw new Violation(`${accept}: the connection ended without an answer`);
  if (status !== "200") return readProblem(text, status);
  return text.includes("[answer cut short") ? "cut short" : "whole";
}

async function leave(options: ReaderOptions): Promise<string> {
  const { reader } = await ask(options);
  await sleep(options.random.fraction() ** 2 * 1500);
  if (options.random.chance(0.5)) reader.destroy();
  else reader.reset();
  return "left";
}

/** Takes nothing for a while; then leaves, or reads what there is. */
async function stall(options: ReaderOptions): Promise<string> {
  const { reader } = await ask(options);
  reader.pause();
  await sleep(options.random.fraction() * 3000);
  if (options.random.chance(0.5)) {
    reader.destroy();
    return "left";
  }
  reader.resume();
  await Promise.race([reader.closed, sleep(options.longest)]);
  reader.destroy();
  return "read on";
}

async function stop(options: ReaderOptions): Promise<string> {
  const chat = await ask(options);
  await sleep(options.random.fraction() ** 2 * 1500);
  const stopping = await post(`${chat.url}/chat/${chat.id}/stop`);
  const answer = await waitForEnd(stopping, performance.now(), 2000);
  stopping.destroy();
  const end = await readToEnd(chat, options);
  // 404: it came before the question did, or long after.
  if (!/^HTTP\/1\.1 (204|404)/.test(answer)) throw new Violation(`stop: ${tail(answer)}`);
  return end;
}

/** Leaves, and reads the answer again from its beginning. */
async function resume(options: ReaderOptions): Promise<string> {
  const chat = await ask(options);
  await sleep(options.random.fraction() ** 2 * 1500);
  chat.reader.destroy();
  const reader = await openRawRequest(`${chat.url}/chat/${chat.id}/stream`);
  return readToEnd({ ...chat, reader }, options);
}

/** The same message from two tabs. */
async function askTwice(options: ReaderOptions): Promise<string> {
  const id = crypto.randomUUID();
  const message = {
    id: crypto.randomUUID(),
    role: "user",
    parts: [{ type: "text", text: QUESTION }],
  };
  const body = { id, messages: [message], trigger: "submit-message" };
  const both = await Promise.all([ask(options, body), ask(options, body)]);
  const ends = await Promise.all(both.map((chat) => readToEnd(chat, options)));
  return ends.join(" and ");
}

async function ingest({ urls, random }: ReaderOptions): Promise<string> {
  const url = `${random.pick(urls)}/collections/soak/documents/document-${Math.floor(random.fraction() * DOCUMENTS)}`;
  const method = random.pick(["PUT", "PUT", "GET", "DELETE"]);
  const text = `# Lamp\n\n${"The lamp glows for nine hours. ".repeat(1 + random.fraction() * 40)}`;
  const started = performance.now();
  const reader = await openRawRequest(url, {
    method,
    headers: { "content-type": "application/json" },
    ...(method === "PUT" ? { body: JSON.stringify({ text }) } : {}),
  });
  const answer = await waitForEnd(reader, started, 30_000);
  reader.destroy();
  const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? "none";
  if (status.startsWith("2")) return `${method} done`;
  return `${method} ${readProblem(answer, status)}`;
}

function tail(text: string): string {
  return text.length > 1500 ? `… ${text.slice(-1500)}` : text;
}
