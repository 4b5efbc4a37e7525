// The widget on a page of somebody else's, with everything noted that must never happen there.
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import type { Site } from "../support/scripted-chat.ts";

export interface WidgetPage {
  page: Page;
  widget: Locator;
  /** Uncaught errors, refused by a policy, dialogs, requests to anybody but site and server. */
  complaints: string[];
  input: Locator;
  /** The text of the last answer. */
  answer: Locator;
  ask(question: string): Promise<void>;
  /** Resolves when nothing is being written. */
  whole(): Promise<void>;
  button(name: string | RegExp): Locator;
  close(): Promise<void>;
}

export async function openWidget(
  browser: Browser,
  site: Site,
  { allowed = [], ...options }: BrowserContextOptions & { allowed?: string[] } = {},
): Promise<WidgetPage> {
  const context = await browser.newContext({ reducedMotion: "reduce", ...options });
  const complaints: string[] = [];
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== "data:" && ![site.url, site.connect, ...allowed].includes(origin))
      complaints.push(`foreign: ${request.url()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on("console", (message) => {
    // A refused request is a part of some tests.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error(`policy: ${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(site.url);
  const widget = page.locator("tributary-chat");
  const input = widget.locator("textarea");
  return {
    page,
    widget,
    complaints,
    input,
    answer: widget.locator(".answer").last(),
    async ask(question) {
      await input.fill(question);
      await input.press("Enter");
    },
    whole: () => widget.locator(".log[aria-busy=false]").waitFor(),
    button: (name) => widget.getByRole("button", { name }),
    close: () => context.close(),
  };
}
