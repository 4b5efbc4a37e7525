import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { html, raw } from "hono/html";
import type { AppEnvironment } from "./environment.ts";

export type Html = ReturnType<typeof html>;

/** What all pages without script look like. */
const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f5f7f5; --card: #fff; --ink: #17211f; --soft: #52625e; --line: #d7dfdc;
  --accent: #0a6b69; --tint: #e0f0ee; --mark: #fdf0b3; --quote: #ffd24d; --mark-ink: #17211f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0f1514; --card: #18201e; --ink: #e4ebe9; --soft: #9fb1ac; --line: #2b3734;
    --accent: #66cdc4; --tint: #16332f; --mark: #3f3a18; --quote: #ffd24d; --mark-ink: #f6f0d4;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem max(1rem, env(safe-area-inset-left)) 4rem; max-inline-size: 48rem;
  overflow-wrap: anywhere; font: 1rem/1.65 system-ui, sans-serif; color: var(--ink); background: var(--page);
}
a { color: var(--accent); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.015em; }
pre, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .9em; }
pre { overflow-x: auto; }
.soft { color: var(--soft); font-size: .9rem; margin: 0 0 .35rem; }
.note { padding: .6rem .9rem; border: 1px solid var(--line); border-inline-start: 4px solid var(--accent); border-radius: .5rem; background: var(--card); }
@media print {
  :root { --page: #fff; --card: #fff; --ink: #000; --soft: #333; }
  body { max-inline-size: none; padding: 0; }
  nav { display: none; }
}
`;

const ICON = `data:image/svg+xml,${encodeURIComponent(
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='none' stroke='#0b7a78' stroke-width='3.5' stroke-linecap='round'><path d='M16 29V17M4 4c2 9 12 6 12 17C16 12 17 9 16 3M28 8c-4 5-12 5-12 14'/></svg>",
)}`;

/** A whole page. `style` is ours and not escaped. */
export function renderPage(
  c: Context<AppEnvironment>,
  { title, style = "", body }: { title: string; style?: string; body: Html | Promise<string> },
): ReturnType<typeof html> {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="${ICON}" />
        <style nonce="${c.get("secureHeadersNonce") ?? ""}">
          ${raw(STYLE + style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`;
}

/** Whether a request asks for a page: a browser does by name, and `*\/*` says nothing. */
export function prefersHtml(c: Context): boolean {
  const supports = ["application/problem+json", "application/json", "text/html"];
  return accepts(c, { header: "Accept", supports, default: "" }) === "text/html";
}

/** What a person sees who follows a link that leads nowhere. */
export function renderProblem(
  c: Context<AppEnvironment>,
  { title, detail }: { title: string; detail: string },
): ReturnType<typeof html> {
  const body = html`<main>
    <h1>${title}</h1>
    <p>${detail}</p>
    <p class="soft">Request ${c.get("requestId")}</p>
  </main>`;
  return renderPage(c, { title, body });
}
