import {
  AppError,
  DeadlineError,
  type ErrorCode,
  type FieldError,
  UpstreamError,
} from "../errors.ts";

/** An error as plain data: a message between threads drops classes and fields of errors. */
export interface PackedError {
  name: string;
  message: string;
  stack?: string | undefined;
  cause?: PackedError | undefined;
  app?: { code: ErrorCode; errors: FieldError[] | undefined } | undefined;
  upstream?: Pick<UpstreamError, "service" | "operation" | "status" | "retryable" | "retryAfter">;
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: "Error", message: String(error) };
  const { name, message, stack, cause } = error;
  const packed: PackedError = {
    name,
    message,
    stack,
    cause: cause === undefined ? undefined : packError(cause),
  };
  if (error instanceof AppError) packed.app = { code: error.code, errors: error.errors };
  if (error instanceof UpstreamError) {
    const { service, operation, status, retryable, retryAfter } = error;
    packed.upstream = { service, operation, status, retryable, retryAfter };
  }
  return packed;
}

/** The error again, of its own class where it is one of ours. */
export function unpackError(packed: PackedError): Error {
  const cause = packed.cause === undefined ? undefined : unpackError(packed.cause);
  const error = makeError(packed, cause);
  error.name = packed.name;
  error.message = packed.message;
  if (packed.stack !== undefined) error.stack = packed.stack;
  return error;
}

function makeError({ name, message, app, upstream }: PackedError, cause: Error | undefined): Error {
  if (app !== undefined) {
    const { code, errors } = app;
    return new AppError(code, message, { cause, ...(errors === undefined ? {} : { errors }) });
  }
  if (upstream !== undefined) return new UpstreamError({ ...upstream, message, cause });
  if (name === "DeadlineError") return new DeadlineError(message, 0);
  return new Error(message, { cause });
}
