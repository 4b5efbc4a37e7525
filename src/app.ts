import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { compress } from "hono/compress";
import { requestId } from "hono/request-id";
import { NONCE, secureHeaders } from "hono/secure-headers";
import { AppError, invalidFields } from "./errors.ts";
import { crossOrigin } from "./middleware/cors.ts";
import { createBrowserFiles } from "./routes/browser-files.ts";
import { addChatRoute } from "./routes/chat.ts";
import { addChatStreamRoutes } from "./routes/chat-stream.ts";
import { addConversationRoutes } from "./routes/conversations.ts";
import { addDocsRoute } from "./routes/docs.ts";
import { addDocumentRoutes } from "./routes/documents.ts";
import type { AppEnvironment } from "./routes/environment.ts";
import { addFeedbackRoutes } from "./routes/feedback.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addOpenAIRoutes } from "./routes/openai.ts";
import { addDescriptionRoute } from "./routes/openapi.ts";
import { addPageRoutes, createPage, showProblems } from "./routes/page.ts";
import { addRefusals } from "./routes/refusals.ts";
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
  // Never a stream of events: what is compressed is held back.
  if (platform.compresses === true)
    app.on(
      "GET",
      ["/:file{(?:widget|demo).*}", "/", "/docs", "/openapi.json", "/sources/*"],
      compress(),
    );
  const readFiles = createBrowserFiles(platform.readBrowserCode);
  const page = createPage(services, readFiles);
  app.on("POST", "/", showProblems(page));
  // Refused before its body is read; only a body tells whether it would join an answer that is running already.
  const answering = ["/v1/chat/completions", ...(config.RESUMABLE ? [] : ["/chat"])];
  app.on("POST", answering, (_c, next) => {
    running.requireRoom();
    return next();
  });
  app.use("/collections/*", limitBody(config.MAX_BODY_BYTES * DOCUMENT_BODY_FACTOR));
  app.on(
    "POST",
    ["/chat", "/chat/:id/feedback", "/search", "/", "/v1/chat/completions"],
    limitBody(config.MAX_BODY_BYTES),
  );

  addChatRoute(app, services);
  addChatStreamRoutes(app, services);
  addConversationRoutes(app, services);
  addFeedbackRoutes(app, services);
  addSearchRoute(app, services);
  addDocumentRoutes(app, services);
  addSourceRoute(app, services);
  addOpenAIRoutes(app, services);
  addHealthRoutes(app, services);
  addWidgetRoutes(app, readFiles);
  addPageRoutes(app, services, page);
  addDescriptionRoute(app, services);
  addDocsRoute(app, services);

  addRefusals(app, services);
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
