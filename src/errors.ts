/** The HTTP status of every code. Codes are public contract: clients translate them. */
export const STATUS = {
  "bad-request": 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  "unknown-collection": 404,
  "foreign-collection": 409,
  "conversation-expired": 410,
  "method-not-allowed": 405,
  "too-large": 413,
  "unsupported-media-type": 415,
  invalid: 422,
  "too-many-requests": 429,
  "retrieval-unavailable": 503,
  "model-unavailable": 503,
  "answer-truncated": 503,
  timeout: 504,
  "not-configured": 503,
  overloaded: 503,
  "shutting-down": 503,
  stopped: 409,
  "storage-unavailable": 503,
  internal: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof STATUS;

/** What HTTP calls a status. */
export const TITLES: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

export interface FieldError {
  path: string;
  message: string;
}

/** An error that may be shown: `message` is one sentence for a person, without internals; the cause stays inside. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly errors: FieldError[] | undefined;
  /** Seconds after which another try may help; sent as `Retry-After`. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; errors?: FieldError[]; retryAfter?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.status = STATUS[code];
    this.errors = options.errors;
    this.retryAfter = options.retryAfter;
  }
}

/** An `invalid` about one field. */
export function invalidField(path: string, message: string): AppError {
  return new AppError("invalid", message, { errors: [{ path, message }] });
}

/** A write into a collection that somebody else made. */
export function foreignCollection(name: string): AppError {
  return new AppError(
    "foreign-collection",
    `The collection "${name}" was not made by Tributary and is never written. Store the documents in another collection.`,
  );
}

/** What a schema found, as one `invalid` that names the first field. */
export function invalidFields(
  issues: readonly { path: readonly PropertyKey[]; message: string }[],
): AppError {
  const errors = issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const first = errors[0];
  return new AppError(
    "invalid",
    first === undefined ? "A field is wrong." : `${first.path || "body"}: ${first.message}`,
    { errors },
  );
}

/** A failed call to something outside. Its message goes to the log only. */
export class UpstreamError extends Error {
  readonly service: "cohere" | "qdrant" | "model" | "redis" | "conversations";
  readonly operation: string;
  /** HTTP status, where an answer came. */
  readonly status: number | undefined;
  readonly retryable: boolean;
  /** The upstream's Retry-After in milliseconds, where it sent one. */
  readonly retryAfter: number | undefined;

  constructor(input: {
    service: UpstreamError["service"];
    operation: string;
    message: string;
    status?: number | undefined;
    retryable?: boolean;
    retryAfter?: number | undefined;
    cause?: unknown;
  }) {
    super(`[${input.service}] ${input.operation}: ${input.message}`, { cause: input.cause });
    this.name = "UpstreamError";
    this.service = input.service;
    this.operation = input.operation;
    this.status = input.status;
    this.retryable =
      input.retryable ?? (isRetryableStatus(input.status) && !isTooLong(input.cause));
    this.retryAfter = input.retryAfter;
  }
}

/** The upstream failed so often that it is not asked at the moment. */
export class CircuitOpenError extends UpstreamError {
  constructor(service: UpstreamError["service"], operation: string) {
    super({ service, operation, message: "failed too often, not tried", retryable: false });
    this.name = "CircuitOpenError";
  }
}

/** The deadline of one stage passed. */
export class DeadlineError extends Error {
  constructor(what: string, milliseconds: number) {
    super(`${what} took longer than ${milliseconds} ms`);
    this.name = "DeadlineError";
  }
}

/** An upstream's answer is longer than any that is right. */
export class TooLongError extends Error {
  constructor(bytes: number) {
    super(`the answer has more than ${bytes} bytes`);
    this.name = "TooLongError";
  }
}

/** SDKs hand on as a cause what a body fails with. */
function isTooLong(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof TooLongError || isTooLong(error.cause);
}

export function isRetryableStatus(status: number | undefined): boolean {
  return status === undefined || status === 408 || status === 429 || status >= 500;
}

/** Why something that was tried did not help. */
export type FailureReason = "timeout" | "error" | "circuit-open";

export function toFailureReason(error: unknown): FailureReason {
  if (error instanceof CircuitOpenError) return "circuit-open";
  return error instanceof DeadlineError ? "timeout" : "error";
}

/** A Retry-After header in milliseconds from now: seconds or a date (RFC 9110, 10.2.3). Undefined where it is neither. */
export function readRetryAfter(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  const wait = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}

/** RFC 9457 problem details. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  requestId: string;
  errors?: FieldError[];
}

export function toProblem(error: AppError, requestId: string): Problem {
  return {
    type: "about:blank",
    title: TITLES[error.status] ?? "Error",
    status: error.status,
    detail: error.message,
    code: error.code,
    requestId,
    ...(error.errors === undefined ? {} : { errors: error.errors }),
  };
}

/** Any thrown value as something that may be shown; what we do not know becomes a plain internal error. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof DeadlineError) {
    return new AppError("timeout", "The answer took too long. Please try again.", { cause: error });
  }
  if (error instanceof UpstreamError && error.service === "model") {
    return new AppError(
      "model-unavailable",
      "The language model is not available at the moment. Please try again.",
      {
        cause: error,
      },
    );
  }
  if (error instanceof UpstreamError && error.service === "qdrant") {
    return new AppError(
      "storage-unavailable",
      "The document store is not available at the moment. Please try again.",
      {
        cause: error,
      },
    );
  }
  if (error instanceof UpstreamError && error.service === "conversations") {
    return new AppError(
      "storage-unavailable",
      "The store of conversations is not available at the moment. Please try again.",
      { cause: error },
    );
  }
  if (error instanceof UpstreamError) {
    return new AppError(
      "storage-unavailable",
      "A service that is needed here is not available at the moment. Please try again.",
      { cause: error },
    );
  }
  return new AppError("internal", "Something went wrong on our side. Please try again.", {
    cause: error,
  });
}
