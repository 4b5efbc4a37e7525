import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import {
  chromiumPath,
  launchChromium,
  openPage,
  type OpenPageOptions,
  type WatchedPage,
} from "./browser.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";

if (chromiumPath === undefined)
  console.log("page.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

let browser: Browser;
let opened: WatchedPage | undefined;

async function open(
  url: string,
  options?: OpenPageOptions,
): Promise<Page & { complaints: string[] }> {
  opened = await openPage(browser, url, options);
  return Object.assign(opened.page, { complaints: opened.complaints });
}

const ask = async (page: Page, question = QUESTION): Promise<void> => {
  await page.getByLabel("Your question").fill(question);
  await page.getByRole("button", { name: "Send" }).click();
};
/** The answer is whole when its button is Send again. */
const whole = (page: Page): Promise<void> => page.locator("#send").waitFor({ state: "visible" });
const answerText = (page: Page): Promise<string> => page.locator(".answer").last().innerText();

describe.skipIf(chromiumPath === undefined)("the page", () => {
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    await opened?.close();
    opened = undefined;
  });
  afterAll(() => browser.close());

  describe("without keys", () => {
    let tributary: Tributary;
    beforeAll(async () => {
      tributary = await startTributary();
    });
    afterAll(() => tributary.stop());

    it("loads without an error, a violated policy or a foreign request", async () => {
      const page = await open(tributary.url);
      expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("Tributary");
      expect(await page.locator("footer").innerText()).toContain("Model: extractive");
      expect(await page.locator("noscript p").count()).toBe(0);
      await page.waitForLoadState("networkidle");
      expect(page.complaints).toEqual([]);
    });

    it("streams an answer with citations, sources and the report of the search", async () => {
      const page = await open(tributary.url);
      await ask(page);
      await whole(page);
      expect(await answerText(page)).toContain("1.62 kg");
      const sources = page.locator(".sources li");
      expect(await sources.count()).toBeGreaterThan(0);
      expect(await page.locator(".sources a").first().getAttribute("href")).toMatch(/^https?:/);
      const report = page.locator(".report");
      expect(await report.locator("summary").innerText()).toMatch(
        /Searched 3 collections: \d+ hits/,
      );
      await report.locator("summary").click();
      expect(await report.locator("tbody tr").count()).toBe(3);
      for (const name of ["guides", "policies", "products"])
        expect(await report.innerText()).toContain(name);

      const marker = page.locator("a.cite").first();
      const target = (await marker.getAttribute("href"))!;
      await marker.click();
      expect(await page.locator(target).getAttribute("class")).toContain("hit");
      expect(page.complaints).toEqual([]);
    });

    it("asks the example questions, also in Korean, and follows up", async () => {
      const page = await open(tributary.url);
      await page.locator(".examples button[lang=ko]").click();
      await page.locator(".answer").first().waitFor();
      await whole(page);
      expect(await answerText(page)).toContain("루멘");
      await ask(page, "무게는요?");
      await whole(page);
      expect(await page.locator("article.turn").count()).toBe(2);
      expect((await answerText(page)).length).toBeGreaterThan(0);
      expect(page.complaints).toEqual([]);
    });

    it("sends with Enter, and not with Shift+Enter", async () => {
      const page = await open(tributary.url);
      const box = page.getByLabel("Your question");
      await box.focus();
      await page.keyboard.type("How heavy is");
      await page.keyboard.press("Shift+Enter");
      expect(await page.locator("article.turn").count()).toBe(0);
      await page.keyboard.type("the Aurora 2 tent?");
      await page.keyboard.press("Enter");
      await page.locator(".answer p").first().waitFor();
      await whole(page);
      expect(await answerText(page)).toContain("1.62 kg");
      expect(await box.inputValue()).toBe("");
    });

    it("says that nothing was found for what is not in the documents", async () => {
      const page = await open(tributary.url);
      await ask(page, "Who won the chess championship of 1972?");
      await whole(page);
      expect(await page.locator(".note").innerText()).toContain("Not found in the documents");
    });

    it("says so when the server is gone, and keeps the question", async () => {
      const mortal = await startTributary({ SAMPLES: "false" });
      const page = await open(mortal.url);
      await mortal.stop();
      await ask(page);
      await page.locator(".note.bad").waitFor();
      expect(await page.locator(".note.bad").innerText()).toContain("connection to the server");
      expect(await page.getByLabel("Your question").inputValue()).toBe(QUESTION);
    });

    it.each([360, 320])("does not scroll sideways at a width of %i", async (width) => {
      const page = await open(tributary.url, { width, height: 740 });
      await expectNoSidewaysScroll(page);
      await ask(page, `${QUESTION} ${"Donaudampfschifffahrtsgesellschaft".repeat(6)}`);
      await whole(page);
      for (const summary of await page.locator("summary").all()) await summary.click();
      await expectNoSidewaysScroll(page);
    });

    it("works without script: the form brings the answer as a page", async () => {
      const page = await open(tributary.url, { script: false, width: 360, height: 740 });
      expect(await page.locator("noscript p").innerText()).toContain("Scripts are off");
      await ask(page);
      await page.locator("article").waitFor();
      expect(await page.locator("article .question").innerText()).toContain(QUESTION);
      expect(await answerText(page)).toContain("1.62 kg");
      expect(await page.locator("article .sources a").count()).toBeGreaterThan(0);
      const marker = (await page.locator("a.cite").first().getAttribute("href"))!;
      expect(await page.locator(marker).count()).toBe(1);
      expect(page.complaints).toEqual([]);
      await page.locator("summary").first().click();
      await expectNoSidewaysScroll(page);
    });

    it("works without script from an example's button too", async () => {
      const page = await open(tributary.url, { script: false });
      await page.locator(".examples button").first().click();
      await page.locator("article .sources").waitFor();
      expect((await answerText(page)).length).toBeGreaterThan(0);
    });

    async function expectNoSidewaysScroll(page: Page): Promise<void> {
      const [scrolled, shown] = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return [scrollWidth, clientWidth] as const;
      });
      expect(scrolled).toBeLessThanOrEqual(shown);
    }
  });

  describe("with a language model", () => {
    const MARKUP = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>';
    let upstream: FaultServer;
    let tributary: Tributary;
    beforeAll(async () => {
      upstream = await startFaultServer();
      tributary = await startTributary({
        MODEL: "openai-compatible:test",
        MODEL_BASE_URL: `${upstream.url}/v1`,
      });
    });
    afterEach(() => upstream.clear());
    afterAll(async () => {
      await tributary.stop();
      await upstream.close();
    });

    function* endless(): Generator<string> {
      for (let index = 0; ; index++) yield `word${index} `;
    }

    it("shows text while it comes; Stop ends it, and the model's socket is closed", async () => {
      upstream.reply = () => endless();
      upstream.tokenDelayMs = 20;
      const page = await open(tributary.url);
      await ask(page);
      await page.locator(".answer p", { hasText: "word5" }).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await upstream.waitFor(
        ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
      );
      await whole(page);
      expect(await page.locator(".note").innerText()).toContain("Stopped");
      const text = await answerText(page);
      expect(text).toContain("word5");
      expect(upstream.openRequests()).toEqual([]);
      expect(page.complaints).toEqual([]);
    });

    it("closes the model's socket when the page is closed", async () => {
      upstream.reply = () => endless();
      upstream.tokenDelayMs = 20;
      const page = await open(tributary.url);
      await ask(page);
      await page.locator(".answer p", { hasText: "word5" }).waitFor();
      await page.close();
      await upstream.waitFor(
        ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
      );
    });

    it("shows markup of the model, which stands in code, as text", async () => {
      upstream.reply = `It is \`${MARKUP}\` heavy [1]. [click](javascript:alert(1))`;
      const page = await open(tributary.url);
      await ask(page);
      await whole(page);
      expect(await answerText(page)).toContain(MARKUP);
      expect(await page.locator("#log img, #log script, #log a[href^='javascript:']").count()).toBe(
        0,
      );
      expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
      expect(page.complaints).toEqual([]);
    });

    it("shows markup of the model, which stands in code, and of the question as text without script too", async () => {
      upstream.reply = `It is \`${MARKUP}\` heavy [1].`;
      const page = await open(tributary.url, { script: false });
      await ask(page);
      await page.locator("article").waitFor();
      expect(await answerText(page)).toContain(MARKUP);
      await ask(page, MARKUP);
      await page.locator("article .question", { hasText: "hacked" }).waitFor();
      expect(await page.locator("article .question").innerText()).toContain(MARKUP);
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(page.complaints).toEqual([]);
    });

    it("marks an answer that was cut as cut", async () => {
      upstream.reply = "The tent weighs quite a lot of kilograms indeed [1].";
      upstream.fault("chat", { kind: "truncate", afterTokens: 4, how: "reset" });
      const page = await open(tributary.url);
      await ask(page);
      await whole(page);
      expect(await page.locator(".note.bad").innerText()).toContain("cut short");
      expect(await answerText(page)).toContain("The tent weighs");
    });
  });
});
