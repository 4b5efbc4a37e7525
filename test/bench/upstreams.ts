// The child process that plays every upstream: Cohere, the model, and Qdrant with the sample collections in it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readConfig } from "../../src/config.ts";
import { readSamples } from "../../src/node/files.ts";
import { createNodePlatform } from "../../src/node/platform.ts";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal, type QdrantLocal } from "../../src/qdrant-local/engine.ts";
import { loadSamples } from "../../src/samples.ts";
import { createServices } from "../../src/services.ts";
import { encodeQuery } from "../../src/text/sparse.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { FLOOD_QUESTION, FLOOD_TOKEN, QUESTIONS, REPLY } from "./questions.ts";
import { DIMENSION, environmentFor, type Pace, type UpstreamSettings } from "./settings.ts";

function* flood(): Generator<string> {
  for (;;) yield FLOOD_TOKEN;
}

function setPace(upstream: FaultServer, pace: Pace): void {
  upstream.clear();
  upstream.reply = ({ prompt }) => (prompt.includes(FLOOD_QUESTION) ? flood() : REPLY);
  upstream.firstTokenDelayMs = pace.firstTokenMs;
  upstream.tokenDelayMs = pace.tokenMs;
  upstream.tokensPerChunk = pace.tokensPerWrite;
  if (pace.embedMs > 0) upstream.fault("embed", { kind: "delay", ms: pace.embedMs });
}

/**
 * The same search gets the same bytes without being computed again: it is not what is measured, and would take from
 * the load's core what the fastest server needs.
 */
function remembering(
  engine: QdrantLocal,
): Pick<QdrantLocal, "fetch"> & { lastSearch: () => string } {
  let lastSearch = "";
  const known = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    lastSearch: () => lastSearch,
    async fetch(request) {
      if (!request.url.endsWith("/points/query/batch")) return engine.fetch(request);
      const body = await request.clone().text();
      lastSearch = body;
      const key = `${request.url} ${body}`;
      const bytes = known.get(key);
      if (bytes !== undefined)
        return new Response(bytes, { headers: { "content-type": "application/json" } });
      const response = await engine.fetch(request);
      if (response.ok) known.set(key, new Uint8Array(await response.clone().arrayBuffer()));
      return response;
    },
  };
}

async function startUpstreams(): Promise<UpstreamSettings> {
  const upstream = await startFaultServer({ dimension: DIMENSION });
  // The record of requests is for tests; here it would only grow.
  setInterval(() => upstream.requests.splice(0), 500);
  const engine = remembering(createQdrantLocal());
  const qdrant = await serveQdrant(engine);
  const urls = { modelUrl: upstream.url, qdrantUrl: qdrant.url };
  const services = await createServices(readConfig(environmentFor(urls)), createNodePlatform());
  const signal = AbortSignal.timeout(60_000);
  await loadSamples(readSamples(), services, signal);
  const { catalog, store, embedder } = services.answer;
  const { collections, statistics } = await catalog.read(signal);
  const questions = QUESTIONS.map((text) => ({
    text,
    sparse: encodeQuery([{ text, weight: 1 }], statistics).vector,
  }));
  const [first] = questions;
  const [dense] = await embedder!.embedQuery([first!.text], signal);
  const query = { sparse: first!.sparse, dense: dense! };
  await store.search(collections[0]!.name, [query], undefined, services.config.CANDIDATES, signal);
  const { searches } = JSON.parse(engine.lastSearch()) as Pick<UpstreamSettings, "searches">;

  const control = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    setPace(upstream, JSON.parse(body) as Pace);
    response.end();
  });
  await new Promise<void>((resolve) => control.listen(0, "127.0.0.1", resolve));
  return {
    ...urls,
    controlUrl: `http://127.0.0.1:${(control.address() as AddressInfo).port}`,
    collections: collections.map(({ name }) => name),
    searches: searches.map(({ query: _query, ...search }) => search),
    questions,
  };
}

if (import.meta.main)
  process.stdout.write(`@upstreams ${JSON.stringify(await startUpstreams())}\n`);
