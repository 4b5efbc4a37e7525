// The child process that plays every upstream: Cohere, the model, and Qdrant with the sample collections in it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readConfig } from "../../src/config.ts";
import { readSamples } from "../../src/node/files.ts";
import { createNodePlatform } from "../../src/node/platform.ts";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { loadSamples } from "../../src/samples.ts";
import { createServices } from "../../src/services.ts";
import { encodeQuery } from "../../src/text/sparse.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { QUESTIONS, REPLY } from "./questions.ts";
import { DIMENSION, environmentFor, type Pace, type UpstreamSettings } from "./settings.ts";

function setPace(upstream: FaultServer, pace: Pace): void {
  upstream.clear();
  upstream.reply = REPLY;
  upstream.firstTokenDelayMs = pace.firstTokenMs;
  upstream.tokenDelayMs = pace.tokenMs;
  upstream.tokensPerChunk = pace.tokensPerWrite;
  if (pace.embedMs > 0) upstream.fault("embed", { kind: "delay", ms: pace.embedMs });
}

async function startUpstreams(): Promise<UpstreamSettings> {
  const upstream = await startFaultServer({ dimension: DIMENSION });
  // The record of requests is for tests; here it would only grow.
  setInterval(() => upstream.requests.splice(0), 500);
  const qdrant = await serveQdrant(createQdrantLocal());
  const urls = { modelUrl: upstream.url, qdrantUrl: qdrant.url };
  const services = await createServices(
    readConfig(environmentFor(urls)),
    createNodePlatform("http://unused.invalid"),
  );
  const signal = AbortSignal.timeout(60_000);
  await loadSamples(readSamples(), services, signal);
  const { statistics } = await services.answer.catalog.read(signal);

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
    questions: QUESTIONS.map((text) => ({
      text,
      sparse: encodeQuery([{ text, weight: 1 }], statistics).vector,
    })),
  };
}

if (import.meta.main)
  process.stdout.write(`@upstreams ${JSON.stringify(await startUpstreams())}\n`);
