// Markdown as nodes: the same ones however the text is cut, and nothing that acts.
import { build } from "esbuild";
import * as fc from "fast-check";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../node/tributary.ts";
import { chromiumPath, launchChromium } from "./browser.ts";

declare const FULL: boolean;
const RUNS = FULL ? 3000 : 300;

const CHARACTERS = "[]()!*_`~$|<>#-+1234 \n\\:\"'";
const MARKERS = [
  "[1]",
  "[2][3]",
  "[9]",
  " [1] ",
  "[1](http://a.example)",
  "![i](x)",
  "[x](https://a.example/b_c)",
];
const BLOCKS = [
  "```\n",
  "```js\n",
  "\n\n",
  "\n- ",
  "\n1. ",
  "\n> ",
  "\n# ",
  "\n    ",
  "\n| a | b |\n|---|---|\n| 1 | [2] |\n",
];
const INLINE = [
  "**",
  "~~",
  "https://a.example/?q=[1]",
  "<br>",
  "<img src=x>",
  "- [x] ",
  "$$",
  "\\(",
  "\\[",
];
const WORDS = ["word", "텐트", "🏕️", "👩‍🚒", "\ud83c"];
const PIECES = [...CHARACTERS, ...MARKERS, ...BLOCKS, ...INLINE, ...WORDS];

/** In the page: the HTML of a text that comes in these pieces. */
type Render = (pieces: string[]) => string;

if (chromiumPath === undefined)
  console.log("widget-markdown.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("createMarkdown", () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium();
    page = await browser.newPage();
    const { outputFiles } = await build({
      stdin: {
        contents: `import { createMarkdown } from "./src/widget/markdown.ts";
          globalThis.render = (pieces) => {
            const root = document.createElement("div");
            const markdown = createMarkdown(root, (n, at) => {
              const button = document.createElement("button");
              button.textContent = n + "@" + at;
              return n < 9 ? button : undefined;
            });
            for (const piece of pieces) markdown.write(piece);
            markdown.end();
            return root.innerHTML;
          };`,
        resolveDir: ROOT,
      },
      bundle: true,
      write: false,
      tsconfigRaw: {},
    });
    await page.evaluate(outputFiles[0]!.text);
  });
  afterAll(() => browser.close());

  const render = (...pieces: string[]): Promise<string> =>
    page.evaluate((all) => (globalThis as unknown as { render: Render }).render(all), pieces);

  it.each([
    ["A [1] b.", "A <button>1@5</button> b."],
    ["A.[1]", "A.<button>1@5</button>"],
    ["A. [1][2]", "A. <button>1@6</button><button>2@9</button>"],
    ["A [1](approximately) b", "A <button>1@19</button>(approximately) b"],
    ["A [9] and [see] and [", "A [9] and [see] and ["],
    ["A `[1]` b", "A <code>[1]</code> b"],
    ["[x](javascript:alert(1))", "x)"],
    ["[x](/relative) [y](data:text/html,x)", "x y"],
    [
      "[x](https://a.example/b) ![i](https://a.example/i.png)",
      '<a href="https://a.example/b" target="_blank" rel="noopener noreferrer">x</a> <a href="https://a.example/i.png" target="_blank" rel="noopener noreferrer">i</a>',
    ],
    ["![i](javascript:1)", "i"],
    ["<b>x</b> &amp;", "&lt;b&gt;x&lt;/b&gt; &amp;amp;"],
  ])("makes of %j what it should", async (text, html) => {
    expect((await render(text)).replaceAll(' part=""', "")).toBe(`<p dir="auto">${html}</p>`);
  });

  it("makes lists, tables and headings", async () => {
    expect(await render("# A\n\n- [x] b\n- c\n\n| d | e |\n|---|---|\n| f | [1] |\n")).toBe(
      '<h4 dir="auto">A</h4><ul><li dir="auto"><span>☑</span> b</li><li dir="auto">c</li></ul>' +
        '<table><tr><th dir="auto"> d </th><th dir="auto"> e </th></tr><tr><td dir="auto"> f </td><td dir="auto"> <button>1@47</button> </td></tr></table>',
    );
  });

  it("makes the same of a text however it is cut", async () => {
    const text = fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 60 })
      .map((all) => all.join(""));
    const cuts = fc.array(fc.nat(200), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(text, cuts, async (text, cuts) => {
        const places = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length].sort(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
        const whole = await render(text);
        expect(await render(...pieces)).toBe(whole);
        expect(whole).not.toMatch(/<(?:img|script|iframe|style|svg|object|input|form)/);
      }),
      { numRuns: RUNS },
    );
  });
});
