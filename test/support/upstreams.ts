// Every upstream of one server with the sample collections in it: Cohere and a language model on the fault server,
// a Qdrant behind the fault proxy. Node only: its user is a server in a process of its own.
import { readConfig } from "../../src/config.ts";
import { readSamples } from "../../src/node/files.ts";
import { createNodePlatform } from "../../src/node/platform.ts";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { loadSamples } from "../../src/samples.ts";
import { createServices } from "../../src/services.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { type FaultServer, startFaultServer } from "./fault-server.ts";
import { LONG_SECTION } from "./long-section.ts";
import type { SeenRequest } from "./request-log.ts";

/** What the samples can answer, from more than one collection. */
export const QUESTION = "How heavy is the Aurora 2 tent?";

export interface Upstreams {
  /** Embeds, reranks, answers. */
  model: FaultServer;
  /** In front of the Qdrant that holds the samples. */
  qdrant: FaultProxy;
  /** Variables that switch every paid and remote part on. */
  environment: Record<string, string>;
  /** Every request so far, of both. */
  requests(): SeenRequest[];
  /** Those that have not ended. */
  openRequests(): SeenRequest[];
  /** Forgets the records of requests that have ended: those of thousands would outgrow a test's process. */
  forgetEnded(): void;
  clearFaults(): void;
  /** Forgets faults, records and the scripted reply. */
  clear(): void;
  close(): Promise<void>;
}

export async function startUpstreams(): Promise<Upstreams> {
  const model = await startFaultServer();
  const engine = await serveQdrant(createQdrantLocal());
  const qdrant = await startFaultProxy(engine.url);
  const environment = {
    COHERE_API_KEY: "canary-cohere",
    COHERE_BASE_URL: model.url,
    EMBED_DIMENSION: "64",
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${model.url}/v1`,
    MODEL_API_KEY: "canary-model",
    QDRANT_URL: qdrant.url,
  };
  const services = await createServices(readConfig(environment), createNodePlatform());
  const samples = readSamples();
  const { collection, id, text } = LONG_SECTION;
  samples[collection] = [...samples[collection]!, { id, text }];
  await loadSamples(samples, services, AbortSignal.timeout(30_000));
  const upstreams: Upstreams = {
    model,
    qdrant,
    environment,
    requests: () => [...model.requests, ...qdrant.requests],
    openRequests: () => [...model.openRequests(), ...qdrant.openRequests()],
    forgetEnded() {
      for (const { requests, openRequests } of [model, qdrant])
        requests.splice(0, requests.length, ...openRequests());
    },
    clearFaults() {
      model.clearFaults();
      qdrant.clearFaults();
    },
    clear() {
      model.clear();
      qdrant.clear();
    },
    async close() {
      await Promise.all([model.close(), qdrant.close()]);
      await engine.close();
    },
  };
  upstreams.clear();
  return upstreams;
}

/** What a request asked for: "embed", "rerank", "chat", "search products", "read products"; other calls to Qdrant by method and path. */
export function nameOperation({
  operation,
  method,
  path,
}: Pick<SeenRequest, "operation" | "method" | "path">): string {
  const collection = /^\/collections\/([^/]+)\/points\/query/.exec(path)?.[1];
  if (collection !== undefined) return `search ${decodeURIComponent(collection)}`;
  const read = method === "POST" ? /^\/collections\/([^/]+)\/points$/.exec(path)?.[1] : undefined;
  if (read !== undefined) return `read ${decodeURIComponent(read)}`;
  return operation === method ? `${method} ${path}` : operation;
}
