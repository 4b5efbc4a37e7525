import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openApp, type OpenApp } from "../support/open-app.ts";

const HTML = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
const JSON_ONLY = { accept: "application/json" };

let app: OpenApp;
beforeAll(async () => {
  app = await openApp({ samples: false });
});
afterAll(() => app.close());

interface Body {
  text: string;
  title?: string;
  url?: string;
  format?: "markdown" | "text";
  metadata?: Record<string, unknown>;
}

async function store(id: string, body: Body): Promise<void> {
  const response = await app.request(`/collections/notes/documents/${encodeURIComponent(id)}`, {
    method: "PUT",
    headers: { "content-type": "application/json", host: "localhost" },
    body: JSON.stringify(body),
  });
  expect(response.status).toBe(200);
}

/** The address of the best passage for the words. */
async function sourceOf(query: string): Promise<string> {
  const response = await app.post("/search", { query, collections: ["notes"], limit: 1 });
  const { results } = (await response.json()) as { results: { chunkId: string }[] };
  return `/sources/notes/${results[0]!.chunkId}`;
}

async function storeAndFind(body: Body, query: string): Promise<string> {
  await store("a", body);
  return sourceOf(query);
}

const readPage = async (path: string): Promise<string> =>
  (await app.request(path, { headers: HTML })).text();
/** The contents of all marks of a name, tags left out. */
const marked = (page: string, mark: RegExp): string[] =>
  [...page.matchAll(mark)].map(([, text = ""]) => text.replaceAll(/<[^>]+>/g, ""));
const passages = (page: string): string =>
  marked(
    page,
    /<mark(?! [^>]*class="quote")[^>]*>((?:[^<]|<(?!\/mark>)mark[^>]*>[^<]*<\/mark>|<(?!\/?mark)[^>]*>)*)<\/mark>/g,
  ).join(" ");
const quotes = (page: string): string[] =>
  marked(page, /<mark[^>]* class="quote">([^<]*)<\/mark>/g);

afterEach(async () => {
  await app.request("/collections/notes/documents/a", {
    method: "DELETE",
    headers: { host: "localhost" },
  });
});

const OTTERS = {
  title: "Otters",
  url: "https://zoo.example/otters",
  text: "# Otters\n\n## Food\n\nThe otter eats **eels** and crabs.\n\n## Sleep\n\nIt sleeps in a holt.\n",
};

describe("GET /sources/{collection}/{chunkId}", () => {
  it("is a page unless JSON is asked for", async () => {
    const path = await storeAndFind(OTTERS, "eels and crabs");
    const cases: [Record<string, string>, string][] = [
      [{}, "text/html"],
      [{ accept: "*/*" }, "text/html"],
      [HTML, "text/html"],
      [JSON_ONLY, "application/json"],
      [{ accept: "application/json, text/plain, */*" }, "application/json"],
      [{ accept: "text/html;q=0.5, application/json" }, "application/json"],
    ];
    for (const [headers, type] of cases) {
      const response = await app.request(path, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(type);
      expect(response.headers.get("vary")).toContain("accept");
      await response.text();
    }
  });

  it("shows the passage in its document, read as Markdown", async () => {
    const page = await readPage(await storeAndFind(OTTERS, "eels and crabs"));
    expect(page).toContain("<title>Otters</title>");
    expect(page).toMatch(/notes › Food/);
    expect(page).toContain('href="https://zoo.example/otters"');
    expect(page).toMatch(/<h3>\s*Sleep/);
    expect(page).toMatch(/<strong>\s*<mark>eels<\/mark>/);
    expect(passages(page)).toContain("The otter eats");
    expect(passages(page)).not.toContain("holt");
    expect(page.match(/id="passage"/g)).toHaveLength(1);
    expect(page).not.toContain("<script");
    expect(page).not.toContain("changed");
  });

  it("gives the same as JSON", async () => {
    const path = await storeAndFind({ ...OTTERS, metadata: { year: 2024 } }, "eels and crabs");
    const response = await app.request(`${path}?quote=${encodeURIComponent("EATS eels")}`, {
      headers: JSON_ONLY,
    });
    const source = (await response.json()) as Record<string, unknown> & { start: number };
    const start = OTTERS.text.indexOf("The otter");
    expect(source).toMatchObject({
      collection: "notes",
      documentId: "a",
      chunkId: path.split("/").at(-1),
      title: "Otters",
      url: "https://zoo.example/otters",
      heading: ["Otters", "Food"],
      text: "The otter eats **eels** and crabs.",
      start,
      end: start + "The otter eats **eels** and crabs.".length,
      before: "# Otters\n\n## Food\n\n",
      after: "\n\n## Sleep\n\nIt sleeps in a holt.\n",
      quote: { text: "eats **eels", start: start + 10, end: start + 21 },
      current: true,
      metadata: { year: 2024 },
    });
  });

  it("marks the quoted words: in the passage, near it, over Markdown's marks", async () => {
    const path = await storeAndFind(OTTERS, "eels and crabs");
    const withQuote = (quote: string): Promise<string> =>
      readPage(`${path}?quote=${encodeURIComponent(quote)}`);
    const inPassage = await withQuote("the otter eats eels  and\ncrabs");
    expect(quotes(inPassage).join("")).toBe("The otter eats eels and crabs");
    expect(inPassage.match(/id="quote"/g)).toHaveLength(1);
    expect(inPassage).toContain('href="#quote"');
    expect(quotes(await withQuote("sleeps in a holt"))).toEqual(["sleeps in a holt"]);
    const missing = await withQuote("sleeps in a tree");
    expect(quotes(missing)).toEqual([]);
    expect(missing).toContain("The quoted words were not found here.");
    expect(quotes(await withQuote(" "))).toEqual([]);
    expect((await app.request(`${path}?quote=${"x".repeat(1001)}`)).status).toBe(422);
  });

  it("is where an answer's citation leads, with its words", async () => {
    await store("a", { title: "Otters", text: "The otter eats eels and crabs." });
    const response = await app.post("/chat", { message: "What does the otter eat?" });
    const chunks = (await response.text())
      .split("\n")
      .filter((line) => line.startsWith("data: {"))
      .map((line) => JSON.parse(line.slice(6)) as Record<string, unknown>);
    const { url } = chunks.find(({ type }) => type === "source-url") as { url: string };
    const { citations } = chunks.find(({ type }) => type === "text-end") as {
      citations: { source: { url: string }; citedText: string }[];
    };
    expect(url).toMatch(/^http:\/\/localhost\/sources\/notes\/[\w-]+$/);
    const [{ source, citedText }] = citations as [(typeof citations)[0]];
    expect(source.url).toBe(`${url}?quote=${encodeURIComponent(citedText)}#quote`);
    expect(quotes(await readPage(source.url)).join("")).toContain("eats eels and crabs");
  });

  it("shows plain text as it is written", async () => {
    const text = "Otters\n  # no heading\n\n<b>The otter</b> eats eels & crabs.";
    const page = await readPage(await storeAndFind({ text, format: "text" }, "otter eels"));
    expect(page).toContain('<article class="plain"');
    expect(page).toContain("# no heading");
    expect(page).toContain("&lt;b&gt;The otter&lt;/b&gt; eats eels &amp; crabs.");
  });

  it("runs and loads nothing that a document holds", async () => {
    const attacks = [
      "<script>alert(1)</script>",
      '<img src="https://evil.example/x.png" onerror="alert(1)">',
      "![x](https://evil.example/pixel.png)",
      "[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) [d](//evil.example)",
      "[e]\n\n[e]: javascript:alert(2)",
      '[f](https://ok.example/"onmouseover="x)',
      "<a href='javascript:alert(1)'>g</a> <https://ok.example/\"><script>",
      "```<script>\n</code></pre><script>alert(1)</script>\n```",
      "`</code><script>`",
      "| <script> | </table> |\n|---|---|\n| <iframe src=x> | </td><style>*{}</style> |",
      "[^1]: </sup><script>\n\nnote[^1]",
      '<mark id="passage" autofocus>',
    ];
    const title = '"><script>alert(3)</script>';
    const text = `zebra ${attacks.join("\n\nzebra ")}`;
    for (const format of ["markdown", "text"] as const) {
      const path = await storeAndFind({ title, text, format }, "zebra");
      const response = await app.request(`${path}?quote=${encodeURIComponent("<script>")}`, {
        headers: HTML,
      });
      const page = await response.text();
      const tags = new Set([...page.matchAll(/<([a-z][a-z0-9]*)[\s>/]/g)].map(([, tag]) => tag));
      for (const tag of ["script", "img", "iframe"]) expect(tags).not.toContain(tag);
      expect(page).not.toMatch(/<[^>]+\son\w+=/i);
      const links = [...page.matchAll(/<[^>]+\s(?:href|src)="([^"]*)"/g)].map(([, to]) => to!);
      for (const link of links) expect(link).toMatch(/^(?:https?:\/\/|#|data:image\/svg)/);
      expect(page.match(/id="passage"/g)).toHaveLength(1);
      expect(page.match(/<style/g)).toHaveLength(1);
      const policy = response.headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
    }
  });

  it("renders what Markdown has", async () => {
    const text = [
      "zebra *one* ~~two~~ `three` [four](https://ok.example/4) [five][5] ![six](https://ok.example/6)",
      "> zebra quoted",
      "2. second\n3. third\n   - [x] done\n   - [ ] open",
      "| a | b |\n|:--|--:|\n| 1 | **2** |",
      "```js\nlet seven = 7;\n```",
      "line\\\nbreak[^n]",
      "---",
      "[5]: https://ok.example/5",
      "[^n]: a note &amp; an \\*escape\\*",
    ].join("\n\n");
    const page = (await readPage(await storeAndFind({ text }, "zebra"))).replaceAll(
      /<\/?mark[^>]*>/g,
      "",
    );
    for (const piece of [
      "<em>one</em>",
      "<del>two</del>",
      "<code>three</code>",
      '<a href="https://ok.example/4" rel="noopener noreferrer nofollow">four</a>',
      '<a href="https://ok.example/5" rel="noopener noreferrer nofollow">five</a>',
      '<a href="https://ok.example/6" rel="noopener noreferrer nofollow">six</a>',
      '<blockquote><p dir="auto">zebra quoted</p></blockquote>',
      '<ol start="2">',
      "☑ ",
      "☐ ",
      '<th class="left">a</th>',
      '<td class="right"><strong>2</strong></td>',
      "<code>let seven = 7;</code>",
      "line<br />break<sup>n</sup>",
      "<hr />",
      "a note &amp; an *escape*",
    ])
      expect(page).toContain(piece);
  });

  it("shows front matter only to those who were sent to it", async () => {
    const text =
      "---\ntitle: Tent pegs\nauthor: Ines Quill\n---\n\n# Pegs\n\nSteel pegs hold in sand.";
    const source = await storeAndFind({ text }, "steel pegs sand");
    const page = await readPage(source);
    expect(page).not.toContain("Ines Quill");
    expect(passages(page)).toContain("Steel pegs hold in sand.");
    expect(quotes(await readPage(`${source}?quote=author%3A+Ines+Quill`))).toEqual([
      "author: Ines Quill",
    ]);
  });

  it("shows a document that is nested deeply as it is written", async () => {
    const text = `${"> ".repeat(300)}zebra`;
    const page = await readPage(await storeAndFind({ text }, "zebra"));
    expect(page).toContain('<article class="plain"');
    expect(passages(page)).toContain("zebra");
  });

  it.each([
    ["emphasis that never ends", "*a_ ".repeat(7000)],
    ["links that never end", "[a](<".repeat(5000)],
    ["lists in lists", "- - - - - - - - - - a\n".repeat(1200)],
    ["a table of single letters", `|a|\n|-|\n${"|x\n".repeat(9000)}`],
  ])("shows %s as it is written, and at once", async (_name, marks) => {
    const path = await storeAndFind({ text: "The zebra grazes." }, "zebra");
    const { ingest } = app.services;
    const signal = AbortSignal.timeout(15_000);
    const document = await ingest.store.readDocument("notes", "a", signal);
    const text = `The zebra grazes.\n\n${marks}`;
    await ingest.store.saveDocument("notes", { ...document!, text, format: "markdown" }, signal);
    const started = performance.now();
    const page = await readPage(path);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(page).toContain('<article class="plain"');
    expect(passages(page)).toContain("zebra");
  });

  it("shows a long document whole, and of a very long one what is around the passage", async () => {
    const path = await storeAndFind({ text: "The zebra grazes." }, "zebra");
    const { ingest } = app.services;
    const signal = AbortSignal.timeout(15_000);
    const document = await ingest.store.readDocument("notes", "a", signal);
    const lines = "Lions sleep & roar.\n\n";
    for (const [count, isWhole] of [
      [23_000, true],
      [75_000, false],
    ] as const) {
      const text = `${lines.repeat(count)}The zebra grazes.\n\n${lines.repeat(count)}`;
      await ingest.store.saveDocument("notes", { ...document!, text }, signal);
      const page = await readPage(`${path}?quote=zebra%20grazes`);
      expect(page).toContain('<article class="plain"');
      expect(passages(page)).toContain("zebra");
      expect(quotes(page)).toEqual(["zebra grazes"]);
      const shown = page.match(/Lions sleep/g)!.length;
      expect(shown === 2 * count).toBe(isWhole);
      expect(shown).toBeGreaterThan(45_000);
      expect(page.includes("This document is very long")).toBe(!isWhole);
    }
  });

  it("shows the passage alone when the document has changed under it, or is gone", async () => {
    const path = await storeAndFind(OTTERS, "eels and crabs");
    const { ingest } = app.services;
    const signal = AbortSignal.timeout(5000);
    const document = await ingest.store.readDocument("notes", "a", signal);
    const moved = { ...document!, text: `A new line.\n\n${document!.text}` };
    await ingest.store.saveDocument("notes", moved, signal);
    const read = async (): Promise<Record<string, unknown>> =>
      (await (await app.request(`${path}?quote=eels`, { headers: JSON_ONLY })).json()) as never;
    const before = OTTERS.text.indexOf("The otter");
    expect(await read()).toMatchObject({ current: true, start: before + 13 });

    await ingest.store.saveDocument("notes", { ...document!, text: "Other words." }, signal);
    const alone = await read();
    expect(alone).toMatchObject({
      current: false,
      start: before,
      quote: { text: "eels", start: OTTERS.text.indexOf("eels") },
    });
    expect(alone).not.toHaveProperty("before");
    expect(await readPage(path)).toContain("The document has changed since");
  });

  it("guesses the language, and takes any direction", async () => {
    const korean = await readPage(
      await storeAndFind({ title: "수달", text: "수달은 장어와 게를 먹습니다." }, "수달"),
    );
    expect(korean).toMatch(/<h1 dir="auto" lang="ko">수달<\/h1>/);
    expect(korean).toMatch(/<article class="rendered" dir="auto" lang="ko">/);
    const arabic = await storeAndFind({ text: "ثعلب الماء يأكل السمك في النهر." }, "السمك");
    expect(await readPage(arabic)).toMatch(/dir="auto" lang="ar"/);
  });

  it("links to no address that is not of the web", async () => {
    await store("a", OTTERS);
    const { ingest } = app.services;
    const signal = AbortSignal.timeout(5000);
    const document = await ingest.store.readDocument("notes", "a", signal);
    const url = "javascript:alert(1)";
    await ingest.store.saveDocument("notes", { ...document!, url }, signal);
    const path = await sourceOf("eels and crabs");
    expect(await readPage(path)).not.toContain("javascript");
    const source = await (await app.request(path, { headers: JSON_ONLY })).json();
    expect(source).not.toHaveProperty("url");
  });
});

describe("a link that leads nowhere", () => {
  const gone = "/sources/notes/0d9a4d1e-6f0b-5f0e-9d3c-3f6a2b8f1c11";

  it.each([
    [gone, 404, "This passage no longer exists."],
    ["/sources/unknown/1", 404, "This passage no longer exists."],
    ["/sources/notes/x", 422, "Invalid"],
    ["/nowhere", 404, "There is nothing at this address."],
  ])(
    "is a page for a browser and problem details for all others: %s",
    async (path, status, sentence) => {
      await store("a", OTTERS);
      const page = await app.request(path, { headers: HTML });
      expect(page.status).toBe(status);
      expect(page.headers.get("content-type")).toMatch(/^text\/html/);
      expect(page.headers.get("vary")).toContain("accept");
      expect(await page.text()).toContain(sentence);
      for (const headers of [{}, { accept: "*/*" }, JSON_ONLY]) {
        const problem = await app.request(path, { headers });
        expect(problem.status).toBe(status);
        expect(problem.headers.get("content-type")).toBe("application/problem+json");
        expect(await problem.json()).toMatchObject({ detail: expect.stringContaining(sentence) });
      }
    },
  );
});
