import type { ErrorCode } from "../errors.ts";

/** OpenAI's form of an error, as a body and as a frame. */
export interface OpenAIError {
  error: { message: string; type: string; param: string | null; code: string };
}

/** Codes that clients of OpenAI's know by another name. */
const CODES: Partial<Record<ErrorCode, string>> = {
  "unknown-collection": "model_not_found",
  "too-many-requests": "rate_limit_exceeded",
};

export function toOpenAIError(
  { code, message }: { code: ErrorCode; message: string },
  status = 500,
  param: string | null = null,
): OpenAIError {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message, type, param, code: CODES[code] ?? code.replaceAll("-", "_") } };
}
