import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import { AppError, type ErrorCode, toAppError, toProblem } from "../errors.ts";
import { isRefusal, toLogEntry } from "../log.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { prefersHtml, renderProblem } from "./layout.ts";
import { sendOpenAIError, sendOpenAINotFound, speaksOpenAI } from "./openai-errors.ts";

/** What people follow links to. */
const PAGES = /^\/(?:docs$|sources\/)/;

/** How the application says no: problem details, a page for people whose browser asks for one, or as OpenAI's clients read it. */
export function addRefusals(app: OpenAPIHono<AppEnvironment>, { platform }: Services): void {
  app.notFound((c) => {
    if (speaksOpenAI(c)) return sendOpenAINotFound(c);
    const error = new AppError(
      "not-found",
      "There is nothing at this address. GET /openapi.json lists what there is.",
    );
    return sendProblem(c, error, c.req.method === "GET");
  });
  app.onError((error, c) => {
    const shown = error instanceof HTTPException ? fromHttpException(error) : toAppError(error);
    if (shown.status >= 500 && !isRefusal(shown.code) && !c.req.raw.signal.aborted) {
      const { code } = shown;
      platform.log(toLogEntry(error, { requestId: c.get("requestId"), code, at: c.req.path }));
    }
    if (speaksOpenAI(c)) return sendOpenAIError(c, shown);
    return sendProblem(c, shown, PAGES.test(c.req.path));
  });
}

function sendProblem(
  c: Context<AppEnvironment>,
  error: AppError,
  isPage: boolean,
): Response | Promise<Response> {
  const problem = toProblem(error, c.get("requestId"));
  const status = error.status as 400;
  if (error.retryAfter !== undefined) c.header("retry-after", String(error.retryAfter));
  if (isPage) c.header("vary", "accept", { append: true });
  if (isPage && prefersHtml(c)) return c.html(renderProblem(c, problem), status);
  return c.json(problem, status, { "content-type": "application/problem+json" });
}

/** What the framework itself refuses: broken JSON, a wrong content type. */
function fromHttpException(error: HTTPException): AppError {
  const known: Record<number, [ErrorCode, string]> = {
    400: ["bad-request", "The request's body is not valid JSON."],
    413: ["too-large", "The request's body is too large."],
    415: ["unsupported-media-type", "The request's content type must be application/json."],
  };
  const [code, message] = known[error.status] ?? [
    "internal",
    "Something went wrong on our side. Please try again.",
  ];
  return new AppError(code, message, { cause: error });
}
