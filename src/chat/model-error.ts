import { AppError, readRetryAfter, UpstreamError } from "../errors.ts";

/** Whatever a provider of the AI SDK throws, as a failed call to the model. */
export function toModelError(error: unknown, operation = "stream"): UpstreamError {
  if (error instanceof UpstreamError) return error;
  const known = error as
    | { statusCode?: unknown; message?: unknown; responseHeaders?: Record<string, string> }
    | undefined;
  const status = typeof known?.statusCode === "number" ? known.statusCode : undefined;
  return new UpstreamError({
    service: "model",
    operation,
    message: typeof known?.message === "string" ? known.message : "failed",
    status,
    retryAfter: readRetryAfter(known?.responseHeaders?.["retry-after"]),
    cause: error,
  });
}

/** The model's stream ended without saying that it is whole, or went on where it should have ended. */
export function truncated(): AppError {
  return new AppError(
    "answer-truncated",
    "The answer was cut off before its end. Please ask again.",
  );
}
