// What the widget makes of everything that can go wrong, against a server that does as it is told.
import type { ServerResponse } from "node:http";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { STATUS } from "../../src/errors.ts";
import {
  answerFrames,
  answerWith,
  beginStream,
  refuseWith,
  type ScriptedChat,
  type Site,
  sourceFrame,
  startScriptedChat,
  startSite,
  toWire,
} from "../support/scripted-chat.ts";
import { chromiumPath, launchChromium } from "./browser.ts";
import { openWidget, type WidgetPage } from "./widget-page.ts";

const QUESTION = "Is it waterproof?";
const TEXT = "It keeps rain out for a night. [1]";
const FRAMES = answerFrames(TEXT.match(/.{1,5}/g)!, { sources: [sourceFrame(1)] });

if (chromiumPath === undefined)
  console.log("widget-failures.test.ts: skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("<tributary-chat>, when something fails", () => {
  let browser: Browser;
  let site: Site;
  let chat: ScriptedChat;
  let open: WidgetPage;
  beforeAll(async () => {
    [browser, site, chat] = await Promise.all([launchChromium(), startSite(), startScriptedChat()]);
    site.connect = chat.url;
    site.body = `<tributary-chat mode="inline" server="${chat.url}"></tributary-chat>`;
    open = await openWidget(browser, site);
  });
  afterEach(async () => {
    expect(open.complaints.splice(0)).toEqual([]);
    await clear();
    chat.asked.length = 0;
  });
  afterAll(async () => {
    await browser.close();
    await Promise.all([site.close(), chat.close()]);
  });

  const clear = (): Promise<void> =>
    open.page.evaluate(() => {
      (document.querySelector("tributary-chat") as unknown as { clear(): void }).clear();
    });
  const alertText = (): Promise<string> => open.widget.getByRole("alert").innerText();
  const answerText = async (): Promise<string> => (await open.answer.innerText()).trim();
  const posts = (): typeof chat.asked =>
    chat.asked.filter(({ method, path }) => method === "POST" && path === "/chat");

  /** Cuts when the widget has shown what came: a browser throws away what it has not read by then. */
  async function cutAfter(response: ServerResponse, wire: string): Promise<void> {
    beginStream(response).write(wire);
    await expect.poll(answerText).not.toBe("");
    response.destroy();
  }

  it.each(["en", "ko"])("says what to do about every code (%s)", async (language) => {
    await open.page.evaluate((lang) => {
      document.querySelector("tributary-chat")!.setAttribute("lang", lang);
    }, language);
    const codes = Object.entries(STATUS);
    for (const [code, status] of [...codes, ["a-code-of-tomorrow", 418] as const]) {
      chat.reply = refuseWith(status, code);
      await open.ask(QUESTION);
      const text = await alertText();
      expect(text, code).toMatch(
        language === "ko" ? /\p{Script=Hangul}+.*(주세요|남습니다)\./u : /again|owner|new one/,
      );
      expect(await open.widget.locator(".question").innerText()).toBe(QUESTION);
      expect(await open.widget.locator(".actions .wide").count(), code).toBeGreaterThan(0);
      await clear();
    }
    await open.page.evaluate(() =>
      document.querySelector("tributary-chat")!.removeAttribute("lang"),
    );
  });

  it("says the same of an error within the stream, and keeps what had come", async () => {
    const error = { type: "error", errorText: "Not this text.", code: "model-unavailable" };
    chat.reply = answerWith([...FRAMES.slice(0, 9), error]);
    await open.ask(QUESTION);
    expect(await alertText()).toContain("Wait a moment and try again.");
    expect(TEXT).toContain(await answerText());
    chat.reply = answerWith(FRAMES);
    await open.button("Try again").click();
    await open.button("Good answer").waitFor();
    expect(posts()[1]!.body).toMatchObject({ trigger: "regenerate-message", messageId: "a1" });
    expect(await answerText()).toBe("It keeps rain out for a night. 1");
  });

  it("counts down the seconds of Retry-After", async () => {
    chat.reply = refuseWith(429, "too-many-requests", { "retry-after": "2" });
    await open.ask(QUESTION);
    const retry = open.button(/^Try again/);
    expect(await retry.innerText()).toMatch(/\([12]\)/);
    expect(await retry.isDisabled()).toBe(true);
    chat.reply = answerWith(FRAMES);
    await expect.poll(() => retry.isEnabled(), { timeout: 5000 }).toBe(true);
    await retry.click();
    await open.button("Good answer").waitFor();
  });

  it.each([
    [
      "a proxy's page",
      (response: ServerResponse) =>
        response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    ],
    [
      "a page instead of a stream",
      (response: ServerResponse) =>
        response.writeHead(200, { "content-type": "text/html" }).end("<h1>Sign in</h1>"),
    ],
    [
      "a redirect",
      (response: ServerResponse) =>
        response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
    ],
    ["no answer at all", (response: ServerResponse) => response.destroy()],
  ])("survives %s, and puts the question back on request", async (_name, reply) => {
    chat.reply = (response) => void reply(response);
    await open.ask(QUESTION);
    expect(await alertText()).toMatch(/try again\.$/);
    await open.button("Edit the question").click();
    expect(await open.input.inputValue()).toBe(QUESTION);
    expect(await open.input.evaluate((box) => box.matches(":focus"))).toBe(true);
    await open.input.fill("");
    open.complaints.splice(0);
  });

  it("takes the question of an expired conversation into a new one", async () => {
    chat.reply = refuseWith(410, "conversation-expired");
    await open.ask(QUESTION);
    await open.widget.locator(".actions").getByRole("button", { name: "New conversation" }).click();
    expect(await open.input.inputValue()).toBe(QUESTION);
    chat.reply = answerWith(FRAMES);
    await open.input.press("Enter");
    await open.button("Good answer").waitFor();
    const [before, after] = posts();
    expect(after!.body.id).not.toBe(before!.body.id);
  });

  it("reads on where a cut answer had come to", async () => {
    const cut = 10;
    chat.reply = async (response, { method }) => {
      if (method === "POST") return cutAfter(response, toWire(FRAMES.slice(0, cut), "a1"));
      beginStream(response).end(toWire(FRAMES.slice(cut), "a1", cut + 1));
    };
    await open.ask(QUESTION);
    await open.button("Good answer").waitFor();
    expect(await answerText()).toBe("It keeps rain out for a night. 1");
    const [, resumed] = chat.asked;
    expect(resumed!.path).toBe(`/chat/${posts()[0]!.body.id}/stream`);
    expect(resumed!.headers["last-event-id"]).toBe(`a1-${cut}`);
  });

  it("shows nothing twice when a cut answer comes from its beginning, and tries more than once", async () => {
    let tries = 0;
    chat.reply = async (response, { method }) => {
      if (method === "POST") return cutAfter(response, toWire(FRAMES.slice(0, 9), "a1"));
      tries += 1;
      if (tries === 1) return void response.destroy();
      if (tries === 2) return void response.writeHead(503).end();
      beginStream(response).end(toWire(FRAMES, "a1"));
    };
    await open.ask(QUESTION);
    await open.button("Good answer").waitFor();
    expect(await answerText()).toBe("It keeps rain out for a night. 1");
    expect(await open.widget.locator(".sources li").count()).toBe(1);
    open.complaints.splice(0);
  });

  it("says that an answer is cut when it can not be read on", async () => {
    chat.reply = (response) => cutAfter(response, toWire(FRAMES.slice(0, 9)));
    await open.ask(QUESTION);
    expect(await alertText()).toContain("cut short");
    expect(chat.asked.length).toBe(1);
    expect(TEXT).toContain(await answerText());
  });

  it("shows a cut answer as one after a reload, where nothing can be resumed", async () => {
    chat.reply = (response, { method }) => {
      if (method === "POST") beginStream(response).write(toWire(FRAMES.slice(0, 9)));
      else response.writeHead(204).end();
    };
    await open.ask(QUESTION);
    await expect.poll(answerText).not.toBe("");
    await open.page.reload();
    expect(await alertText()).toContain("cut short");
    expect(TEXT).toContain(await answerText());
    expect(await answerText()).not.toBe("");
    expect(await open.widget.locator(".question").innerText()).toBe(QUESTION);
    chat.reply = answerWith(FRAMES);
    await open.button("Try again").click();
    await open.button("Good answer").waitFor();
  });

  it("works after a reload when an answer held what no answer of ours does", async () => {
    const frames = answerFrames(TEXT, { sources: [sourceFrame(1)] });
    chat.reply = answerWith(
      frames.map((frame) =>
        JSON.stringify(frame).includes("data-citations") ? { ...frame, data: null } : frame,
      ),
    );
    await open.ask(QUESTION);
    await open.button("Send").waitFor();
    chat.reply = answerWith(FRAMES);
    await open.page.reload();
    await clear();
    await open.ask(QUESTION);
    await open.button("Good answer").waitFor();
  });

  it("works when the tab holds what it has not stored", async () => {
    const other = await openWidget(browser, site);
    for (const stored of ["5", "[]", '{"records":5}', '{"records":[null]}', '{"records":[{}]}']) {
      await other.page.addInitScript((text) => {
        for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, text);
      }, stored);
      await other.page.reload();
      await other.input.waitFor();
    }
    expect(other.complaints).toEqual([]);
    await other.close();
  });

  it("tells that a part of the search failed", async () => {
    const report = {
      degraded: true,
      collections: [
        { name: "guides", status: "timeout", hits: 0, ms: 4000 },
        { name: "policies", status: "error", hits: 0, ms: 3 },
        { name: "products", status: "ok", hits: 1, ms: 12 },
      ],
      stages: {},
    };
    chat.reply = answerWith(answerFrames(TEXT, { report }));
    await open.ask(QUESTION);
    await open.button("Good answer").waitFor();
    const text = await open.widget.locator(".after").innerText();
    expect(text).toContain("A part of the search failed");
    expect(text).toContain("guides: too slow, 4000 ms · policies: failed, 3 ms · products: 1 hit");
  });
});
