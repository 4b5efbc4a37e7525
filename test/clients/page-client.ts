// A client that lives in a page, driven through what its user sees.
import type { Page } from "playwright-core";
import type { ResumingClient } from "./conformance.ts";

/** Selectors; they reach into open shadow roots. */
export interface PageParts {
  /** What must be clicked before anything is to be seen. */
  opener?: string;
  question: string;
  /** Buttons; without one Enter sends. */
  send?: string;
  stop: string;
  /** Answers, newest last. */
  answer: string;
  /** Links to the newest answer's sources. */
  source: string;
  /** What must be clicked before they are shown. */
  sourceOpener?: string;
  problem: string;
}

export interface PageUnderTest {
  /** The page's HTML, with the server that it speaks to. */
  make: (server: string) => string | Promise<string>;
  parts: PageParts;
  /** What it loads from elsewhere, by pattern of the address, and where that lies here. */
  files?: Record<string, string>;
}

/** A new conversation in a page that others may have used before: a new one for each would take a second. */
export async function openPageClient(
  page: Page,
  url: string,
  { parts, files = {} }: PageUnderTest,
): Promise<ResumingClient> {
  const uncaught: string[] = [];
  const note = (error: Error): number => uncaught.push(String(error));
  page.on("pageerror", note);
  for (const [address, path] of Object.entries(files))
    await page.route(address, (route) => route.fulfill({ path }));
  await page.goto(url);
  if (parts.opener !== undefined) await page.locator(parts.opener).click();
  const newest = async (selector: string): Promise<string> =>
    (await page.locator(selector).allInnerTexts()).at(-1) ?? "";
  return {
    async ask(question) {
      await page.locator(parts.question).fill(question);
      if (parts.send === undefined) await page.locator(parts.question).press("Enter");
      else await page.locator(parts.send).click();
    },
    text: () => newest(parts.answer),
    async sources() {
      if (parts.sourceOpener !== undefined) await page.locator(parts.sourceOpener).first().click();
      return page
        .locator(parts.source)
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
    },
    problem: () => newest(parts.problem),
    stop: () => page.locator(parts.stop).click(),
    reload: async () => void (await page.reload()),
    async close() {
      page.off("pageerror", note);
      // A page that is left may keep its conversation then: what it keeps is cleared from another one of its origin.
      await page.goto(new URL("/none", url).href);
      await page.evaluate(() => sessionStorage.clear());
      if (uncaught.length > 0) throw new Error(`The page did not catch: ${uncaught.join("; ")}`);
    },
  };
}
