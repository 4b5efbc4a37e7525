// An answer full of addresses that no source holds makes a browser ask nobody: on the page, and in a client that lets
// everything through that Markdown and HTML can do.
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { EVIL, LINK_ATTACKS } from "../support/link-attacks.ts";
import { chromiumPath, launchChromium, openPage } from "./browser.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";

if (chromiumPath === undefined)
  console.log("links.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("an answer full of foreign addresses", () => {
  let browser: Browser;
  let upstream: FaultServer;
  let tributary: Tributary;
  beforeAll(async () => {
    browser = await launchChromium();
    upstream = await startFaultServer();
    tributary = await startTributary({
      MODEL: "openai-compatible:test",
      MODEL_BASE_URL: `${upstream.url}/v1`,
    });
    const text = LINK_ATTACKS.join("\n\n");
    upstream.reply = () => text.match(/[^]{1,7}/g) ?? [];
  });
  afterAll(async () => {
    await tributary.stop();
    await upstream.close();
    await browser.close();
  });

  it("makes the page ask nobody", async () => {
    const { page, complaints, close } = await openPage(browser, tributary.url);
    const chat = page.locator("tributary-chat");
    await chat.getByRole("textbox").fill(QUESTION);
    await page.keyboard.press("Enter");
    await chat.locator(".log[aria-busy=false]").waitFor();
    expect(await chat.locator(".answer").last().innerText()).toContain("⟨link removed⟩");
    expect(complaints).toEqual([]);
    await close();
  });

  it("makes the page ask nobody without script", async () => {
    const { page, complaints, close } = await openPage(browser, tributary.url, { script: false });
    await page.getByLabel("Your question").fill(QUESTION);
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("article").waitFor();
    expect(await page.locator(".answer").innerText()).toContain("⟨link removed⟩");
    const links = await page
      .locator(".answer :is([href], [src])")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href") ?? one.getAttribute("src")));
    expect(links.filter((link) => !/^#s\d+$/.test(link ?? ""))).toEqual([]);
    expect(complaints).toEqual([]);
    await close();
  });

  it("makes a client ask nobody that renders Markdown with all its HTML", async () => {
    const response = await fetch(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ message: QUESTION, stream: false }),
    });
    const { answer } = (await response.json()) as { answer: string };
    const render = (markdown: string): string =>
      micromark(markdown, {
        allowDangerousHtml: true,
        allowDangerousProtocol: true,
        extensions: [gfm()],
        htmlExtensions: [gfmHtml()],
      });
    const context = await browser.newContext();
    const asked: string[] = [];
    await context.route("**/*", (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    const page = await context.newPage();
    for (const html of [render(answer), answer]) {
      // Resolves when everything is loaded that the text asks for.
      await page.setContent(`<base href="http://reader.example/">${html}`);
      const links = await page
        .locator("[href], [src]")
        .evaluateAll((all) =>
          all.map((one) => one.getAttribute("href") ?? one.getAttribute("src")),
        );
      expect(links.slice(1)).toEqual([]);
    }
    expect(asked).toEqual([]);
    // Without the checks the same text asks for a lot.
    await page.setContent(render(LINK_ATTACKS.slice(0, 8).join("\n\n")));
    await expect.poll(() => asked.filter((url) => url.includes(EVIL)).length).toBeGreaterThan(2);
    await context.close();
  });
});
