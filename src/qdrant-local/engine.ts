// The subset of Qdrant's REST API that this project uses, answered in memory. See README.md.
import { aliasRoutes } from "./alias-routes.ts";
import { collectionRoutes } from "./collection-routes.ts";
import { createDatabase } from "./database.ts";
import { errorResponse, json, notImplemented, resultResponse } from "./envelope.ts";
import { facetRoutes } from "./facet-routes.ts";
import { checkParameters } from "./parameters.ts";
import { pointOperationRoutes } from "./point-operations.ts";
import { pointRoutes } from "./point-routes.ts";
import { queryRoutes } from "./query-routes.ts";
import { readBody } from "./request-body.ts";
import { type Call, findRoute } from "./route.ts";
import { scrollRoutes } from "./scroll-routes.ts";
import { createMemoryStorage, type Storage } from "./storage.ts";
import { createWriter } from "./write.ts";
import { vectorNameRoutes } from "./vector-names.ts";

export interface QdrantLocalOptions {
  /** Keeps what is written. @default in memory only */
  storage?: Storage;
}

export interface QdrantLocal {
  /** Answers one request; rejects only where `request.signal` is aborted. */
  fetch(request: Request): Promise<Response>;
}

/** The Qdrant release whose behaviour is followed. */
export const QDRANT_VERSION = "1.19.0";

const ROUTES = [
  ...collectionRoutes,
  ...aliasRoutes,
  ...queryRoutes,
  ...pointRoutes,
  ...scrollRoutes,
  ...pointOperationRoutes,
  ...vectorNameRoutes,
  ...facetRoutes,
];

/** @throws what `storage.load` throws: nothing is answered from a store that cannot be read. */
export function createQdrantLocal(options: QdrantLocalOptions = {}): QdrantLocal {
  const storage = options.storage ?? createMemoryStorage();
  const database = createDatabase();
  const writer = createWriter(database, storage);
  for (const change of storage.load()) database.apply(change);

  async function answer(request: Request): Promise<unknown> {
    const url = new URL(request.url);
    const found = findRoute(ROUTES, request.method, url.pathname);
    if (!found) throw notImplemented(`${request.method} ${url.pathname}`);
    checkParameters(url.searchParams);
    const body = await readBody(request);
    request.signal.throwIfAborted();
    const { route, path } = found;
    const call: Call = { database, path, query: url.searchParams, body };
    if ("read" in route) return route.read(call);
    if ("write" in route) return writer.write(() => route.write(call));
    return writer.writeSteps(route.writeSteps(call));
  }

  return {
    async fetch(request) {
      const started = performance.now();
      request.signal.throwIfAborted();
      try {
        return healthResponse(request) ?? resultResponse(await answer(request), started);
      } catch (error) {
        request.signal.throwIfAborted();
        return errorResponse(error, started);
      }
    },
  };
}

function healthResponse(request: Request): Response | undefined {
  if (request.method !== "GET") return undefined;
  switch (new URL(request.url).pathname) {
    case "/":
      return json(200, { title: "qdrant - local mode", version: QDRANT_VERSION, commit: null });
    case "/healthz":
    case "/livez":
      return new Response("healthz check passed");
    case "/readyz":
      return new Response("all shards are ready");
    default:
      return undefined;
  }
}
