import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import type { searchResponse } from "../../src/routes/search-schemas.ts";
import type { Found } from "../../src/widget/demo/found.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";
import { openWorld, type World } from "../support/world.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";
const MARKUP = '<img src=x onerror="alert(1)">';

const form = (message: string): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ message }),
});

async function readPage(response: Response, status = 200): Promise<string> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toMatch(/^text\/html/);
  const page = await response.text();
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).not.toMatch(/\{\{|\}\}|\[object /);
  return page;
}

/** What a reader sees: without tags, in one line. */
const readText = (html: string): string =>
  html
    .replace(/<(style|script)[^>]*>[^]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
const readBox = (page: string): string | undefined =>
  /<textarea[^>]*>([^]*?)<\/textarea>/.exec(page)?.[1];

describe("GET /", () => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp();
  });
  afterAll(() => app.close());

  it("is strict about what it may load, and follows that itself", async () => {
    const response = await app.request("/");
    const policy = response.headers.get("content-security-policy") ?? "";
    const page = await readPage(response);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    const active = [...page.matchAll(/<(?:script|style)\b[^>]*>/g)].map(([tag]) => tag);
    expect(active).toHaveLength(4);
    for (const tag of active) expect(tag).toContain(`nonce="${nonce}"`);
    expect(page).not.toMatch(/\s(?:style|on\w+)=["']/);
    const other = await (await app.request("/")).text();
    expect(other).not.toContain(nonce);
  });

  it("loads its scripts under names that change with them", async () => {
    const page = await readPage(await app.request("/"));
    const paths = [...page.matchAll(/<script [^>]*src="([^"]+)"/g)].map(([, path]) => path!);
    expect(paths.map((path) => path.replace(/[0-9a-f]{16}/, "…"))).toEqual([
      "/widget-….js",
      "/demo-….js",
    ]);
    for (const path of paths) expect((await app.request(path)).status).toBe(200);
  });

  it.each([
    ["en-US,en;q=0.9,ko;q=0.8", "/", "en"],
    ["ko-KR,ko;q=0.9,en;q=0.8", "/", "ko"],
    ["fr-FR, fr;q=0.9, ko;q=0.3", "/", "ko"],
    ["fr", "/", "en"],
    ["kok", "/", "en"],
    ["ko;q=0, en;q=0.1", "/", "en"],
    ["", "/", "en"],
    ["ko", "/?lang=en", "en"],
    ["en", "/?lang=ko&theme=dark", "ko"],
    ["en", "/?lang=<script>&lang=ko", "en"],
  ])("speaks to %j at %s in %s", async (accepted, path, language) => {
    const response = await app.request(path, { headers: { "accept-language": accepted } });
    expect(response.headers.get("vary")).toMatch(/Accept-Language/i);
    const page = await readPage(response);
    expect(page).toContain(`<html lang="${language}"`);
    expect(readText(page)).toContain(language === "en" ? "Ask the documents" : "문서에 물어보세요");
  });

  it("shows theme and mode of its address, and keeps them for the other language", async () => {
    const page = await readPage(await app.request("/?mode=launcher&theme=dark&x=<b>"));
    expect(page).toContain('data-theme="dark" data-mode="launcher"');
    expect(page).toMatch(/<tributary-chat [^>]*mode="launcher"[^>]*theme="dark"/);
    expect(page).toContain('href="/?theme=dark&amp;mode=launcher&amp;lang=ko"');
    expect(page).not.toContain("<b>");
    const usual = await readPage(await app.request("/?mode=sideways&theme="));
    expect(usual).toContain('data-theme="auto" data-mode="inline"');
  });

  it("suggests questions that the samples answer, where there are samples alone", async () => {
    const page = await readPage(await app.request("/"));
    const attribute = /<tributary-chat [^>]*questions="([^"]*)"/.exec(page)?.[1] ?? "";
    const questions = JSON.parse(attribute.replaceAll("&quot;", '"')) as string[];
    expect(questions.join(" ")).toMatch(/deposit.*루멘/);
    for (const message of questions) {
      const answer = await app.post("/chat", { message, stream: false });
      expect(await answer.json()).toMatchObject({ answered: true });
    }
    const bare = await openApp({ samples: false });
    const plain = await readPage(await bare.request("/"));
    expect(plain).not.toMatch(/questions=|deposit|Ridgewren/);
    expect(plain).toContain("<tributary-chat");
    bare.close();
  });

  it("tells the address under which readers know it", async () => {
    const snippet = /<pre id="snippet"[^>]*>([^]*?)<\/pre>/;
    const [, code] = snippet.exec(await readPage(await app.request("/"))) ?? [];
    expect(code).toBe(
      "&lt;script type=&quot;module&quot; src=&quot;http://localhost/widget.js&quot;&gt;&lt;/script&gt;".replaceAll(
        "&quot;",
        '"',
      ),
    );
    const known = await openApp({
      samples: false,
      environment: { PUBLIC_URL: "https://chat.example/" },
    });
    expect(await readPage(await known.request("/"))).toContain(
      'src="https://chat.example/widget.js"',
    );
    known.close();
  });

  it("has a script of 12 kB at most, zipped", async () => {
    const { demo } = app.services.platform.readBrowserCode();
    const zipped = new Response(demo).body!.pipeThrough(new CompressionStream("gzip"));
    expect((await new Response(zipped).arrayBuffer()).byteLength).toBeLessThanOrEqual(12_000);
  });

  it("knows the search's answer as it is", () => {
    // The compiler looks at it: what the script reads is what the route sends.
    const sent = undefined as unknown as z.infer<typeof searchResponse>;
    const read: Found = sent;
    expect(read).toBeUndefined();
  });
});

describe("POST /", () => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp({ environment: { MAX_MESSAGE_CHARACTERS: "200", MAX_BODY_BYTES: "2000" } });
  });
  afterAll(() => app.close());

  it("shows the answer, its sources and which collections answered", async () => {
    const page = await readPage(await app.request("/", form(QUESTION)));
    const text = readText(page);
    expect(text).toContain(QUESTION);
    expect(text).toContain("1.62 kg");
    expect(page).toMatch(/<a class="cite" href="#s1">\[1\]<\/a>/);
    expect(page).toMatch(/<li id="s1">[^]*?<a href="https?:\/\/[^"]+" rel="noopener noreferrer">/);
    expect(text).toMatch(/Which collections answered .*guides .*policies .*products answered \d+/);
    expect(readBox(page)).toBe("");
    // Whoever sent the form has no script, and gets none.
    expect(page).not.toMatch(/<script|<tributary-chat/);
    expect(page).toContain('<a href="/">Back to the chat</a>');
  });

  it("answers in Korean, with the page's texts in the language of its address", async () => {
    const question = "달빛 랜턴 제일 밝게 하면 몇 루멘이에요?";
    const page = await readPage(await app.request("/?lang=ko", form(question)));
    const text = readText(page);
    expect(text).toContain("루멘");
    expect(text).toContain("출처");
    expect(text).toMatch(/문서 모음별 결과 .*products 응답함 \d+/);
    expect(page).toContain('<form method="post" action="/?lang=ko">');
  });

  it("says that nothing was found, with the nearest sources", async () => {
    const page = await readPage(
      await app.request("/", form("Who won the chess championship of 1972?")),
    );
    expect(readText(page)).toContain("Not found in the documents.");
    expect(readText(page)).not.toContain("[1]");
  });

  it.each([
    ["", 422, "The question is empty."],
    [" \n ", 422, "The question is empty."],
    ["x".repeat(201), 422, "A question has at most 200 characters."],
    [`${MARKUP} ${"y".repeat(200)}`, 422, "A question has at most 200 characters."],
  ])("says what is wrong with %j, and keeps it in the box", async (message, status, sentence) => {
    const page = await readPage(await app.request("/", form(message)), status);
    expect(page).toContain(`role="alert">${sentence}</p>`);
    const escaped = message.trim().replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    expect(readBox(page)).toBe(escaped.replaceAll('"', "&quot;"));
    expect(page).not.toContain(MARKUP);
  });

  it("says so in Korean too", async () => {
    const page = await readPage(await app.request("/?lang=ko", form("x".repeat(201))), 422);
    expect(page).toContain('role="alert">질문이 비어 있거나 너무 깁니다.');
  });

  it("refuses what is too large, and what is no form, with the page", async () => {
    const large = await readPage(await app.request("/", form("x".repeat(3000))), 413);
    expect(large).toContain('role="alert"');
    expect(readBox(large)).toBe("");
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    await readPage(await app.request("/", json), 422);
    for (const type of ["multipart/form-data", "multipart/form-data; boundary=x"]) {
      const broken = { method: "POST", headers: { "content-type": type }, body: "x" };
      await readPage(await app.request("/", broken), 422);
    }
  });
});

describe("POST / with a language model", () => {
  let world: World;
  let app: OpenApp;
  beforeAll(async () => {
    world = await openWorld();
    const { MODEL = "", MODEL_BASE_URL = "" } = world.environment;
    const environment = { MODEL, MODEL_BASE_URL, MAX_CHATS: "1", FIRST_TOKEN_TIMEOUT_MS: "500" };
    app = await openApp({ environment });
  });
  afterEach(() => world.command({ do: "clear" }));
  afterAll(async () => {
    app.close();
    await world.close();
  });

  async function askFor(reply: string): Promise<string> {
    await world.command({ do: "script", script: { reply: [reply] } });
    const page = await readPage(await app.request("/", form(QUESTION)));
    return /<div class="answer"[^>]*>([^]*)<\/div>\s*<h4>/.exec(page)?.[1] ?? "";
  }

  it("makes elements of Markdown", async () => {
    const answer = await askFor(
      "## Weight\n\nIt is **light**, *very*, `1.62 kg` [1].\n\n- one\n- two\n\n3. three\n\n| a | b |\n|---|---|\n| c | d |\n\n```\nx < y\n```",
    );
    expect(answer.replace(/>\s+</g, "><")).toMatch(/<p dir="auto"><strong>Weight<\/strong><\/p>/);
    expect(answer).toMatch(
      /<strong>light<\/strong>, <em>very<\/em>, <code>1\.62 kg<\/code> <a class="cite" href="#s1">/,
    );
    expect(answer).toMatch(/<ul>\s*<li[^>]*><p[^>]*>one/);
    expect(answer).toMatch(/<ol start="3">/);
    expect(answer).toMatch(/<td[^>]*>c<\/td>/);
    expect(answer).toContain('<pre tabindex="0"><code>x &lt; y</code></pre>');
    expect(readText(answer)).not.toMatch(/[*#|`]/);
  });

  it("shows markup as text, and links to nothing that runs", async () => {
    const answer = await askFor(`It is \`${MARKUP}\`. [click](javascript:alert(1)) [7] [1]`);
    expect(answer).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
    expect(answer).not.toMatch(/<img|javascript:/);
    const page = await readPage(await app.request("/", form(MARKUP)));
    expect(page).not.toContain(MARKUP);
  });

  it.each([
    ["emphasis that never ends", "*a_ ".repeat(4000)],
    ["quotations in quotations", "> ".repeat(3000)],
  ])("shows %s as it is written, and at once", async (_name, marks) => {
    const started = performance.now();
    const answer = await askFor(`It weighs 1.62 kg [1].\n\n${marks}`);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(answer).toContain('kg <a class="cite" href="#s1">');
  });

  it("keeps the question where the model fails, and the status", async () => {
    await world.command({
      do: "fault",
      operation: "chat",
      fault: { kind: "status", status: 400 },
    });
    const page = await readPage(await app.request("/", form(QUESTION)), 503);
    expect(page).toContain('role="alert">The language model is not available at the moment.');
    expect(readBox(page)).toBe(QUESTION);
    expect(page).not.toContain('class="turn"');
  });

  it("keeps the question where there is no room, and says when there may be", async () => {
    await world.command({
      do: "fault",
      operation: "chat",
      fault: { kind: "hang-after-tokens", tokens: 1 },
    });
    const running = await app.post("/chat", { message: QUESTION });
    const refused = await app.request("/", form(QUESTION));
    expect(refused.headers.get("retry-after")).toBe("2");
    const page = await readPage(refused, 503);
    expect(page).toContain('role="alert">Too many answers are being written at the moment.');
    expect(readBox(page)).toBe(QUESTION);
    await running.body?.cancel();
  });
});
