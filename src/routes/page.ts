import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { html } from "hono/html";
import { answer } from "../chat/answer.ts";
import { type JsonAnswer, toJsonAnswer } from "../chat/wire.ts";
import { usesSamples } from "../config.ts";
import { invalidField, toAppError } from "../errors.ts";
import { holdsSamples } from "../samples.ts";
import type { Services } from "../services.ts";
import { whenEnded } from "../streams.ts";
import type { Html } from "./layout.ts";
import type { BrowserFiles } from "./browser-files.ts";
import type { AppEnvironment } from "./environment.ts";
import { splitQuestion } from "./messages.ts";
import { readOrigin } from "./origin.ts";
import { problems } from "./problems.ts";
import { renderAnswer } from "./page-answer.ts";
import { addressWith, type PageSettings, readSettings } from "./page-settings.ts";
import { fillTemplate } from "./page-template.ts";
import { describeProblem, PAGE_TEXTS, type PageLanguage } from "./page-texts.ts";

/** Only the sample documents answer these. */
const QUESTIONS: Record<PageLanguage, { language: PageLanguage; text: string }[]> = {
  en: [
    { language: "en", text: "How much deposit do you block when I rent equipment?" },
    { language: "en", text: "How much distance should I keep from a bear on the trail?" },
    { language: "ko", text: "달빛 랜턴 제일 밝게 하면 몇 루멘이에요?" },
  ],
  ko: [
    { language: "ko", text: "달빛 랜턴 제일 밝게 하면 몇 루멘이에요?" },
    { language: "ko", text: "제주도로 주문하면 배송비가 얼마 더 붙나요?" },
    { language: "en", text: "How much deposit do you block when I rent equipment?" },
  ],
};

/** What came of the form. */
interface Sent {
  /** What is left in the box. */
  question: string;
  result: Html;
}

/** The demo page: the widget with a look into its search, and a plain form where there is no script. */
export interface Page {
  /** Without script where something was sent: whoever sent the form has none. */
  render(c: Context<AppEnvironment>, sent?: Sent): Promise<string>;
}

export function createPage(services: Services, readFiles: () => Promise<BrowserFiles>): Page {
  const { platform, config, modelName } = services;
  return {
    async render(c, sent) {
      const settings = readSettings(c);
      const { language, theme, mode } = settings;
      const [files, withSamples] = await Promise.all([
        readFiles(),
        showsSamples(services, c.req.raw.signal),
      ]);
      const questions = QUESTIONS[language];
      const values = {
        ...PAGE_TEXTS[language],
        lang: language,
        ...renderPlaces(settings),
        nonce: c.get("secureHeadersNonce") ?? "",
        widget: files.widget.path,
        script: files.demo.path,
        origin: readOrigin(c, config),
        modelName,
        storeName: config.QDRANT_URL === undefined ? "Qdrant local mode" : "Qdrant server",
        questions: JSON.stringify(questions.map(({ text }) => text)),
        exampleButtons: html`${questions.map(
          ({ language, text }) =>
            html`<button name="message" value="${text}" lang="${language}">${text}</button>`,
        )}`,
        text: sent?.question ?? "",
        result: sent?.result ?? "",
      };
      const shown = [
        sent === undefined ? "scripted" : "sent",
        ...(withSamples ? ["withSamples"] : []),
        `is-${language}`,
        `is-${theme}`,
        `is-${mode}`,
      ];
      return fillTemplate(platform.page, values, new Set(shown));
    },
  };
}

/** Refusals are pages too. */
function pageContent(description: string): {
  description: string;
  content: { "text/html": { schema: z.ZodString } };
} {
  return { description, content: { "text/html": { schema: z.string() } } };
}

/** Not checked: an address that says something else is answered with the page all the same. */
const description = [
  "In the address: `lang` (`en`, `ko`; else by Accept-Language), `theme` (`auto`, `light`, `dark`) and",
  "`mode` of the chat (`inline`, `launcher`).",
].join(" ");

const pageRoute = createRoute({
  method: "get",
  path: "/",
  operationId: "showPage",
  tags: ["Pages"],
  summary: "The demo page: the chat widget, and a look into its search.",
  description,
  responses: { 200: pageContent("The page"), ...problems({}) },
});

const formRoute = createRoute({
  method: "post",
  path: "/",
  operationId: "askByForm",
  tags: ["Pages"],
  summary: "The demo page's form, for browsers without script. Refusals are pages as well.",
  description,
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
    200: pageContent("The page with the answer"),
    409: pageContent("The answer was stopped."),
    413: pageContent("The form is too large."),
    422: pageContent("There is no question, or it is too long."),
    500: pageContent("Something went wrong on our side."),
    503: pageContent(
      "Too many answers are being written, or something that is needed can not be reached.",
    ),
    504: pageContent("The answer took too long."),
  },
});

export function addPageRoutes(app: OpenAPIHono<AppEnvironment>, services: Services, page: Page) {
  return app
    .openapi(pageRoute, async (c) => send(c, await page.render(c)))
    .openapi(formRoute, async (c) => {
      const question = await readSent(c);
      const result = await answerForm(c, services, question);
      const { language } = readSettings(c);
      const content = renderAnswer(question, result, PAGE_TEXTS[language]);
      return send(c, await page.render(c, { question: "", result: content }));
    });
}

/** A form's problems as the page again, with the question still in the box. */
export function showProblems(page: Page): MiddlewareHandler<AppEnvironment> {
  return async function showProblems(c, next) {
    await next();
    if (c.error === undefined) return;
    const { status } = c.res;
    const text = describeProblem(toAppError(c.error), readSettings(c).language);
    // What is too large is not read.
    const question = status === 413 ? "" : await readSent(c).catch(() => "");
    const result = html`<p class="note bad" role="alert">${text}</p>`;
    c.res = send(c, await page.render(c, { question, result }), status);
  };
}

/** The nonce is for one reader. */
function send(c: Context, page: string, status = 200): Response {
  c.header("vary", "Accept-Language", { append: true });
  c.header("cache-control", "private, no-cache");
  return c.html(page, status as 200);
}

async function readSent(c: Context): Promise<string> {
  const { message } = await c.req.parseBody().catch(() => {
    throw invalidField("message", "The form can not be read.");
  });
  return typeof message === "string" ? message.trim() : "";
}

async function answerForm(
  c: Context<AppEnvironment>,
  services: Services,
  question: string,
): Promise<JsonAnswer> {
  const { platform, config, running } = services;
  if (question === "") throw invalidField("message", "The question is empty.");
  const { text } = splitQuestion(
    [{ role: "user", content: question }],
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
  const answering = running.begin(platform.generateId(), c.req.raw.signal);
  const events = answer({ text, history: [] }, services.answer, answering.signal);
  return toJsonAnswer(whenEnded(events, answering.end), options);
}

async function showsSamples({ config, answer }: Services, signal: AbortSignal): Promise<boolean> {
  if (!usesSamples(config)) return false;
  const known = await answer.catalog.read(signal).catch(() => undefined);
  return known !== undefined && holdsSamples(known);
}

/** Addresses of the page, with what else was chosen kept. */
function renderPlaces(settings: PageSettings): Record<"here" | "english" | "korean", string> {
  return {
    here: addressWith(settings),
    english: addressWith(settings, { lang: "en" }),
    korean: addressWith(settings, { lang: "ko" }),
  };
}
