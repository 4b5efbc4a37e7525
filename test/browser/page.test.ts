import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { findViolations } from "./axe.ts";
import {
  chromiumPath,
  launchChromium,
  openPage,
  type OpenPageOptions,
  type WatchedPage,
} from "./browser.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";
const OFF_TOPIC = "Who won the chess championship of 1972?";

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

/** In the look into the search. */
async function search(page: Page, question: string): Promise<void> {
  await page.locator("#query").fill(question);
  await page.locator("#search button").click();
  await settled(page);
}

const settled = (page: Page): Promise<void> =>
  page.locator("#found:not([aria-busy]) .verdict").waitFor();

/** In the chat, with the button of a suggested question. */
const askSuggested = (page: Page, part: string): Promise<void> =>
  page.locator("tributary-chat").getByRole("button", { name: part }).click();

/** Nothing is being written. */
const answered = (page: Page): Promise<void> =>
  page.locator("tributary-chat .log[aria-busy=false]").waitFor();

/** In the plain form. */
async function send(page: Page, question: string): Promise<void> {
  await page.locator("#message").fill(question);
  await page.getByRole("button", { name: "Send" }).click();
}

const readSnippet = (page: Page): Promise<string> => page.locator("#snippet").innerText();

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [scrolled, shown] = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return [scrollWidth, clientWidth] as const;
  });
  expect(scrolled).toBeLessThanOrEqual(shown);
}

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
      await page.locator("tributary-chat").getByRole("textbox").waitFor();
      expect(await page.locator(".plain").isVisible()).toBe(false);
      await page.waitForLoadState("networkidle");
      expect(page.complaints).toEqual([]);
    });

    it("explains the search for every question of the chat", async () => {
      const page = await open(tributary.url);
      await askSuggested(page, "deposit");
      await settled(page);
      expect(await page.locator("#query").inputValue()).toContain("deposit");
      expect(await page.locator("#search-status").innerText()).toMatch(
        /^\d+ candidates in .+ The model would see \d+ of them\.$/,
      );
      expect(await page.locator(".verdict").innerText()).toMatch(
        /An answer would be tried\s+Words of the best passage: [\d.]+, needed: 0\.43/,
      );
      const collections = page.getByRole("table", { name: "Collections" });
      expect(await collections.locator("tbody tr").count()).toBe(3);
      expect(await collections.innerText()).toMatch(/guides\s+answered\s+\d+\s+\d+\sms/);
      const stages = page.getByRole("table", { name: "Stages" });
      expect(await stages.innerText()).toMatch(/Search\s+done\s+\d+\sms/);
      await page.locator("summary", { hasText: /context as the model sees it, about \d+/ }).click();
      expect(await page.locator("#found pre").innerText()).toContain("deposit");
      expect(page.complaints).toEqual([]);
    });

    it("lists the candidates with their words, and why some were left out", async () => {
      const page = await open(tributary.url);
      await search(page, QUESTION);
      const table = page.getByRole("table", { name: "Candidates" });
      const rows = table.getByRole("row");
      expect(await rows.count()).toBe(1 + 10);
      const first = rows.nth(1);
      expect(await first.innerText()).toMatch(/1\s+Aurora 2/);
      expect(await first.locator(".badge").innerText()).toBe("Source 1");
      expect(await first.locator(".holds").allInnerTexts()).toContainEqual(
        expect.stringContaining("Aurora"),
      );
      await first.locator("summary").click();
      expect(await first.locator("details").innerText()).toMatch(
        /The model sees it as source 1\..*rank 1, score/s,
      );
      await page.getByRole("button", { name: /Show all \d+ candidates/ }).click();
      expect(await rows.count()).toBeGreaterThan(11);
      expect(
        await rows
          .nth(11)
          .locator("a")
          .evaluate((a) => a === document.activeElement),
      ).toBe(true);
      const last = rows.last();
      expect(await last.locator(".badge").innerText()).toBe("Left out");
      expect(await last.locator(".outcome").innerText()).toContain("Too far below the best one.");
      const source = await page.request.get(
        new URL((await first.locator("a").getAttribute("href"))!, tributary.url).href,
      );
      expect(await source.text()).toContain("Aurora 2");
      expect(page.complaints).toEqual([]);
    });

    it("says when the answer would be that nothing was found", async () => {
      const page = await open(tributary.url);
      await search(page, OFF_TOPIC);
      expect(await page.locator(".verdict").innerText()).toContain("would be “not found”");
      await page.locator("#query").fill("zzzz");
      await page.keyboard.press("Enter");
      await expect
        .poll(() => page.locator("#search-status").innerText())
        .toMatch(/^No passage was found/);
      expect(await page.getByRole("heading", { name: "Warnings" }).count()).toBe(1);
      expect(await page.locator(".candidates").count()).toBe(0);
    });

    it("searches for a follow-up as the chat does, and not when it is told to let be", async () => {
      const page = await open(tributary.url);
      const ask = (text: string): Promise<void> =>
        page.evaluate(
          (asked) =>
            (
              document.querySelector("tributary-chat") as unknown as { ask(text: string): void }
            ).ask(asked),
          text,
        );
      await ask("달빛 랜턴 무게가 얼마예요?");
      await answered(page);
      await settled(page);
      expect(await page.getByRole("heading", { name: "Searched with" }).count()).toBe(0);
      await ask("비 맞아도 돼요?");
      await page.getByRole("heading", { name: "Searched with" }).waitFor();
      expect(await page.locator("#found").innerText()).toMatch(
        /달빛 랜턴 무게가 얼마예요\? \(earlier question, weight 0\.\d+\)/,
      );
      await page.getByLabel("Search every question of the chat").uncheck();
      await answered(page);
      await ask(QUESTION);
      await page.locator("tributary-chat").getByText("1.62 kg").first().waitFor();
      expect(await page.locator("#query").inputValue()).toBe("비 맞아도 돼요?");
    });

    it("chooses collections for the chat and the search alike", async () => {
      const page = await open(tributary.url);
      const [guides, policies, products] = ["guides", "policies", "products"].map((name) =>
        page.getByRole("checkbox", { name }),
      );
      await guides!.uncheck();
      await search(page, QUESTION);
      const table = page.getByRole("table", { name: "Collections" });
      expect(await table.locator("tbody th").allInnerTexts()).toEqual(["policies", "products"]);
      const chat = page.locator("tributary-chat");
      expect(await chat.getAttribute("collections")).toBe("policies,products");
      await policies!.uncheck();
      await products!.uncheck();
      await page.locator("#search button").click();
      expect(await page.locator("#search-problem").innerText()).toContain("at least one");
      for (const box of [guides, policies, products]) await box!.check();
      expect(await chat.getAttribute("collections")).toBeNull();
      await search(page, QUESTION);
      expect(await page.locator("#search-problem").isVisible()).toBe(false);
      expect(await table.locator("tbody th").count()).toBe(3);
    });

    it.each([
      ["en", "A query has at most", "could not be reached"],
      ["ko", "질문을 고쳐서", "서버에 연결할 수 없습니다"],
    ])("says in a sentence why there is no search (%s)", async (language, refused, gone) => {
      const mortal = await startTributary({ SAMPLES: "false" });
      const page = await open(mortal.url, { path: `/?lang=${language}` });
      const long = "word ".repeat(4000).trim();
      await page.locator("#query").fill(long);
      await page.locator("#search button").click();
      const problem = page.locator("#search-problem");
      await problem.waitFor();
      expect(await problem.innerText()).toContain(refused);
      expect(await page.locator("#query").inputValue()).toBe(long);
      await mortal.stop();
      await page.locator("#query").fill(QUESTION);
      await page.locator("#search button").click();
      await expect.poll(() => problem.innerText()).toContain(gone);
      expect(await page.locator("#query").inputValue()).toBe(QUESTION);
      expect(await page.locator("#found").getAttribute("aria-busy")).toBeNull();
    });

    it("shows what a result holds as text", async () => {
      const page = await open(tributary.url);
      await page.route("**/search", async (route) => {
        const response = await route.fetch();
        const found = (await response.json()) as Record<string, unknown[]>;
        const markup = '<img src="http://evil.example/x" onerror="window.hacked=1">';
        for (const candidate of found["results"] as Record<string, unknown>[])
          Object.assign(candidate, { title: markup, text: markup, collection: markup });
        await route.fulfill({ json: { ...found, warnings: [markup], context: markup } });
      });
      await search(page, QUESTION);
      expect(await page.locator("#found").innerText()).toContain("<img src=");
      expect(await page.locator("#found img").count()).toBe(0);
      expect(page.complaints).toEqual([]);
    });

    it("switches theme and chat, and tells the code for both", async () => {
      const page = await open(tributary.url, { width: 1280 });
      const background = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const light = await background();
      expect(await readSnippet(page)).toBe(
        `<script type="module" src="${tributary.url}/widget.js"></script>\n` +
          '<tributary-chat mode="inline" lang="en"></tributary-chat>',
      );
      await page.getByLabel("Dark").check();
      expect(await background()).not.toBe(light);
      await page.getByLabel("Launcher").check();
      expect(await readSnippet(page)).toBe(
        `<script type="module" src="${tributary.url}/widget.js" data-theme="dark" data-lang="en"></script>`,
      );
      // Nothing is kept free for a chat that is not in the page.
      expect((await page.locator(".side").boundingBox())?.x).toBeLessThan(100);
      const chat = page.locator("tributary-chat");
      await chat.getByRole("button", { name: "Ask a question" }).click();
      await chat.getByRole("textbox").waitFor();
      await page.reload();
      expect(await page.getByLabel("Launcher").isChecked()).toBe(true);
      await page.getByRole("link", { name: "한국어" }).click();
      await page.getByRole("heading", { name: "검색 과정 살펴보기" }).waitFor();
      expect(await readSnippet(page)).toContain('data-theme="dark" data-lang="ko"');
      expect(await chat.getAttribute("lang")).toBe("ko");
      expect(page.complaints).toEqual([]);
    });

    it("copies the code, or selects it where it may not", async () => {
      const page = await open(tributary.url);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      await expect.poll(() => page.locator("#copied").innerText()).toBe("Copied.");
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      expect(copied).toBe(await page.locator("#snippet").evaluate((code) => code.textContent));
      await page.evaluate(() =>
        Object.defineProperty(navigator, "clipboard", { value: undefined }),
      );
      await page.getByRole("button", { name: "Copy", exact: true }).click();
      expect(await page.evaluate(() => String(getSelection()))).toBe(copied);
      expect(await page.locator("#copied").innerText()).toContain("keyboard");
    });

    it.each([
      ["en", "light"],
      ["ko", "dark"],
    ] as const)("has nothing that axe finds, with results (%s, %s)", async (lang, colorScheme) => {
      const page = await open(tributary.url, { path: `/?lang=${lang}`, colorScheme });
      await askSuggested(page, "루멘");
      await settled(page);
      await page.locator("#search button").click();
      await settled(page);
      for (const summary of (await page.locator("#found summary").all()).slice(0, 2))
        await summary.click();
      await page.locator("#found > details > summary").click();
      expect(await findViolations(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await findViolations(page)).toEqual([]);
      await search(page, OFF_TOPIC);
      expect(await findViolations(page)).toEqual([]);
    });

    it("does not scroll sideways, from 320 pixels to wide", async () => {
      const page = await open(tributary.url);
      const long = "Donaudampfschifffahrtsgesellschaft".repeat(6);
      await search(page, `${QUESTION} ${long}`);
      await page.getByRole("button", { name: /Show all/ }).click();
      for (const summary of (await page.locator("#found summary").all()).slice(0, 3))
        await summary.click();
      await page.locator("#found > details > summary").click();
      for (const width of [320, 360, 390, 600, 768, 1024, 1280, 1920]) {
        await page.setViewportSize({ width, height: 740 });
        await expectNoSidewaysScroll(page);
      }
      await page.goto(`${tributary.url}/?lang=ko&mode=launcher`);
      await page.setViewportSize({ width: 320, height: 740 });
      await expectNoSidewaysScroll(page);
    });

    it("keeps names and roles of the candidates where they are cards", async () => {
      const page = await open(tributary.url, { width: 360, height: 740 });
      await search(page, QUESTION);
      const table = page.getByRole("table", { name: "Candidates, best first" });
      expect(await table.getByRole("columnheader").allInnerTexts()).toEqual([
        "Rank",
        "Passage",
        "Score",
        "Outcome",
      ]);
      expect(await table.getByRole("rowheader").count()).toBe(10);
      expect(await table.getByRole("row").nth(1).getByRole("cell").count()).toBe(3);
    });
  });

  describe("without script", () => {
    let tributary: Tributary;
    beforeAll(async () => {
      tributary = await startTributary({ MAX_MESSAGE_CHARACTERS: "300" });
    });
    afterAll(() => tributary.stop());

    it.each(["light", "dark"] as const)("answers the form with a page (%s)", async (scheme) => {
      const page = await open(tributary.url, {
        script: false,
        width: 360,
        height: 740,
        colorScheme: scheme,
      });
      expect(await page.locator(".plain .note").innerText()).toContain("Scripts are off");
      expect(
        await page.locator("#search, #copy, tributary-chat").filter({ visible: true }).count(),
      ).toBe(0);
      await send(page, QUESTION);
      await page.locator("article").waitFor();
      expect(await page.locator("article .question").innerText()).toBe(QUESTION);
      expect(await page.locator(".answer").innerText()).toContain("1.62 kg");
      expect(await page.locator("article .sources a").count()).toBeGreaterThan(0);
      expect(
        await page.getByRole("table", { name: "Which collections answered" }).innerText(),
      ).toMatch(/products\s+answered\s+\d+/);
      const marker = (await page.locator("a.cite").first().getAttribute("href"))!;
      expect(await page.locator(marker).count()).toBe(1);
      expect(page.complaints).toEqual([]);
      await page.locator("summary").first().click();
      await expectNoSidewaysScroll(page);
      await page.setViewportSize({ width: 320, height: 600 });
      await expectNoSidewaysScroll(page);
    });

    it("answers an example's button, and goes on from its answer", async () => {
      const page = await open(tributary.url, { script: false });
      await page.locator(".examples button").first().click();
      await page.locator("article .sources").waitFor();
      await send(page, OFF_TOPIC);
      await page.getByText("Not found in the documents.").waitFor();
      await page.getByRole("link", { name: "한국어" }).click();
      await page.getByRole("button", { name: "보내기" }).waitFor();
    });

    it("says what went wrong on the page, with the question still in the box", async () => {
      const page = await open(tributary.url, { script: false });
      const long = "word ".repeat(100).trim();
      await send(page, long);
      await page.getByRole("alert").waitFor();
      expect(await page.getByRole("alert").innerText()).toBe(
        "A question has at most 300 characters.",
      );
      expect(await page.locator("#message").inputValue()).toBe(long);
      await send(page, QUESTION);
      await page.locator("article").waitFor();
    });

    it("has nothing that axe finds, where an answer or a problem is shown", async () => {
      // With script, so that axe runs; pages that a form brings have none themselves.
      const page = await open(tributary.url);
      for (const question of [QUESTION, "x".repeat(301)]) {
        await page.evaluate((text) => {
          document.documentElement.classList.remove("scripted");
          (document.getElementById("message") as HTMLTextAreaElement).value = text;
          document.querySelector<HTMLButtonElement>(".plain .main")!.click();
        }, question);
        await page.locator("article, [role=alert]:visible").first().waitFor();
        expect(await findViolations(page)).toEqual([]);
      }
    });

    it("is there where the chat does not load, and does not flash before it does", async () => {
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const page = await open(`${tributary.url}`, {
        path: "/openapi.json",
        prepare: async (context) => {
          await context.route("**/widget-*.js", async (route) => {
            await held;
            await route.abort();
          });
        },
      });
      await page.goto(tributary.url, { waitUntil: "commit" });
      await page.locator("footer").waitFor();
      expect(await page.locator("#message").isVisible()).toBe(false);
      release();
      await page.locator("#message").waitFor({ state: "visible" });
      expect(await page.locator("tributary-chat").isVisible()).toBe(false);
      await send(page, QUESTION);
      await page.locator("article").waitFor();
      expect(await page.locator(".answer").innerText()).toContain("1.62 kg");
    });
  });

  describe("without script, with a language model", () => {
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

    it("shows markup of the model, which stands in code, and of the question as text", async () => {
      upstream.reply = `It is \`${MARKUP}\` heavy [1].`;
      const page = await open(tributary.url, { script: false });
      await send(page, QUESTION);
      await page.locator("article").waitFor();
      expect(await page.locator(".answer").innerText()).toContain(MARKUP);
      await send(page, MARKUP);
      await page.locator("article .question", { hasText: "hacked" }).waitFor();
      expect(await page.locator("article .question").innerText()).toContain(MARKUP);
      expect(await page.locator("main img, main script").count()).toBe(0);
      expect(page.complaints).toEqual([]);
    });

    it("shows a failure as the page, never as JSON", async () => {
      upstream.fault("chat", { kind: "status", status: 400 });
      const page = await open(tributary.url, { script: false });
      await send(page, QUESTION);
      await page.getByRole("alert").waitFor();
      expect(page.complaints).toEqual([`503: ${tributary.url}/`, expect.any(String)]);
      expect(await page.getByRole("alert").innerText()).toContain("language model");
      expect(await page.locator("#message").inputValue()).toBe(QUESTION);
      expect(await page.locator("body").innerText()).not.toContain("{");
    });
  });
});
