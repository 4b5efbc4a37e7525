import { serve } from "@hono/node-server";
import type { AddressInfo } from "node:net";
import { createApp } from "../app.ts";
import type { Config } from "../config.ts";
import { installQdrantLocal } from "../qdrant-local/install.ts";
import type { Platform } from "../platform.ts";
import { createServices, type Services } from "../services.ts";
import { openConversationsFile } from "./conversations-file.ts";
import { watchResponses } from "./open-responses.ts";
import { createIngestThread, type IngestThread } from "./ingest-thread.ts";
import { createNodePlatform, LOCAL_QDRANT } from "./platform.ts";
import { type QdrantThread, startQdrantThread } from "./qdrant-thread.ts";

export interface RunningServer {
  /** With the port that was really taken. */
  url: string;
  services: Services;
  /**
   * Takes no new chats and writes at once and says so at `/readyz`; what is under way may end within `grace`
   * milliseconds and is told then that the server ends. Resolves when the port is free and everything is stored.
   */
  close(grace?: number): Promise<void>;
}

/** Milliseconds for the last bytes of responses, when there is no grace left. */
const LAST_BYTES = 500;

/** Starts the application on Node, with Qdrant's local mode inside unless a server is named. Loads nothing. */
export async function startServer(
  config: Config,
  prepare: (services: Services) => Promise<void> = async () => undefined,
): Promise<RunningServer> {
  const platform = openPlatform(config);
  const logCrash = (thread: string) => (error: Error) =>
    platform.log({ level: "error", thread, message: error.message, stack: error.stack });
  let qdrant: QdrantThread | undefined;
  let ingester: IngestThread | undefined;
  const [started, services] = await Promise.all([
    config.QDRANT_URL === undefined
      ? startQdrantThread({ path: storePath(config), onCrash: logCrash("qdrant") })
      : undefined,
    createServices(config, {
      ...platform,
      startIngester: (onSaved) =>
        (ingester = createIngestThread({
          config,
          openQdrantPort: () => qdrant?.openPort(),
          onSaved,
          onCrash: logCrash("ingest"),
        })),
    }),
  ]);
  qdrant = started;
  const uninstall = qdrant === undefined ? undefined : installQdrantLocal(qdrant, LOCAL_QDRANT);
  await prepare(services);
  const app = createApp(services);
  const server = serve({
    fetch(request, environment) {
      // The headers go out with the first bytes of the body, which all our streams send at once, not in a packet before.
      if ("outgoing" in environment && "flushHeaders" in environment.outgoing)
        environment.outgoing.flushHeaders = () => undefined;
      return app.fetch(request, environment);
    },
    port: config.PORT,
    hostname: config.HOST,
  });
  await new Promise<void>((resolve, reject) =>
    server.once("listening", resolve).once("error", reject),
  );
  const responses = watchResponses(server, config.WRITE_TIMEOUT_MS);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${printableHost(config.HOST)}:${port}`,
    services,
    async close(grace = 0) {
      const end = performance.now() + grace;
      await services.running.close(grace);
      await responses.ended(Math.max(LAST_BYTES, end - performance.now()));
      responses.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
      services.answers.close();
      await Promise.all([services.conversations.close(), ingester?.close()]);
      uninstall?.();
      await qdrant?.close();
    },
  };
}

/** What is not built yet is told before anything else is started. */
function openPlatform(config: Config): Platform {
  const platform = createNodePlatform();
  const code = platform.readBrowserCode();
  const folder = storePath(config);
  return {
    ...platform,
    readBrowserCode: () => code,
    ...(folder === undefined ? {} : { openDatabase: () => openConversationsFile(folder) }),
  };
}

function storePath({ DATA_DIR }: Config): string | undefined {
  return DATA_DIR === ":memory:" ? undefined : DATA_DIR;
}

function printableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
