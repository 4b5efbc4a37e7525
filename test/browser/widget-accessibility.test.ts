// axe finds nothing, in either mode and theme, whatever the widget shows.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  answerFrames,
  answerWith,
  refuseWith,
  type ScriptedChat,
  type Site,
  sourceFrame,
  startScriptedChat,
  startSite,
} from "../support/scripted-chat.ts";
import { findViolations } from "./axe.ts";
import { chromiumPath, launchChromium } from "./browser.ts";
import { openWidget, type WidgetPage } from "./widget-page.ts";

const TEXT =
  "# In short\n\nIt weighs **1.62 kg**. [1] It is _light_, see `size`. [2]\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |\n\n[More](https://shop.example/more)";
const FRAMES = answerFrames(TEXT, {
  sources: [sourceFrame(1, { snippet: "It weighs 1.62 kg." }), sourceFrame(2), sourceFrame(3)],
  citations: [
    { n: 1, start: 12, end: 34, quote: "It weighs 1.62 kg.", verified: true },
    { n: 2, start: 39, end: 68, verified: false },
  ],
  report: {
    degraded: true,
    collections: [{ name: "guides", status: "timeout", hits: 0, ms: 4000 }],
    stages: {},
  },
});

if (chromiumPath === undefined)
  console.log(
    "widget-accessibility.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).",
  );

describe.skipIf(chromiumPath === undefined)("<tributary-chat>, for everybody", () => {
  let browser: Browser;
  let site: Site;
  let chat: ScriptedChat;
  let open: WidgetPage;
  beforeAll(async () => {
    [browser, site, chat] = await Promise.all([launchChromium(), startSite(), startScriptedChat()]);
    site.connect = chat.url;
    site.hasPolicy = false;
  });
  afterEach(() => open.close());
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), chat.close()]);
  });

  /** What axe finds, and every control that is too small to hit. */
  async function findFaults(): Promise<string[]> {
    const small = await open.page.evaluate(() => {
      const root = document.querySelector("tributary-chat")!.shadowRoot!;
      return [...root.querySelectorAll("button, summary, input, textarea, .source a")]
        .filter((one) => {
          const { width, height } = one.getBoundingClientRect();
          return width > 0 && (width < 24 || height < 24);
        })
        .map(({ outerHTML }) => `too small: ${outerHTML}`);
    });
    return [...(await findViolations(open.page)), ...small];
  }

  it.each(
    ["inline", "launcher"].flatMap((mode) =>
      ["light", "dark"].map((theme) => [mode, theme] as const),
    ),
  )("has no fault, %s and %s", async (mode, theme) => {
    site.body = `<tributary-chat mode="${mode}" theme="${theme}" server="${chat.url}" questions='["A first one?"]'></tributary-chat>`;
    open = await openWidget(browser, site, { colorScheme: theme as "light" | "dark" });
    expect(await findFaults(), "closed").toEqual([]);
    if (mode === "launcher") await open.button("Ask a question").click();
    expect(await findFaults(), "empty").toEqual([]);
    chat.reply = answerWith(FRAMES);
    await open.ask("How heavy?");
    await open.button("Bad answer").waitFor();
    chat.reply = (response) => void response.writeHead(204).end();
    await open.button("Bad answer").click();
    await open.widget.getByPlaceholder("What was wrong?").waitFor();
    await open.widget.locator("summary").click();
    expect(await findFaults(), "answer").toEqual([]);
    await open.answer.locator("button").nth(1).click();
    expect(await findFaults(), "source").toEqual([]);
    await open.page.keyboard.press("Escape");
    chat.reply = refuseWith(429, "too-many-requests", { "retry-after": "60" });
    await open.ask("Again?");
    await open.widget.getByRole("alert").waitFor();
    expect(await findFaults(), "error").toEqual([]);
    expect(open.complaints).toEqual([]);
  });
});
