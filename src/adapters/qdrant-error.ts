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
    data?: { status?: { error?: unknown } };
    message?: unknown;
  };
  const limited = known.name === "QdrantClientResourceExhaustedError";
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
    cause: error,
  });
}
