// Chromium for the tests of the page, where there is one.
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

// The shell draws a page in half the time: it has no window to keep.
export const chromiumPath = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium-headless-shell",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
].find((path) => path !== "" && existsSync(path));

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ARGUMENTS });
}

export interface WatchedPage {
  page: Page;
  /** Console errors, uncaught errors, refused by the content security policy, failed requests, other hosts. */
  complaints: string[];
  close(): Promise<void>;
}

export interface OpenPageOptions {
  width?: number;
  height?: number;
  script?: boolean;
  /** After the origin. @default "/" */
  path?: string;
  colorScheme?: "light" | "dark";
  /** Before anything is loaded. */
  prepare?: (context: BrowserContext) => Promise<void>;
}

/** The page in a context of its own, with everything noted that a reader must never meet. */
export async function openPage(
  browser: Browser,
  url: string,
  {
    width = 1000,
    height = 800,
    script = true,
    path = "/",
    colorScheme = "light",
    prepare,
  }: OpenPageOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    javaScriptEnabled: script,
    reducedMotion: "reduce",
    colorScheme,
  });
  await prepare?.(context);
  const complaints: string[] = [];
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && origin !== url) complaints.push(`foreign: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
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
  await page.goto(url + path);
  return { page, complaints, close: () => context.close() };
}
