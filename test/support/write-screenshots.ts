// `npm run screenshots`: the picture in the README, made of what its snippet gives a page of another site.
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromiumPath, launchChromium } from "../browser/browser.ts";
import { ROOT, startTributary } from "../node/tributary.ts";

const QUESTION = "How much deposit do you block when I rent equipment?";
const FILE = join(ROOT, ".github/widget.png");
/** A picture that a README loads at once. */
const MOST_BYTES = 150_000;
/** The only line of the page below that is Tributary's; the README has some address in it. */
const SNIPPET = /<script type="module" src="(https?:\/\/[^"/]+)\/widget\.js"[^>]*><\/script>/;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Ridgewren</title>
<style>
  body { margin: 0; font: 16px/1.7 Georgia, serif; color: #24312d; background: #faf8f3; }
  header { padding: 20px 48px; font: 600 18px/1 system-ui, sans-serif; color: #fff; background: #2f4a41; }
  main { max-width: 27rem; padding: 32px 48px; }
  h1 { font-size: 34px; line-height: 1.2; }
</style>
<header>Ridgewren</header>
<main>
  <h1>Rent before you buy</h1>
  <p>Tents, sleeping bags and backpacks for a weekend or up to four weeks, from our shops in Seoul and Rotterdam.</p>
  <p>Collect on Friday from 15:00, bring everything back on Monday by noon. Drying and brushing off the mud is enough; we do the rest.</p>
</main>
`;

function readSnippet(server: string): string {
  const snippet = SNIPPET.exec(readFileSync(join(ROOT, "README.md"), "utf8"));
  if (snippet === null) throw new Error("The README has no script tag of the widget.");
  return snippet[0].replace(snippet[1]!, server);
}

async function startSite(html: string): Promise<{ url: string; close(): void }> {
  const site = createServer((_request, response) =>
    response.setHeader("content-type", "text/html; charset=utf-8").end(html),
  );
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  const { port } = site.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => site.close() };
}

if (chromiumPath === undefined) throw new Error("There is no Chromium; CHROMIUM_PATH names one.");
const tributary = await startTributary();
const site = await startSite(PAGE + readSnippet(tributary.url));
const browser = await launchChromium();
try {
  const page = await browser.newPage({
    viewport: { width: 960, height: 720 },
    deviceScaleFactor: 1.25,
    reducedMotion: "reduce",
  });
  await page.goto(site.url);
  const chat = page.locator("tributary-chat");
  await chat.getByRole("button", { name: "Ask a question" }).click();
  await chat.getByRole("textbox").fill(QUESTION);
  await page.keyboard.press("Enter");
  await chat.locator(".log[aria-busy=false]").waitFor();
  // Neither a pointer nor a caret is a part of what is shown.
  await page.mouse.move(5, 5);
  mkdirSync(join(ROOT, ".github"), { recursive: true });
  await page.screenshot({ path: FILE, caret: "hide" });
} finally {
  await browser.close();
  site.close();
  await tributary.stop();
}
const { size } = statSync(FILE);
console.log(`.github/widget.png: ${Math.round(size / 1000)} kB`);
if (size > MOST_BYTES) throw new Error(`The picture has more than ${MOST_BYTES / 1000} kB.`);
