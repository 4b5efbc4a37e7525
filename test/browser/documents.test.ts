import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { chromiumPath, launchChromium } from "./browser.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SCREENSHOTS = process.env["SCREENSHOTS"];

if (chromiumPath === undefined)
  console.log("documents.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("pages without script", () => {
  let browser: Browser;
  let tributary: Tributary;
  /** The page of what an answer cites, with its words. */
  let cited: string;
  let korean: string;

  beforeAll(async () => {
    tributary = await startTributary();
    browser = await launchChromium();
    const sourceOf = async (query: string): Promise<string> => {
      const found = await postJson(`${tributary.url}/search`, { query, limit: 1 });
      const { results } = (await found.json()) as {
        results: { collection: string; chunkId: string }[];
      };
      const { collection, chunkId } = results[0]!;
      return `${tributary.url}/sources/${collection}/${chunkId}`;
    };
    const quote = encodeURIComponent("weighs 1.62 kg");
    cited = `${await sourceOf("How heavy is the Aurora 2 tent?")}?quote=${quote}#quote`;
    korean = await sourceOf("달빛 랜턴 루멘");
  });
  afterAll(async () => {
    await browser.close();
    await tributary.stop();
  });

  interface Options {
    isDark?: boolean;
    width?: number;
    script?: boolean;
  }

  async function open(
    url: string,
    { isDark = false, width = 1000, script = false }: Options = {},
  ): Promise<{ page: Page; complaints: string[]; close: () => Promise<void> }> {
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      javaScriptEnabled: script,
      colorScheme: isDark ? "dark" : "light",
    });
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(message.text()));
    page.on("request", (request) => {
      if (!/^(?:data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) complaints.push(request.url());
    });
    await page.goto(url);
    return { page, complaints, close: () => context.close() };
  }

  async function photograph(page: Page, name: string): Promise<void> {
    if (SCREENSHOTS !== undefined) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  }

  it("show what an answer cites, in view and highlighted", async () => {
    const { page, complaints, close } = await open(cited);
    const quote = page.locator("#quote");
    expect(await quote.innerText()).toContain("1.62 kg");
    expect(await quote.evaluate((mark) => getComputedStyle(mark).backgroundColor)).toBe(
      "rgb(255, 210, 77)",
    );
    const box = (await quote.boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(0);
    expect(box.y).toBeLessThan(800);
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain("Aurora 2");
    await photograph(page, "source");
    expect(complaints).toEqual([]);
    await close();
  });

  it("open where the passage is, without a fragment in the address", async () => {
    const text = `${"Lions sleep all day.\n\n".repeat(400)}The zebra grazes at night.\n\n${"Lions roar.\n\n".repeat(400)}`;
    const stored = await fetch(`${tributary.url}/collections/zoo/documents/long`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text, title: "Savanna" }),
    });
    expect(stored.status).toBe(200);
    const found = await postJson(`${tributary.url}/search`, { query: "zebra", limit: 1 });
    const { results } = (await found.json()) as { results: { chunkId: string }[] };
    const { page, close } = await open(`${tributary.url}/sources/zoo/${results[0]!.chunkId}`);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(500);
    const top = (await page.locator("#passage").boundingBox())!.y;
    expect(top).toBeGreaterThan(-50);
    expect(top).toBeLessThan(800);
    await close();
  });

  it.each([
    { name: "source", url: () => cited, options: {} },
    { name: "source-dark-phone", url: () => cited, options: { isDark: true, width: 390 } },
    { name: "source-korean", url: () => korean, options: { width: 390 } },
    { name: "docs", url: () => `${tributary.url}/docs`, options: {} },
    {
      name: "docs-dark-phone",
      url: () => `${tributary.url}/docs`,
      options: { isDark: true, width: 390 },
    },
    { name: "problem", url: () => `${tributary.url}/sources/zoo/1`, options: {} },
  ])("have nothing that axe finds: $name", async ({ name, url, options }) => {
    const { page, close } = await open(url(), { ...options, script: true });
    await photograph(page, name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    // All articles of the long page are made alike.
    const parts = name.startsWith("docs")
      ? { include: ["header", "nav", "#chat", "#putDocument", "#schema-Answer"] }
      : {};
    const { violations } = (await page.evaluate(`${axe}; axe.run(${JSON.stringify(parts)})`)) as {
      violations: { id: string; nodes: { html: string }[] }[];
    };
    expect(
      violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes
            .map(({ html }) => html)
            .slice(0, 3)
            .join("\n")}`,
      ),
    ).toEqual([]);
    await close();
  });
});
