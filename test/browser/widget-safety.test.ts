// Two hundred texts that would act in a page: nothing of them runs, and nobody but the server is asked.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  answerFrames,
  answerWith,
  beginStream,
  type ScriptedChat,
  type Site,
  sourceFrame,
  startScriptedChat,
  startSite,
} from "../support/scripted-chat.ts";
import { chromiumPath, launchChromium } from "./browser.ts";
import { openWidget, type WidgetPage } from "./widget-page.ts";

const EVIL = "http://evil.example";
const RUN = "top.ran=1";

/** Each would run a script, or ask somebody, in a page that took it for markup or followed it. */
const PAYLOADS = [
  `<script>${RUN}</script>`,
  `<script src="${EVIL}/a.js"></script>`,
  `<img src=x onerror="${RUN}">`,
  `<img src="${EVIL}/a.png">`,
  `<svg onload="${RUN}"></svg>`,
  `<svg><script>${RUN}</script></svg>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<iframe src="${EVIL}/"></iframe>`,
  `<body onload="${RUN}">`,
  `<video src=x onerror="${RUN}"></video>`,
  `<details open ontoggle="${RUN}">x</details>`,
  `<input autofocus onfocus="${RUN}">`,
  `<a href="javascript:${RUN}">x</a>`,
  `<link rel=stylesheet href="${EVIL}/a.css">`,
  `<style>@import "${EVIL}/b.css";</style>`,
  `<object data="${EVIL}/a.swf"></object>`,
  `<form action="${EVIL}/"><button autofocus>x</button></form>`,
  `<meta http-equiv=refresh content="0;url=${EVIL}/">`,
  `<base href="${EVIL}/">`,
  `"><img src=x onerror=${RUN}>`,
  `'><svg/onload=${RUN}>`,
  `</textarea><img src=x onerror=${RUN}>`,
  `<math><mtext><img src=x onerror=${RUN}></math>`,
  `<template><img src=x onerror=${RUN}></template>`,
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  ` javascript:${RUN}`,
  `java\tscript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `vbscript:${RUN}`,
  `//evil.example/a`,
  `blob:${EVIL}/a`,
  `file:///etc/passwd`,
  `[x](javascript:${RUN})`,
  `![x](${EVIL}/c.png)`,
  `![x](javascript:${RUN})`,
  `[![x](${EVIL}/d.png)](javascript:${RUN})`,
  `<javascript:${RUN}>`,
  `[x]: javascript:${RUN}\n[x]`,
  `{{constructor.constructor("${RUN}")()}}`,
];

/** Where each of them is shown: an answer, four fields of a source, an error, the stream's own fields. */
const PLACES = 7;

if (chromiumPath === undefined)
  console.log("widget-safety.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

it("are two hundred at least", () => {
  expect(PAYLOADS.length * PLACES).toBeGreaterThanOrEqual(200);
});

describe.skipIf(chromiumPath === undefined)("<tributary-chat>, with hostile texts", () => {
  let browser: Browser;
  let site: Site;
  let chat: ScriptedChat;
  let open: WidgetPage;
  beforeAll(async () => {
    [browser, site, chat] = await Promise.all([launchChromium(), startSite(), startScriptedChat()]);
    site.connect = chat.url;
    // What runs shall run here.
    site.hasPolicy = false;
  });
  afterEach(async () => {
    expect(open.complaints).toEqual([]);
    expect(await open.page.evaluate(() => "ran" in globalThis)).toBe(false);
    const { root, nodes } = await open.page.evaluate(() => {
      const root = document.querySelector("tributary-chat")!.shadowRoot!;
      const acting =
        "script, img, iframe, video, object, embed, link, style, meta, base, template, [onload], [onerror]";
      const links = [...root.querySelectorAll("[href], [src], [action]")].map(
        (one) => one.getAttribute("href") ?? "other",
      );
      return { nodes: root.querySelectorAll(acting).length, root: links };
    });
    expect(nodes).toBe(0);
    expect(root.filter((href) => !/^(?:https?|mailto):/.test(href))).toEqual([]);
    await open.close();
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), chat.close()]);
  });

  async function show(attributes = ""): Promise<void> {
    site.body = `<tributary-chat mode="inline" server="${chat.url}"></tributary-chat>`;
    open = await openWidget(browser, site);
    await open.page.evaluate((strings) => {
      if (strings !== "")
        document.querySelector("tributary-chat")!.setAttribute("strings", strings);
    }, attributes);
  }
  /** Opens every source, so that all of it is shown. */
  async function openSources(): Promise<void> {
    await open.page.evaluate(() => {
      const root = document.querySelector("tributary-chat")!.shadowRoot!;
      for (const button of root.querySelectorAll<HTMLElement>(".answer button, .sources button"))
        button.click();
    });
  }

  it("shows them in an answer as texts", async () => {
    await show();
    chat.reply = answerWith(
      answerFrames(PAYLOADS.flatMap((text) => [text.slice(0, 7), text.slice(7), "\n\n"])),
    );
    await open.ask(PAYLOADS[0]!);
    await open.button("Good answer").waitFor();
    expect(await open.answer.innerText()).toContain(PAYLOADS[2]!);
  });

  it.each(["title", "url", "snippet", "collection"])(
    "shows them as a source's %s",
    async (field) => {
      await show();
      const value = (text: string): object => ({
        [field]: text,
        ...(field === "title" && { heading: [text] }),
      });
      const sources = PAYLOADS.map((text, index) => sourceFrame(index + 1, value(text)));
      const citations = PAYLOADS.map((quote, index) => ({
        n: index + 1,
        start: 0,
        end: 1,
        quote,
        verified: true,
      }));
      const text = PAYLOADS.map((_, index) => `It is. [${index + 1}]`).join(" ");
      chat.reply = answerWith(answerFrames(text, { sources, citations }));
      await open.ask("Why?");
      await open.button("Good answer").waitFor();
      await openSources();
      expect(await open.answer.locator("button").count()).toBe(PAYLOADS.length);
    },
  );

  it("shows them in errors as texts, or not at all", async () => {
    await show();
    chat.reply = (response, asked) => {
      const text = asked.body.messages.at(-1)!.parts[0]!.text;
      const error = { type: "error", code: "invalid", errorText: text };
      return answerWith([{ type: "start", messageId: `${chat.asked.length} ${text}` }, error])(
        response,
        asked,
      );
    };
    const shown = await open.page.evaluate(async (payloads) => {
      const element = document.querySelector("tributary-chat") as HTMLElement & {
        ask(text: string): void;
      };
      for (const text of payloads) {
        const failed = new Promise((resolve) =>
          element.addEventListener("tributary-error", resolve, { once: true }),
        );
        element.ask(text);
        await failed;
        // The conversation is free again when the stream is left.
        await new Promise((resolve) => setTimeout(resolve));
      }
      return [...element.shadowRoot!.querySelectorAll("[role=alert]")].map(
        ({ textContent }) => textContent,
      );
    }, PAYLOADS);
    expect(shown.length).toBe(PAYLOADS.length);
    PAYLOADS.forEach((text, index) => expect(shown[index]).toContain(text.trim()));
  });

  it("passes over them in the fields of the stream", async () => {
    await show();
    chat.reply = (response) => {
      beginStream(response);
      for (const text of PAYLOADS) {
        const line = text.replaceAll("\n", " ");
        response.write(
          `: ${line}\nevent: ${line}\nid: ${line}\nretry: ${line}\n${line}: x\ndata: ${line}\n\n`,
        );
        const frames = [
          { type: text, data: text },
          { type: "data-status", data: { stage: text, collections: text, sources: text } },
          { type: "source-url", url: text, title: text },
          { type: "data-citations", data: text },
        ];
        for (const frame of frames) response.write(`data: ${JSON.stringify(frame)}\n\n`);
      }
      response.end(
        answerFrames("Whole.")
          .map((frame) => `data: ${JSON.stringify(frame)}\n\n`)
          .join(""),
      );
    };
    await open.ask("Why?");
    await open.button("Good answer").waitFor();
    expect(await open.answer.innerText()).toBe("Whole.");
  });

  it("shows them as texts of the page's own", async () => {
    const names = ["heading", "greeting", "send", "close", "fresh"];
    const texts = names.map((name, index) => [
      name,
      PAYLOADS.slice(index * 8, index * 8 + 8).join(" "),
    ]);
    await show(JSON.stringify(Object.fromEntries(texts)));
    expect(await open.widget.getByRole("heading", { level: 2 }).textContent()).toBe(texts[0]![1]);
  });

  it("is a page on which they would run", async () => {
    await show();
    const plain = await browser.newPage();
    const asked: string[] = [];
    await plain.route(`${EVIL}/**`, (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    await plain.goto(site.url);
    await plain.evaluate((html) => (document.body.innerHTML = html), PAYLOADS.slice(2, 4).join(""));
    await expect.poll(() => plain.evaluate(() => "ran" in globalThis)).toBe(true);
    await expect.poll(() => asked.length).toBeGreaterThan(0);
    await plain.close();
  });
});
