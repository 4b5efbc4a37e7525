import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { html } from "hono/html";
import { answer } from "../chat/answer.ts";
import { type JsonAnswer, toJsonAnswer } from "../chat/wire.ts";
import { usesSamples } from "../config.ts";
import { holdsSamples } from "../samples.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import type { AppEnvironment } from "./environment.ts";
import { splitQuestion } from "./messages.ts";
import { readOrigin } from "./origin.ts";
import { problems } from "./problems.ts";

/** Questions that only the sample documents answer. */
const SAMPLE_QUESTIONS = /<!--samples-->[\s\S]*?<!--\/samples-->/;

const pageContent = {
  description: "The page",
  content: { "text/html": { schema: z.string() } },
};

const pageRoute = createRoute({
  method: "get",
  path: "/",
  operationId: "showPage",
  tags: ["Pages"],
  summary: "The demo page.",
  responses: { 200: pageContent, ...problems({}) },
});

const formRoute = createRoute({
  method: "post",
  path: "/",
  operationId: "askByForm",
  tags: ["Pages"],
  summary: "The demo page's form, for browsers without script.",
  request: {
    body: {
      content: {
        // Named only: whatever a form holds is answered with a page.
        "application/x-www-form-urlencoded": {
          schema: { type: "object" },
          example: "message=How+heavy+is+the+Aurora+2+tent%3F",
        },
      },
    },
  },
  responses: {
    200: pageContent,
    ...problems({
      "too-large": "The form is too large.",
      invalid: "There is no question, or it is too long.",
      stopped: "The answer was stopped.",
      overloaded: "Too many answers are being written; `Retry-After` says when to try again.",
      "shutting-down": "The server is being shut down.",
      "retrieval-unavailable": "No collection could be searched.",
      "storage-unavailable": "The document store can not be reached.",
      "model-unavailable": "The language model can not be reached.",
      "answer-truncated": "The language model broke off.",
      timeout: "The answer took too long.",
    }),
  },
});

/** The demo page, and its form for browsers without script. */
export function addPageRoutes(app: OpenAPIHono<AppEnvironment>, services: Services) {
  const { platform, config, modelName } = services;
  const store = config.QDRANT_URL === undefined ? "Qdrant local mode" : "Qdrant server";
  const info = String(html`Model: ${modelName} · Store: ${store}`);
  const pageWithoutSamples = platform.page.replace(SAMPLE_QUESTIONS, "");

  async function render(c: Context<AppEnvironment>, content: string): Promise<Response> {
    const withSamples = await showsSamples(services, c.req.raw.signal);
    return c.html(
      (withSamples ? platform.page : pageWithoutSamples)
        .replaceAll("{{nonce}}", c.get("secureHeadersNonce") ?? "")
        .replace("<!--info-->", () => info)
        .replace("<!--answer-->", () => content),
    );
  }

  return app
    .openapi(pageRoute, (c) => render(c, ""))
    .openapi(formRoute, async (c) => {
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
        turn: platform.turn,
        onFailure: () => undefined,
      };
      const running = services.running.begin(platform.generateId(), c.req.raw.signal);
      const events = answer({ text, history: [] }, services.answer, running.signal);
      const result = await toJsonAnswer(whenEnded(events, running.end), options);
      return render(c, String(await renderAnswer(text, result)));
    });
}

async function showsSamples({ config, answer }: Services, signal: AbortSignal): Promise<boolean> {
  if (!usesSamples(config)) return false;
  const known = await answer.catalog.read(signal).catch(() => undefined);
  return known !== undefined && holdsSamples(known);
}

/** The same marks as the script of the page makes, so that its style fits. */
function renderAnswer(
  question: string,
  { answer: text, sources }: JsonAnswer,
): ReturnType<typeof html> {
  const pieces = text.split(/(\[\d+\])/).map((piece) => {
    const n = /^\[(\d+)\]$/.exec(piece)?.[1];
    return n === undefined ? piece : html`<a class="cite" href="#s${n}">[${n}]</a>`;
  });
  const items = sources.map(
    (source) =>
      html`<li id="s${source.n}">
        <span class="soft">${source.n}</span>
        <span><a href="${source.url}" rel="noopener noreferrer">${source.title}</a></span>
        <details>
          <summary>${source.collection}</summary>
          <blockquote>${source.snippet}</blockquote>
        </details>
      </li>`,
  );
  return html`<article class="turn">
    <h2 class="question" dir="auto">${question}</h2>
    <div class="answer" dir="auto"><p>${pieces}</p></div>
    <h3>Sources</h3>
    <ol class="sources">
      ${items}
    </ol>
  </article>`;
}
