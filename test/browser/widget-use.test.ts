// What readers and pages do with the widget, against a server that does as it is told.
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

const TEXT = "It weighs **1.62 kg**. [1] It is light. [2]";
const FRAMES = answerFrames(TEXT, {
  sources: [
    sourceFrame(1, { snippet: "The tent weighs 1.62\nkg. It weighs **1.62 kg**." }),
    sourceFrame(2),
    sourceFrame(3),
  ],
  citations: [
    { n: 1, start: 0, end: 22, quote: "It weighs **1.62 kg**.", verified: true },
    { n: 2, start: 27, end: 39, verified: false },
  ],
});

if (chromiumPath === undefined)
  console.log("widget-use.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("<tributary-chat>, in use", () => {
  let browser: Browser;
  let site: Site;
  let chat: ScriptedChat;
  let open: WidgetPage;
  beforeAll(async () => {
    [browser, site, chat] = await Promise.all([launchChromium(), startSite(), startScriptedChat()]);
    site.connect = chat.url;
  });
  afterEach(async () => {
    expect(open.complaints).toEqual([]);
    await open.close();
    chat.asked.length = 0;
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), chat.close()]);
  });

  async function show(attributes = ""): Promise<WidgetPage> {
    site.body = `<tributary-chat mode="inline" server="${chat.url}" ${attributes}></tributary-chat>`;
    chat.reply = answerWith(FRAMES);
    return (open = await openWidget(browser, site, {
      permissions: ["clipboard-read", "clipboard-write"],
    }));
  }

  it("sends nothing while an input method composes, and a new line with Shift", async () => {
    const { input, page } = await show();
    await input.fill("텐트 무게");
    for (const init of [{ isComposing: true }, { keyCode: 229 }])
      await input.evaluate(
        (box, more) =>
          box.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true, ...more }),
          ),
        init,
      );
    await input.press("Shift+Enter");
    await page.keyboard.type("는?");
    expect(chat.asked).toEqual([]);
    await input.press("Enter");
    await open.whole();
    expect(chat.asked[0]!.body.messages[0]!.parts[0]!.text).toBe("텐트 무게\n는?");
  });

  it("tells a checked marker from one that is not, and marks the quote in the snippet", async () => {
    const { ask, whole, answer, widget } = await show();
    await ask("How heavy?");
    await whole();
    const [checked, unchecked] = [answer.locator("button").nth(0), answer.locator("button").nth(1)];
    expect(await checked.getAttribute("aria-label")).toBe("Source 1: Title 1");
    expect(await unchecked.getAttribute("aria-label")).toBe(
      "Source 2: Title 2 (not word for word in the source)",
    );
    const border = (element: Element): string => getComputedStyle(element).borderStyle;
    expect(await unchecked.evaluate(border)).toBe("dashed");
    expect(await checked.evaluate(border)).not.toBe("dashed");
    await checked.click();
    expect(await widget.locator(".source mark").allInnerTexts()).toEqual([
      "It weighs **1.62 kg**.",
    ]);
    expect(await widget.locator(".source").innerText()).toContain("products · Care");
    await unchecked.click();
    expect(await widget.locator(".source mark").count()).toBe(0);
    expect(await widget.locator(".source").innerText()).toContain("not word for word");
    expect(await widget.getByText("1 more source").count()).toBe(1);
  });

  it("copies the answer with its sources", async () => {
    const { ask, button, page } = await show();
    await ask("How heavy?");
    await button("Copy the answer").click();
    await open.widget.getByRole("status").getByText("Copied").waitFor({ state: "attached" });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      `${TEXT}\n\n[1] Title 1: https://shop.example/1\n[2] Title 2: https://shop.example/2`,
    );
  });

  it("asks for no rating where none is stored", async () => {
    const { ask, button } = await show();
    chat.reply = answerWith(answerFrames(TEXT, { feedback: false }));
    await ask("How heavy?");
    await button("Copy the answer").waitFor();
    expect(await button("Good answer").count()).toBe(0);
    expect(await button("Bad answer").count()).toBe(0);
  });

  it("rates an answer, takes a comment, and says when nothing was stored", async () => {
    const { ask, button, widget, page } = await show();
    await ask("How heavy?");
    await button("Good answer").waitFor();
    chat.reply = (response) => void response.writeHead(204).end();
    const rated = (): unknown[] =>
      chat.asked.filter(({ path }) => path.endsWith("/feedback")).map(({ body }) => body);
    await button("Good answer").click();
    await expect.poll(() => button("Good answer").getAttribute("aria-pressed")).toBe("true");
    await button("Bad answer").click();
    await widget.getByPlaceholder("What was wrong?").fill("Too short.");
    await page.keyboard.press("Enter");
    await widget.locator(".after").getByText("Thank you!").waitFor();
    expect(rated()).toEqual([
      { messageId: "a1", rating: "up" },
      { messageId: "a1", rating: "down" },
      { messageId: "a1", rating: "down", comment: "Too short." },
    ]);
    expect(await button("Good answer").getAttribute("aria-pressed")).toBe("false");
    chat.reply = (response) => void response.writeHead(404).end();
    await button("Good answer").click();
    await widget.getByRole("alert").waitFor();
    expect(await button("Good answer").getAttribute("aria-pressed")).toBe("false");
    await page.reload();
    await expect.poll(() => button("Bad answer").getAttribute("aria-pressed")).toBe("true");
  });

  it("is silent while it streams, and says the answer once at its end", async () => {
    const { ask, widget, answer, page } = await show();
    let end = (): void => undefined;
    chat.reply = (response) => {
      const frames = FRAMES.map((frame) => `data: ${JSON.stringify(frame)}\r\n\r\n`);
      const text = frames.findIndex((frame) => frame.includes("text-delta"));
      beginStream(response).write(frames.slice(0, text + 1).join(""));
      end = () => void response.end(frames.slice(text + 1).join(""));
    };
    await ask("How heavy?");
    await answer.getByText("1.62 kg").waitFor();
    const status = widget.getByRole("status");
    expect(await status.textContent()).toBe("Writing from 3 sources…");
    const log = widget.getByRole("log");
    expect(await log.getAttribute("aria-live")).toBe("off");
    expect(await log.getAttribute("aria-busy")).toBe("true");
    end();
    await expect.poll(() => status.textContent()).toContain("It weighs **1.62 kg**. It is light.");
    expect(await log.getAttribute("aria-busy")).toBe("false");
    // Every control can be reached with the keyboard.
    const reached = new Set<string>();
    for (let index = 0; index < 16; index += 1) {
      await page.keyboard.press("Tab");
      reached.add(
        await page.evaluate(() => {
          const { activeElement } = document.querySelector("tributary-chat")!.shadowRoot!;
          return (
            activeElement?.ariaLabel ??
            activeElement?.getAttribute("title") ??
            activeElement?.localName ??
            ""
          );
        }),
      );
    }
    for (const name of [
      "Send",
      "New conversation",
      "Source 1: Title 1",
      "Copy the answer",
      "Good answer",
      "Try again",
      "summary",
    ])
      expect([...reached], name).toContain(name);
  });

  it("keeps several on a page apart, and lets a page set each up", async () => {
    site.body = ["one", "two"]
      .map(
        (id) =>
          `<tributary-chat id="${id}" mode="inline" server="${chat.url}" heading="Ask ${id}" collections="${id}, more"></tributary-chat>`,
      )
      .join("");
    chat.reply = answerWith(FRAMES);
    open = await openWidget(browser, site);
    const { page } = open;
    await page.evaluate(() => {
      const [one, two] = document.querySelectorAll("tributary-chat") as unknown as Record<
        string,
        unknown
      >[];
      Object.assign(two!, {
        filter: { year: 2026 },
        questions: ["A first one?"],
        placeholder: "Write",
      });
      (one!["ask"] as (text: string) => void)("Only here");
    });
    const [one, two] = [page.locator("#one"), page.locator("#two")];
    await one.getByRole("button", { name: "Good answer" }).waitFor();
    expect(await two.locator("article").count()).toBe(0);
    await two.getByRole("button", { name: "A first one?" }).click();
    await two.getByRole("button", { name: "Good answer" }).waitFor();
    expect(await one.locator("article").count()).toBe(1);
    const [first, second] = chat.asked.map(({ body }) => body);
    expect(first).toMatchObject({ collections: ["one", "more"] });
    expect(second).toMatchObject({ collections: ["two", "more"], filter: { year: 2026 } });
    expect(second!.id).not.toBe(first!.id);
    await page.reload();
    expect(await page.locator("#one .question").innerText()).toBe("Only here");
    expect(await page.locator("#two .question").innerText()).toBe("A first one?");
    expect(await page.locator("#two").getByPlaceholder("Write").count()).toBe(0);
  });

  it("takes texts from JSON and from an address, and colours from the page", async () => {
    const { widget, page, ask, answer, whole } = await show(
      `strings='{"heading":"<b>Frag</b>","cut":"Abgeschnitten."}' theme="dark"`,
    );
    expect(await widget.getByRole("heading", { level: 2 }).innerText()).toBe("<b>Frag</b>");
    await page.evaluate(() => {
      const element = document.querySelector<HTMLElement>("tributary-chat")!;
      element.style.setProperty("--tributary-background", "rgb(1, 2, 3)");
      element.setAttribute("strings", "/strings.json");
    });
    await widget.getByText("<img src=x onerror=alert(1)>Hallo").waitFor();
    const chatColour = widget
      .locator(".panel")
      .evaluate((one) => getComputedStyle(one).backgroundColor);
    expect(await chatColour).toBe("rgb(1, 2, 3)");
    await ask("How heavy?");
    await whole();
    await page.evaluate(() =>
      document.querySelector("tributary-chat")!.setAttribute("theme", "light"),
    );
    expect(await answer.innerText()).toContain("1.62 kg");
  });

  it("leaves its server when it is taken away, and comes back as it was", async () => {
    const { ask, answer, page, button } = await show();
    let gone = false;
    chat.reply = (response, { method }) => {
      if (method === "GET") return answerWith(FRAMES)(response, chat.asked[0]!);
      response.once("close", () => (gone = true));
      beginStream(response).write(
        `data: ${JSON.stringify(FRAMES[0])}\n\ndata: ${JSON.stringify({ type: "text-delta", delta: "It weighs" })}\n\n`,
      );
    };
    await ask("How heavy?");
    await answer.getByText("It weigh").waitFor();
    await page.evaluate(() => {
      const element = document.querySelector("tributary-chat")!;
      element.remove();
      Object.assign(globalThis, { element });
    });
    await expect.poll(() => gone).toBe(true);
    await page.evaluate(() =>
      document.body.append((globalThis as unknown as { element: Element }).element),
    );
    await button("Good answer").waitFor();
    expect(await answer.innerText()).toContain("It is light.");
  });
});
