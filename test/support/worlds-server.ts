// The upstreams of the application tests, in the test runner's own process: tests in workerd can not open a server,
// so they order one here over HTTP, as tests on Node do. The configuration of vitest starts it.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { serveQdrant } from "../../src/node/serve-qdrant.ts";
import { createQdrantLocal } from "../../src/qdrant-local/engine.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import { type FaultServer, startFaultServer } from "./fault-server.ts";
import type { OnRequest, SeenRequest } from "./request-log.ts";
import type { WorldCommand } from "./world.ts";

interface StartedWorld {
  upstream: FaultServer;
  qdrant: FaultProxy;
  close(): Promise<void>;
}

/** Starts the server that opens worlds; it does not keep the process alive. */
export async function startWorldsServer(): Promise<string> {
  const worlds = new Map<string, StartedWorld>();
  const server = createServer((request, response) => {
    handle(request, worlds)
      .then((value) => response.end(JSON.stringify(value ?? null)))
      .catch((error: unknown) => {
        response.statusCode = 500;
        response.end(JSON.stringify({ error: String(error) }));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function handle(
  request: IncomingMessage,
  worlds: Map<string, StartedWorld>,
): Promise<unknown> {
  const id = new URL(request.url ?? "/", "http://localhost").pathname.slice(1);
  if (id === "") {
    const world = await startWorld();
    const name = crypto.randomUUID();
    worlds.set(name, world);
    const { upstream, qdrant } = world;
    return {
      id: name,
      upstreamUrl: upstream.url,
      modelUrl: upstream.modelUrl,
      qdrantUrl: qdrant.url,
    };
  }
  const world = worlds.get(id);
  if (world === undefined) throw new Error(`There is no world ${id}.`);
  if (request.method === "GET")
    return { upstream: world.upstream.requests, qdrant: world.qdrant.requests };
  let body = "";
  for await (const part of request) body += String(part);
  const command = JSON.parse(body) as WorldCommand;
  if (command.do !== "close") return run(world, command);
  worlds.delete(id);
  return world.close();
}

async function startWorld(): Promise<StartedWorld> {
  const upstream = await startFaultServer();
  const engine = await serveQdrant(createQdrantLocal());
  const qdrant = await startFaultProxy(engine.url);
  return {
    upstream,
    qdrant,
    async close() {
      await Promise.all([upstream.close(), qdrant.close()]);
      await engine.close();
    },
  };
}

async function run(
  world: StartedWorld,
  command: Exclude<WorldCommand, { do: "close" }>,
): Promise<void> {
  switch (command.do) {
    case "fault":
      return world.upstream.fault(command.operation, command.fault, {
        ...command.options,
        ...(command.stream === undefined ? {} : { match: streams(command.stream) }),
      });
    case "fault-qdrant":
      return world.qdrant.fault(
        ({ path }) =>
          command.exact === true ? path === command.path : path.includes(command.path),
        command.fault,
        command.options,
      );
    case "script":
      Object.assign(world.upstream, command.script);
      return undefined;
    case "refuse":
      return refuse(world, command);
    case "clear":
      world.upstream.clear();
      world.qdrant.clear();
      await Promise.all(Object.values(listeners(world)).map((listener) => listener.accept()));
      return undefined;
  }
}

function streams(wanted: boolean): (seen: SeenRequest) => boolean {
  return ({ body }) => ((body as { stream?: boolean }).stream === true) === wanted;
}

function listeners({
  upstream,
  qdrant,
}: StartedWorld): Record<
  "cohere" | "model" | "qdrant",
  { refuse(): void; accept(): Promise<void> }
> {
  return {
    cohere: { refuse: () => upstream.refuse("url"), accept: () => upstream.accept("url") },
    model: { refuse: () => upstream.refuse("modelUrl"), accept: () => upstream.accept("modelUrl") },
    qdrant,
  };
}

function refuse(
  world: StartedWorld,
  { service, from, until }: WorldCommand & { do: "refuse" },
): void {
  const listener = listeners(world)[service];
  const onRequest: OnRequest = async ({ method, path }) => {
    const request = `${method} ${path}`;
    if (from !== undefined && request.includes(from)) listener.refuse();
    if (until !== undefined && request.includes(until)) await listener.accept();
  };
  if (from === undefined) listener.refuse();
  world.upstream.onRequest = onRequest;
  world.qdrant.onRequest = onRequest;
}
