import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { HTTPException } from "hono/http-exception";
import { requestId } from "hono/request-id";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { AppError, type ErrorCode, invalidFields, toAppError, toProblem } from "./errors.ts";
import { isRefusal, toLogEntry } from "./log.ts";
import { crossOrigin } from "./middleware/cors.ts";
import { createBrowserFiles } from "./routes/browser-files.ts";
import { addChatRoute } from "./routes/chat.ts";
import { addChatStreamRoutes } from "./routes/chat-stream.ts";
import { addDocumentRoutes } from "./routes/documents.ts";
import type { AppEnvironment } from "./routes/environment.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addDescriptionRoute } from "./routes/openapi.ts";
import { addPageRoutes } from "./routes/page.ts";
import { addSearchRoute } from "./routes/search.ts";
import { addSourceRoute } from "./routes/sources.ts";
import { addWidgetRoutes } from "./routes/widget.ts";
import type { Services } from "./services.ts";

const DOCUMENT_BODY_FACTOR = 16;

/** The whole HTTP application. Does no I/O and starts no timer by itself. */
export function createApp(services: Services): OpenAPIHono<AppEnvironment> {
  const { config, platform, running } = services;
  const app = new OpenAPIHono<AppEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalidFields(result.error.issues);
    },
  });

  app.use(requestId());
  app.use(closedHeaders());
  app.use(crossOrigin(services));
  // Refused before its body is read; only a body tells whether it would join an answer that is running already.
  if (!config.RESUMABLE)
    app.on("POST", ["/chat", "/"], (_c, next) => {
      running.requireRoom();
      return next();
    });
  app.use("/collections/*", limitBody(config.MAX_BODY_BYTES * DOCUMENT_BODY_FACTOR));
  app.on("POST", ["/chat", "/search", "/"], limitBody(config.MAX_BODY_BYTES));

  addChatRoute(app, services);
  addChatStreamRoutes(app, services);
  addSearchRoute(app, services);
  addDocumentRoutes(app, services);
  addSourceRoute(app, services);
  addHealthRoutes(app, services);
  const readFiles = createBrowserFiles(platform.readBrowserCode);
  addWidgetRoutes(app, readFiles);
  addPageRoutes(app, services);
  addDescriptionRoute(app, services);

  app.notFound((c) => {
    const problem = toProblem(
      new AppError(
        "not-found",
        "There is nothing at this address. GET /openapi.json lists what there is.",
      ),
      c.get("requestId"),
    );
    return c.json(problem, 404, { "content-type": "application/problem+json" });
  });
  app.onError((error, c) => {
    const id = c.get("requestId");
    const shown = error instanceof HTTPException ? fromHttpException(error) : toAppError(error);
    if (shown.status >= 500 && !isRefusal(shown.code) && !c.req.raw.signal.aborted)
      platform.log(toLogEntry(error, { requestId: id, code: shown.code, at: c.req.path }));
    return c.json(toProblem(shown, id), shown.status as 400, {
      "content-type": "application/problem+json",
      ...(shown.retryAfter === undefined ? {} : { "retry-after": String(shown.retryAfter) }),
    });
  });
  return app;
}

/** Links between our pages and embedding sites keep working; everything else is closed. */
function closedHeaders(): ReturnType<typeof secureHeaders> {
  return secureHeaders({
    crossOriginResourcePolicy: "cross-origin",
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: [NONCE],
      scriptSrc: [NONCE],
      connectSrc: ["'self'"],
      imgSrc: ["data:"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}

/** A body whose length is told needs no counting, for which hono would make a stream of it. */
function limitBody(maxSize: number): ReturnType<typeof bodyLimit> {
  const onError = (): never => {
    throw new AppError("too-large", `The request's body has more than ${maxSize} bytes.`);
  };
  const countBody = bodyLimit({ maxSize, onError });
  return async (c, next) => {
    const length = c.req.header("content-length");
    if (length === undefined || c.req.header("transfer-encoding") !== undefined)
      return countBody(c, next);
    if (Number(length) > maxSize) onError();
    return next();
  };
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
