import type { OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import { answer } from "../chat/answer.ts";
import { toJsonAnswer } from "../chat/wire.ts";
import type { Services } from "../services.ts";
import type { AppEnvironment } from "./environment.ts";
import { splitQuestion } from "./messages.ts";
import { readOrigin } from "./origin.ts";

/** The demo page, and its form for browsers without script. */
export function addPageRoutes(app: OpenAPIHono<AppEnvironment>, services: Services): void {
  const { platform, config, modelName } = services;
  const render = (nonce: string, content: string): string =>
    platform.page
      .replaceAll("{{nonce}}", nonce)
      .replace("<!--info-->", () =>
        String(
          html`Model: ${modelName} · Store:
          ${config.QDRANT_URL === undefined ? "Qdrant local mode, in memory" : "Qdrant server"}`,
        ),
      )
      .replace("<!--answer-->", () => content);

  app.get("/", (c) => c.html(render(c.get("secureHeadersNonce") ?? "", "")));

  app.post("/", async (c) => {
    const { message } = await c.req.parseBody();
    const content = typeof message === "string" ? message.trim() : "";
    const { text } = splitQuestion(
      content === "" ? [] : [{ role: "user", content }],
      config.MAX_MESSAGE_CHARACTERS,
    );
    const options = {
      messageId: "",
      conversationId: "",
      origin: readOrigin(c, config),
      keepAlive: config.KEEP_ALIVE_MS,
    };
    const result = await toJsonAnswer(
      answer({ text, history: [] }, services.answer, c.req.raw.signal),
      options,
    );
    const body = html`<article>
      <p dir="auto"><strong>${text}</strong></p>
      <p dir="auto">${result.answer}</p>
      <ol>
        ${result.sources.map((source) => html`<li><a href="${source.url}" rel="noopener noreferrer">${source.title}</a></li>`)}
      </ol>
    </article>`;
    return c.html(render(c.get("secureHeadersNonce") ?? "", String(await body)));
  });
}
