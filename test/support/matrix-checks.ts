// What every cell of the fault matrix must keep, whatever its outcome is. Each check gives a list of complaints.
import { CANARY } from "./matrix-faults.ts";
import type { SeenRequest } from "./request-log.ts";
import type { World } from "./world.ts";

/** Texts that only upstreams, their addresses and keys hold. */
function secrets(world: World): string[] {
  const addresses = [world.upstreamUrl, world.modelUrl, world.qdrantUrl].map(
    (url) => new URL(url).host,
  );
  return [CANARY, "Bad Gateway", "cohere-key-canary", "model-key-canary", ...addresses];
}

export function findLeaks(text: string, log: Record<string, unknown>[], world: World): string[] {
  // Qdrant's own messages are kept in the log on purpose: they name fields and collections.
  const logged = JSON.stringify(
    log.map((entry) => (entry["service"] === "qdrant" ? { ...entry, message: "" } : entry)),
  );
  return secrets(world).flatMap((secret) => [
    ...(text.includes(secret) ? [`the client's bytes hold "${secret}"`] : []),
    ...(logged.includes(secret) ? [`the log holds "${secret}"`] : []),
  ]);
}

export function isOpen(seen: SeenRequest): boolean {
  return (seen.finishedAt ?? seen.closedAt ?? seen.cutAt) === undefined;
}

/** Requests that are still under way a second after the answer. */
export async function findOpenRequests(world: World): Promise<string[]> {
  for (const end = Date.now() + 1000; ;) {
    const { upstream, qdrant } = await world.requests();
    const open = [...upstream, ...qdrant].filter(isOpen);
    if (open.length === 0) return [];
    if (Date.now() > end)
      return open.map(({ method, path }) => `still open after a second: ${method} ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Calls of one kind beyond what is allowed. `most` gives the number for a request's name. */
export async function findExtraCalls(
  world: World,
  nameOf: (seen: SeenRequest) => string,
  most: (name: string) => number,
): Promise<string[]> {
  const { upstream, qdrant } = await world.requests();
  const counts = new Map<string, number>();
  for (const seen of [...upstream, ...qdrant])
    counts.set(nameOf(seen), (counts.get(nameOf(seen)) ?? 0) + 1);
  return [...counts].flatMap(([name, count]) =>
    count > most(name) ? [`${count} calls of ${name}, at most ${most(name)} are allowed`] : [],
  );
}
