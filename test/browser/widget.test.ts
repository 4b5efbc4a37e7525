// The widget on a page of another origin, against the product as its users start it.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ROOT, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { type Site, startSite } from "../support/scripted-chat.ts";
import { chromiumPath, launchChromium } from "./browser.ts";
import { openWidget, type WidgetPage } from "./widget-page.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";
const MOST_BYTES = 14_000;

if (chromiumPath === undefined)
  console.log("widget.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

it(`is at most ${MOST_BYTES} bytes when compressed`, () => {
  const code = readFileSync(`${ROOT}.build/widget.js.txt`);
  expect(gzipSync(code).length).toBeLessThanOrEqual(MOST_BYTES);
});

describe.skipIf(chromiumPath === undefined)("<tributary-chat>", () => {
  let browser: Browser;
  let site: Site;
  let open: WidgetPage | undefined;
  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), startSite()]);
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const start = (env: Record<string, string> = {}): Promise<Tributary> =>
    startTributary({ ALLOWED_ORIGINS: site.url, RESUMABLE: "true", ...env });
  const inline = (url: string, more = ""): string =>
    `<tributary-chat mode="inline" server="${url}" ${more}></tributary-chat>`;

  describe("without keys", () => {
    let tributary: Tributary;
    beforeAll(async () => {
      tributary = await start();
      site.connect = tributary.url;
    });
    afterAll(() => tributary.stop());

    it("streams an answer whose markers open their sources", async () => {
      site.body = inline(tributary.url);
      open = await openWidget(browser, site);
      const { page, ask, whole, answer, widget, complaints } = open;
      const events = page.evaluate(
        () =>
          new Promise<unknown[]>((resolve) => {
            const seen: unknown[] = [];
            for (const name of ["question", "retrieval", "answer"])
              document.addEventListener(`tributary-${name}`, (event) => {
                seen.push([name, (event as CustomEvent<{ answered?: boolean }>).detail.answered]);
                if (name === "answer") resolve(seen);
              });
          }),
      );
      await ask(QUESTION);
      await whole();
      expect(await answer.innerText()).toContain("1.62 kg");
      expect(await events).toEqual([
        ["question", undefined],
        ["retrieval", undefined],
        ["answer", true],
      ]);
      expect(await widget.locator(".sources li").first().innerText()).toContain("Aurora 2 Tent");
      expect(await widget.locator(".after").innerText()).toMatch(
        /guides: \d+ hits?, \d+ ms · policies: .* · products: /,
      );

      const marker = answer.locator("button").first();
      await marker.focus();
      await page.keyboard.press("Enter");
      const panel = widget.getByRole("region", { name: "Source 1: Aurora 2 Tent" });
      expect(await panel.locator("mark").innerText()).toContain("1.62 kg");
      const link = panel.getByRole("link");
      expect(await link.getAttribute("href")).toMatch(/\/sources\/products\/[0-9a-f-]{36}$/);
      expect(await link.getAttribute("rel")).toBe("noopener noreferrer");
      await page.keyboard.press("Escape");
      expect(await panel.count()).toBe(0);
      await page.keyboard.press("Enter");
      await panel.waitFor();
      expect(complaints).toEqual([]);
    });

    it("says that nothing was found, and shows what is nearest", async () => {
      site.body = inline(tributary.url);
      open = await openWidget(browser, site);
      await open.ask("What is the capital of Mongolia?");
      await open.whole();
      const text = await open.widget.locator(".after").innerText();
      expect(text).toContain("Not found in the documents.");
      expect(text).toContain("Nearest sources");
      expect(await open.widget.locator(".sources li").count()).toBeGreaterThan(2);
      expect(open.complaints).toEqual([]);
    });

    it("is Korean on a Korean page, and follows up", async () => {
      site.language = "ko-KR";
      site.body = inline(tributary.url, `questions='["달빛 랜턴 제일 밝게 하면 몇 루멘이에요?"]'`);
      open = await openWidget(browser, site);
      site.language = "en";
      await open.button(/달빛/).click();
      await open.button("답변 복사").waitFor();
      expect(await open.answer.innerText()).toContain("루멘");
      await open.ask("무게는요?");
      await open.whole();
      expect(await open.widget.locator("article").count()).toBe(2);
      await open.answer.locator("button").first().click();
      await open.widget.getByRole("link", { name: "출처 열기" }).waitFor();
      expect(open.complaints).toEqual([]);
    });

    it("keeps its looks in a page that resets every element's", async () => {
      const { head } = site;
      site.head = `${head}<style>* { all: unset; font-size: 40px; text-transform: uppercase; pointer-events: none }</style>`;
      site.body = inline(tributary.url, 'theme="dark"');
      open = await openWidget(browser, site);
      site.head = head;
      const style = await open.widget.locator(".panel").evaluate((panel) => {
        const { fontSize, textTransform, pointerEvents, colorScheme } = getComputedStyle(panel);
        return { fontSize, textTransform, pointerEvents, colorScheme };
      });
      expect(style).toEqual({
        fontSize: "15px",
        textTransform: "none",
        pointerEvents: "auto",
        colorScheme: "dark",
      });
    });

    it("is a launcher where a page has nothing but the script's tag", async () => {
      const head = site.head;
      site.body = "";
      site.head = `<script type="module" src="/widget.js" data-server="${tributary.url}" data-heading="Ask the shop"></script>`;
      open = await openWidget(browser, site, { viewport: { width: 390, height: 800 } });
      site.head = head;
      const { page, button, input, ask, whole, answer, widget } = open;
      const launcher = button("Ask the shop");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await expect.poll(() => input.evaluate((box) => box.matches(":focus"))).toBe(true);
      expect(await widget.getByRole("dialog", { name: "Ask the shop" }).count()).toBe(1);
      await ask(QUESTION);
      await whole();
      expect(await answer.innerText()).toContain("1.62 kg");
      await page.keyboard.press("Escape");
      expect(await widget.getByRole("dialog").count()).toBe(0);
      expect(await launcher.getAttribute("aria-expanded")).toBe("false");
      expect(await launcher.evaluate((one) => one.matches(":focus"))).toBe(true);
      expect(open.complaints).toEqual([]);
    });
  });

  describe("with a slow model", () => {
    let tributary: Tributary;
    let upstream: FaultServer;
    beforeAll(async () => {
      upstream = await startFaultServer();
      tributary = await start({
        MODEL: "openai-compatible:test",
        MODEL_BASE_URL: `${upstream.url}/v1`,
      });
      site.connect = tributary.url;
    });
    afterEach(() => upstream.clear());
    afterAll(async () => {
      await tributary.stop();
      await upstream.close();
    });

    it("stops, and answers again on request", async () => {
      site.body = inline(tributary.url);
      open = await openWidget(browser, site);
      upstream.reply = (function* () {
        for (;;) yield "It goes on. [1] ";
      })();
      upstream.tokenDelayMs = 30;
      await open.ask(QUESTION);
      await open.answer.locator("button").nth(1).waitFor();
      const stop = open.button("Stop");
      await stop.focus();
      await open.page.keyboard.press("Enter");
      await open.whole();
      expect(await open.widget.locator(".after").innerText()).toContain("Stopped.");
      await expect.poll(() => upstream.openRequests()).toEqual([]);
      upstream.reply = "It weighs 1.62 kg. [1]";
      upstream.tokenDelayMs = 0;
      await open.button("Try again").click();
      await open.button("Good answer").waitFor();
      expect(await open.answer.innerText()).toContain("It weighs 1.62 kg.");
      expect(await open.widget.locator("article").count()).toBe(1);
      expect(open.complaints).toEqual([]);
    });

    it("goes on after a reload in the middle of an answer", async () => {
      site.body = inline(tributary.url);
      open = await openWidget(browser, site);
      const words = Array.from({ length: 40 }, (_, index) => `word${index} `);
      upstream.reply = words;
      upstream.tokenDelayMs = 40;
      await open.ask(QUESTION);
      await open.answer.getByText("word3").waitFor();
      await open.page.reload();
      await open.button("Good answer").waitFor();
      expect((await open.answer.innerText()).trim()).toBe(words.join("").trim());
      expect(upstream.requests.filter(({ operation }) => operation === "chat").length).toBe(1);
      await open.page.reload();
      await open.button("Good answer").waitFor();
      expect((await open.answer.innerText()).trim()).toBe(words.join("").trim());
      expect(open.complaints).toEqual([]);
    });

    it("says what to do when the model fails, and keeps the question", async () => {
      site.body = inline(tributary.url);
      open = await openWidget(browser, site);
      upstream.fault("chat", { kind: "status", status: 500 }, { times: 9 });
      await open.ask(QUESTION);
      const alert = open.widget.getByRole("alert");
      await alert.waitFor();
      expect(await alert.innerText()).toContain("Wait a moment and try again.");
      expect(await open.widget.locator(".question").innerText()).toBe(QUESTION);
      upstream.clear();
      await open.button("Try again").click();
      await open.button("Good answer").waitFor();
      expect(open.complaints).toEqual([]);
    });
  });
});
