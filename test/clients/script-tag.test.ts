// What a newcomer does: `npm start`, and the README's one line in a page that this machine serves.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "../browser/browser.ts";
import { READY, ROOT } from "../node/tributary.ts";
import { type RunningProcess, startProcess } from "../support/spawn-server.ts";
import { QUESTION } from "../support/upstreams.ts";
import { readmeCode, readReadme } from "./readme-code.ts";
import { type Site, startSite } from "./site.ts";

if (chromiumPath === undefined)
  console.log("script-tag.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("a page with the README's one line", () => {
  let started: RunningProcess;
  let browser: Browser;
  let site: Site;
  beforeAll(async () => {
    [started, browser, site] = await Promise.all([
      startProcess("npm", ["start"], {
        ready: READY,
        env: { PORT: "0", DATA_DIR: ":memory:" },
        cwd: ROOT,
      }),
      launchChromium(),
      startSite(),
    ]);
  });
  afterAll(async () => {
    started?.kill();
    await started?.exited;
    await browser?.close();
    await site?.close();
  });

  /** Opens the page, asks what it shows, and gives what Chromium complains of. */
  async function ask(
    html: string,
    host: string,
  ): Promise<{ answer: string; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.setDefaultTimeout(8000);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(site.addPage(html).replace("127.0.0.1", host));
    const launcher = page.locator("tributary-chat .launcher");
    if (html.includes('mode="inline"')) await page.locator("tributary-chat .panel").waitFor();
    else await launcher.click();
    await page.locator("tributary-chat .input").fill(QUESTION);
    await page.locator("tributary-chat .input").press("Enter");
    await page.locator("tributary-chat .source-item").first().waitFor();
    const answer = await page.locator("tributary-chat .answer").innerText();
    // To be looked at.
    const folder = process.env["SCREENSHOTS"];
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${host}-${html.length}.png` });
    await page.close();
    return { answer, complaints };
  }

  it.each(["127.0.0.1", "localhost"])(
    "answers, served from %s without ALLOWED_ORIGINS",
    async (host) => {
      const html = `<!doctype html><h1>A shop</h1>${readmeCode("script-tag", started.url)}`;
      const { answer, complaints } = await ask(html, host);
      expect(answer).toContain("1.62 kg");
      expect(complaints).toEqual([]);
    },
  );

  it("answers under the content security policy that the README names", async () => {
    const policy = /needs `(script-src [^`]+)` and\s+`(connect-src [^`]+)`/.exec(readReadme())!;
    const [, scripts = "", connections = ""] = policy;
    const directives = `default-src 'none'; ${scripts}; ${connections}`;
    const html = `<!doctype html>
      <meta http-equiv="content-security-policy" content="${directives.replaceAll("https://chat.example", started.url!)}">
      ${readmeCode("inline-widget", started.url)}`;
    const { answer, complaints } = await ask(html, "localhost");
    expect(answer).toContain("1.62 kg");
    expect(complaints).toEqual([]);
  });

  it("takes the colours that the README sets", async () => {
    const page = await browser.newPage();
    const style = `<style>${readmeCode("widget-css")}</style>`;
    await page.goto(
      site.addPage(`<!doctype html>${style}${readmeCode("script-tag", started.url)}`),
    );
    const launcher = page.locator("tributary-chat .launcher");
    await launcher.waitFor();
    const read = (property: string): Promise<string> =>
      launcher.evaluate(
        (element, name) => getComputedStyle(element).getPropertyValue(name),
        property,
      );
    expect(await read("background-color")).toBe("rgb(122, 60, 255)");
    expect(await read("inset-inline-end")).toBe("64px");
    await page.close();
  });
});
