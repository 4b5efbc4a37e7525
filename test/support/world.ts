// One set of upstreams for a test: Cohere, a language model and Qdrant behind a fault proxy. Runs on Node and in workerd.
import type { Operation, ServerFaultOptions } from "./fault-server.ts";
import type { Fault } from "./faults.ts";
import type { SeenRequest } from "./request-log.ts";

/** Address of the server that opens worlds, put in by test/vitest.config.ts. */
declare const WORLDS: string;

type Options = Omit<ServerFaultOptions, "match">;

export type WorldCommand =
  /** `stream` picks chat calls that stream, or those that do not. */
  | { do: "fault"; operation: Operation; fault: Fault; options?: Options; stream?: boolean }
  | {
      do: "fault-qdrant";
      /** A part of the path, or with `exact` all of it. */
      path: string;
      exact?: boolean;
      fault: Fault;
      options?: Options & { reachesTarget?: boolean };
    }
  /** Nobody can connect: from now on, or from a request whose `method path` contains `from`, up to one with `until`. */
  | { do: "refuse"; service: "cohere" | "model" | "qdrant"; from?: string; until?: string }
  | {
      do: "script";
      script: { reply?: string | string[]; tokenDelayMs?: number; firstTokenDelayMs?: number };
    }
  | { do: "clear" }
  | { do: "close" };

export interface World {
  upstreamUrl: string;
  /** The same upstream on a port of its own, for the model. */
  modelUrl: string;
  qdrantUrl: string;
  /** Variables that switch every paid and remote part on. */
  environment: Record<string, string>;
  command(command: WorldCommand): Promise<void>;
  requests(): Promise<{ upstream: SeenRequest[]; qdrant: SeenRequest[] }>;
  /** Waits for a request that satisfies the predicate. @default 3000 ms */
  waitFor(predicate: (request: SeenRequest) => boolean, timeout?: number): Promise<SeenRequest>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const control = WORLDS;
  const made = (await (await fetch(control, { method: "POST" })).json()) as {
    id: string;
    upstreamUrl: string;
    modelUrl: string;
    qdrantUrl: string;
  };
  const address = `${control}/${made.id}`;

  async function command(order: WorldCommand): Promise<void> {
    const response = await fetch(address, { method: "POST", body: JSON.stringify(order) });
    if (!response.ok) throw new Error(await response.text());
    await response.body?.cancel();
  }
  async function requests(): Promise<{ upstream: SeenRequest[]; qdrant: SeenRequest[] }> {
    return (await (await fetch(address)).json()) as {
      upstream: SeenRequest[];
      qdrant: SeenRequest[];
    };
  }
  return {
    ...made,
    environment: {
      COHERE_API_KEY: "cohere-key-canary",
      COHERE_BASE_URL: made.upstreamUrl,
      EMBED_DIMENSION: "64",
      MODEL: "openai-compatible:test",
      MODEL_BASE_URL: `${made.modelUrl}/v1`,
      MODEL_API_KEY: "model-key-canary",
      QDRANT_URL: made.qdrantUrl,
    },
    command,
    requests,
    async waitFor(predicate, timeout = 3000) {
      const end = Date.now() + timeout;
      for (;;) {
        const { upstream, qdrant } = await requests();
        const found = [...upstream, ...qdrant].find(predicate);
        if (found !== undefined) return found;
        if (Date.now() > end) throw new Error("No such request came in time.");
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: () => command({ do: "close" }),
  };
}
