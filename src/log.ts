import { AppError, type ErrorCode, UpstreamError } from "./errors.ts";

/**
 * A failure for the operator's log. Upstreams' texts stay out, since they may repeat what a reader wrote or a key;
 * Qdrant's are kept: they name fields and collections.
 */
export function toLogEntry(
  error: unknown,
  entry: Record<string, unknown>,
): Record<string, unknown> {
  const cause = error instanceof AppError && error.cause !== undefined ? error.cause : error;
  if (cause instanceof UpstreamError) {
    const { service, operation, status } = cause;
    return {
      level: "error",
      ...entry,
      service,
      operation,
      status,
      ...(service === "qdrant" ? { message: cause.message } : {}),
    };
  }
  if (cause instanceof Error)
    return {
      level: "error",
      ...entry,
      name: cause.name,
      message: cause.message,
      stack: cause.stack,
    };
  return { level: "error", ...entry };
}

/** Whether a failure is one that we chose: nothing is wrong then, and a line for each would make an overload worse. */
export function isRefusal(code: ErrorCode): boolean {
  return code === "overloaded" || code === "shutting-down";
}
