/** undici's registered symbol for the agent behind `fetch`: the only door to the one that Node carries inside. */
const AGENT = Symbol.for("undici.globalDispatcher.1");

/** A chat every few seconds must not pay for a new TLS connection each time; Node's own limit is 4 s. */
const KEEP_ALIVE = 75_000;

interface AgentClass {
  new (options: { keepAliveTimeout: number; keepAliveMaxTimeout: number }): object;
}

/**
 * Keeps idle connections to all upstreams for 75 s. The Qdrant client brings an agent of its own version of undici,
 * with 25 connections that it drops after 10 s; its calls go through the shared one instead, which also spares about a
 * tenth of the CPU of a chat. Where Node does not show its agent, everything stays as it is.
 *
 * No upstream is followed elsewhere: a question, or the key of a Qdrant server, must not go where a redirect points.
 * Together with `window` it also spares undici a copy of each body, kept for the case that it is sent again: 5 % of
 * the CPU of a chat.
 */
export async function keepConnections(): Promise<void> {
  // The agent is made with the first use of fetch.
  await fetch("data:,");
  const holder = globalThis as Record<symbol, object | undefined>;
  const agentClass = holder[AGENT]?.constructor as AgentClass | undefined;
  if (agentClass === undefined) return;
  const options = { keepAliveTimeout: KEEP_ALIVE, keepAliveMaxTimeout: 10 * KEEP_ALIVE };
  holder[AGENT] = new agentClass(options);

  const original = globalThis.fetch;
  globalThis.fetch = (input, init) => original(input, toOneHost(init));
}

function toOneHost(init: RequestInit | undefined): RequestInit {
  const { dispatcher: _own, ...rest } = (init ?? {}) as RequestInit & { dispatcher?: unknown };
  return { ...rest, redirect: "error", window: null };
}
