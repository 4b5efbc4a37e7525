// A client that lives in a page, driven through what its user sees.
import type { Page } from "playwright-core";
import type { ResumingClient } from "./conformance.ts";

/** Selectors; they reach into open shadow roots. */
export interface PageParts {
  question: string;
  /** Buttons; without one Enter sends. */
  send?: string;
  stop: string;
  /** Answers, newest last. */
  answer: string;
  /** Within the newest answer, or anywhere when answers do not hold them. */
  source: string;
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
  const newest = async (selector: string): Promise<string> =>
    (await page.locator(selector).allInnerTexts()).at(-1) ?? "";
  return {
    async ask(question) {
      await page.locator(parts.question).fill(question);
      if (parts.send === undefined) await page.locator(parts.question).press("Enter");
      else await page.locator(parts.send).click();
    },
    text: () => newest(parts.answer),
    sources: () =>
      page
        .locator(parts.source)
        .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href)),
    problem: () => newest(parts.problem),
    stop: () => page.locator(parts.stop).click(),
    reload: async () => void (await page.reload()),
    async close() {
      page.off("pageerror", note);
      await page.evaluate(() => sessionStorage.clear());
      if (uncaught.length > 0) throw new Error(`The page did not catch: ${uncaught.join("; ")}`);
    },
  };
}
