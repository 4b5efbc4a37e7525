// The application as its entries put it together, for tests that run on Node and in workerd.
import type { Database } from "db0";
import { createApp } from "../../src/app.ts";
import { readConfig } from "../../src/config.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../src/qdrant-local/install.ts";
import { loadSamples, type Samples } from "../../src/samples.ts";
import type { Platform } from "../../src/platform.ts";
import { createServices, type Services } from "../../src/services.ts";
import type { AnswerCheck, ApiDocument } from "./answer-check.ts";
import { complain } from "./complaints.ts";

const prompts = import.meta.glob<string>("../../prompts/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});
const pages = import.meta.glob<string>("../../src/routes/*.html", {
  query: "?raw",
  import: "default",
  eager: true,
});
const browserCode = import.meta.glob<string>("../../.build/*.js.txt", {
  query: "?raw",
  import: "default",
  eager: true,
});
const documents = import.meta.glob<string>("../../fixtures/*/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface OpenApp {
  services: Services;
  /** Everything that went to the operator's log. */
  log: Record<string, unknown>[];
  request(path: string, init?: RequestInit): Promise<Response>;
  /** POST with a JSON body. */
  post(
    path: string,
    body: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Response>;
  close(): void;
}

export interface OpenOptions {
  environment?: Record<string, string>;
  /** Load the sample collections, or those of their documents alone, which takes a moment. @default true */
  samples?: boolean | readonly string[];
  /** Milliseconds since 1970. @default Date.now */
  wallClock?: () => number;
  /** The database of conversations. @default none: they are kept in memory */
  openDatabase?: () => Database;
  /** Address of whoever calls. @default "127.0.0.1" */
  peerAddress?: string | undefined;
}

/** Enough for an answer to "How heavy is the Aurora 2 tent?" */
export const SOME_SAMPLES = [
  "aurora-2-tent",
  "granite-4-tent",
  "cairn-55-backpack",
  "lumen-400-headlamp",
];

let hosts = 0;

let check: Promise<AnswerCheck> | undefined;

/** On Node alone: the schema compiler makes functions of texts, which workerd forbids. */
async function openCheck(app: ReturnType<typeof createApp>): Promise<AnswerCheck> {
  if (navigator.userAgent === "Cloudflare-Workers") return (_request, response) => response;
  const { createAnswerCheck } = await import("./answer-check.ts");
  const response = await app.request("/openapi.json");
  return createAnswerCheck((await response.json()) as ApiDocument);
}

export async function openApp(options: OpenOptions = {}): Promise<OpenApp> {
  const { environment = {}, samples = true } = options;
  const host = `qdrant-${++hosts}.local`;
  const uninstall =
    environment["QDRANT_URL"] === undefined
      ? installQdrantLocal(createQdrantLocal(), host)
      : (): void => undefined;
  const log: Record<string, unknown>[] = [];
  const platform: Platform = {
    prompts: byName(prompts),
    page: Object.values(pages)[0] ?? "",
    readBrowserCode: () => ({
      widget: browserCode["../../.build/widget.js.txt"] ?? "",
      demo: browserCode["../../.build/demo.js.txt"] ?? "",
    }),
    ...(options.openDatabase === undefined ? {} : { openDatabase: options.openDatabase }),
    localQdrantUrl: `http://${host}`,
    now: () => performance.now(),
    wallClock: options.wallClock ?? Date.now,
    generateId: () => crypto.randomUUID().replaceAll("-", ""),
    turn: () => new Promise((resolve) => setTimeout(resolve)),
    log: (entry) => void log.push(entry),
    peerAddress: () => ("peerAddress" in options ? options.peerAddress : "127.0.0.1"),
  };
  const services = await createServices(readConfig(environment), platform);
  if (samples !== false)
    await loadSamples(readSamples(samples), services, AbortSignal.timeout(30_000));
  const app = createApp(services);
  // One for all applications of a worker: compiling takes long beside the deadlines that tests set.
  const hold = await (check ??= openCheck(app));
  const request = async (path: string, init?: RequestInit): Promise<Response> => {
    const url = new URL(path, "http://localhost");
    const sent = new Request(url, init);
    const response = await app.request(sent, undefined, {});
    return hold({ method: sent.method, path: url.pathname }, response, complain);
  };
  return {
    services,
    log,
    request,
    post: (path, body, headers = {}, signal) =>
      request(path, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal === undefined ? {} : { signal }),
      }),
    close: uninstall,
  };
}

function readSamples(ids: true | readonly string[]): Samples {
  const samples: Samples = {};
  for (const [path, text] of Object.entries(documents)) {
    const [collection = "", file = ""] = path.split("/").slice(-2);
    const id = file.slice(0, -".md".length);
    if (ids === true || ids.includes(id)) (samples[collection] ??= []).push({ id, text });
  }
  return samples;
}

function byName(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path.split("/").at(-1)!.slice(0, -".md".length),
      text,
    ]),
  );
}
