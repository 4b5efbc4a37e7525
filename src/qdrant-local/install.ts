// The official client has no transport option, but it looks up the global `fetch` at every request.
// So one reserved host is answered here, and everything else goes where it went before.
import type { QdrantLocal } from "./engine.ts";

/** Takes the engine, or whatever leads to one. Returns what takes the host out again. */
export function installQdrantLocal(
  engine: Pick<QdrantLocal, "fetch">,
  host = "qdrant.local",
): () => void {
  const original = globalThis.fetch;
  let isInstalled = true;

  async function localFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    const url = new URL(input instanceof Request ? input.url : input, "http://localhost");
    if (!isInstalled || url.hostname !== host) return original.call(globalThis, input, init);
    const request = new Request(input, withoutDispatcher(init));
    return rejectOnAbort(engine.fetch(request), init?.signal ?? request.signal);
  }

  globalThis.fetch = localFetch;
  return () => {
    isInstalled = false;
    // If somebody has patched fetch after us, theirs stays, and ours only passes on.
    if (globalThis.fetch === localFetch) globalThis.fetch = original;
  };
}

/** The client's Node build adds an undici agent, which means nothing without a network. */
function withoutDispatcher(init: RequestInit | undefined): RequestInit | undefined {
  if (!init || !("dispatcher" in init)) return init;
  const { dispatcher: _unused, ...rest } = init;
  return rest as RequestInit;
}

function rejectOnAbort(response: Promise<Response>, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    response.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
