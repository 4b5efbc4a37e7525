import { UpstreamError } from "../errors.ts";

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
    result = (await call()).data.result;
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
