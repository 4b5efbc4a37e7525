import { createDatabase, type Database } from "db0";
import cloudflareD1 from "db0/connectors/cloudflare-d1";
import { createApp } from "./app.ts";
import { checkCollections } from "./collection-check.ts";
import { readConfig, usesSamples } from "./config.ts";
import { createQdrantLocal } from "./qdrant-local/engine.ts";
import { installQdrantLocal } from "./qdrant-local/install.ts";
import { loadSamples } from "./samples.ts";
import type { Platform } from "./platform.ts";
import { createServices, type Services } from "./services.ts";
import demo from "../.build/demo.js.txt";
import widget from "../.build/widget.js.txt";
import page from "./routes/page.html";
import { prompts } from "./worker-prompts.ts";
import { samples } from "./worker-samples.ts";

type App = ReturnType<typeof createApp>;

interface ExecutionContext {
  waitUntil(promise: Promise<unknown>): void;
}

const LOCAL_HOST = "qdrant.local";
const D1_BINDING = "CONVERSATIONS";
const SAMPLES_DEADLINE = 60_000;
const CHECK_DEADLINE = 5000;

const platform: Platform = {
  prompts,
  page,
  readBrowserCode: () => ({ widget, demo }),
  localQdrantUrl: `http://${LOCAL_HOST}`,
  now: () => performance.now(),
  wallClock: Date.now,
  generateId: () => crypto.randomUUID().replaceAll("-", ""),
  turn: () => new Promise((resolve) => setTimeout(resolve)),
  log: (entry) => console.error(JSON.stringify(entry)),
  // A Worker can not know that a request comes from the operator's own machine.
  peerAddress: () => undefined,
  waitUntil: (context, promise) => (context as ExecutionContext).waitUntil(promise),
};

const openD1 = (): Database => createDatabase(cloudflareD1({ bindingName: D1_BINDING }));

let app: Promise<App> | undefined;

/** Made with the first request, since only a request brings the environment; kept for as long as the isolate lives. */
async function startApp(
  environment: Record<string, unknown>,
  context: ExecutionContext,
): Promise<App> {
  const config = readConfig(environment);
  if (config.QDRANT_URL === undefined) installQdrantLocal(createQdrantLocal(), LOCAL_HOST);
  const services = await createServices(config, {
    ...platform,
    ...(environment[D1_BINDING] === undefined ? {} : { openDatabase: openD1 }),
  });
  if (usesSamples(config))
    await loadSamples(samples, services, AbortSignal.timeout(SAMPLES_DEADLINE));
  // There is no start that could be refused: what can not be searched by meaning is searched by words.
  context.waitUntil(logFindings(services));
  return createApp(services);
}

async function logFindings(services: Services): Promise<void> {
  const findings = await checkCollections(services, AbortSignal.timeout(CHECK_DEADLINE));
  for (const finding of findings) platform.log({ at: "start", ...finding });
}

export default {
  async fetch(
    request: Request,
    environment: Record<string, unknown>,
    context: ExecutionContext,
  ): Promise<Response> {
    if (app === undefined) {
      app = startApp(environment, context);
      // The first reader may leave before the samples are loaded; others wait for the same promise.
      context.waitUntil(app.catch(() => undefined));
    }
    let ready: App;
    try {
      ready = await app;
    } catch (error) {
      app = undefined;
      console.error(error instanceof Error ? error.message : String(error));
      const body = {
        type: "about:blank",
        title: "Service Unavailable",
        status: 503,
        detail: "The service is not configured correctly; its log says what is wrong.",
        code: "not-configured",
        requestId: "",
      };
      return Response.json(body, {
        status: 503,
        headers: { "content-type": "application/problem+json" },
      });
    }
    return ready.fetch(request, environment, context as never);
  },
};
