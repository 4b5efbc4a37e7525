import type { Context } from "hono";
import { toOpenAIError } from "../chat/openai-error.ts";
import { AppError, type ErrorCode, STATUS } from "../errors.ts";
import { openaiError } from "./openai-schemas.ts";

const METHODS: [path: RegExp, method: string][] = [
  [/^\/v1\/chat\/completions$/, "POST"],
  [/^\/v1\/models(?:\/[^/]+)?$/, "GET"],
];

/** A field that is wrong is a 400 of OpenAI's. */
type OpenAIStatus<Code extends ErrorCode> = (typeof STATUS)[Code] extends 422
  ? 400
  : (typeof STATUS)[Code];

interface ErrorResponse {
  description: string;
  content: { "application/json": { schema: typeof openaiError } };
}

/** The responses for what a route can be refused with: each code with the sentence that says when. */
export function openaiErrors<const Code extends ErrorCode>(
  when: Record<Code, string>,
): { [S in OpenAIStatus<Code | "internal">]: ErrorResponse } {
  const all = { ...when, internal: "Something went wrong on our side." };
  const responses: Record<number, ErrorResponse> = {};
  for (const [code, sentence] of Object.entries<string>(all)) {
    const content = { "application/json": { schema: openaiError } };
    const response = (responses[toStatus(code as ErrorCode)] ??= { description: "", content });
    response.description += `${response.description === "" ? "" : " "}${sentence}`;
  }
  return responses as ReturnType<typeof openaiErrors<Code>>;
}

function toStatus(code: ErrorCode): number {
  return STATUS[code] === 422 ? 400 : STATUS[code];
}

/** Whether its clients expect OpenAI's form of an error. */
export function speaksOpenAI(c: Context): boolean {
  return c.req.path === "/v1" || c.req.path.startsWith("/v1/");
}

/** An error in OpenAI's form; `param` names a field that is wrong. */
export function sendOpenAIError(c: Context, error: AppError): Response {
  const status = toStatus(error.code);
  const body = toOpenAIError(error, status, readParam(error));
  const headers = error.retryAfter === undefined ? {} : { "retry-after": String(error.retryAfter) };
  return c.json(body, status as 400, headers);
}

/** Nothing at this address, or not with this method. */
export function sendOpenAINotFound(c: Context): Response {
  const allowed = METHODS.find(([path]) => path.test(c.req.path))?.[1];
  if (allowed === undefined)
    return sendOpenAIError(
      c,
      new AppError(
        "not-found",
        "There is nothing at this address. There are POST /v1/chat/completions and GET /v1/models.",
      ),
    );
  c.header("allow", allowed);
  return sendOpenAIError(
    c,
    new AppError("method-not-allowed", `This address takes ${allowed} requests only.`),
  );
}

/** `messages.0.content` as `messages[0].content`. */
function readParam({ code, errors }: AppError): string | null {
  if (code === "unknown-collection") return "model";
  return errors?.[0]?.path.replace(/\.(\d+)(?=\.|$)/g, "[$1]") || null;
}
