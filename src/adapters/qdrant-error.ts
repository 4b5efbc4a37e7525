import { UpstreamError } from "../errors.ts";
import { boundBody } from "../bounded-body.ts";

interface Envelope<T> {
  data: { result?: T };
}

/** Runs one operation of the client; unwraps Qdrant's envelope and turns the client's many errors into ours. */
export async function qdrantCall<T>(
  operation: string,
  signal: AbortSignal,
  call: () => Promise<Envelope<T>>,
): Promise<NonNullable<T>> {
  let result: T | undefined;
  try {
    signal.throwIfAborted();
    result = (await withBoundedFetch(call)).data.result;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw toUpstreamError(operation, error);
  }
  if (result === undefined || result === null) {
    throw new UpstreamError({
      service: "qdrant",
      operation,
      message: "an answer without a result",
      retryable: false,
    });
  }
  return result;
}

/** A write: besides the envelope its answer must say that it was done. */
export async function qdrantWrite(
  operation: string,
  signal: AbortSignal,
  call: () => Promise<Envelope<unknown>>,
): Promise<void> {
  const result = await qdrantCall(operation, signal, call);
  const { status } = result as { status?: unknown };
  if (status === "completed" || status === "acknowledged") return;
  throw new UpstreamError({
    service: "qdrant",
    operation,
    message: "an answer that is not usable",
    retryable: false,
  });
}

/** For a `catch`: what is not there is read as nothing. */
export function emptyWhenMissing(error: { status?: number }): undefined {
  if (error.status !== 404) throw error;
  return undefined;
}

/**
 * The client has no option for its transport, but it looks up the global `fetch` while it is called: for that moment,
 * and no longer, it finds one that does not read without end.
 */
function withBoundedFetch<T>(call: () => Promise<T>): Promise<T> {
  const original = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    // Without an address it was made in this process.
    return response.url === "" ? response : boundBody(response);
  };
  try {
    return call();
  } finally {
    globalThis.fetch = original;
  }
}

function toUpstreamError(operation: string, error: unknown): UpstreamError {
  const known = error as {
    name?: string;
    status?: unknown;
    retry_after?: unknown;
    data?: { status?: { error?: unknown } };
    message?: unknown;
  };
  // Of a Retry-After the client (1.19) reads the first character only, and throws an error of its own where that is
  // no digit: what it tells is a lower bound.
  const limited =
    known.name === "QdrantClientResourceExhaustedError" ||
    String(known.message).startsWith("Invalid retryAfter");
  const status = typeof known.status === "number" ? known.status : limited ? 429 : undefined;
  const text = known.data?.status?.error ?? known.message;
  // Without a status only the connection can have failed, unless the answer was no JSON at all (a proxy's page).
  const connection = status === undefined && error instanceof TypeError;
  return new UpstreamError({
    service: "qdrant",
    operation,
    message: typeof text === "string" ? text : "failed",
    status,
    ...(status === undefined ? { retryable: connection } : {}),
    ...(typeof known.retry_after === "number" ? { retryAfter: known.retry_after * 1000 } : {}),
    cause: error,
  });
}
