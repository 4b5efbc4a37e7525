// Every client that people already use, on a page of another origin or in a process of its own, against a real server.
import { Chat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { QUESTION } from "../support/upstreams.ts";
import { chromiumPath, launchChromium } from "../browser/browser.ts";
import {
  type ChatClient,
  describeClient,
  describeResuming,
  type ResumingClient,
  startWorld,
} from "./conformance.ts";
import { curlEvents, curlText } from "./curl.ts";
import { openWebUI } from "./open-webui.ts";
import { openPageClient, type PageUnderTest } from "./page-client.ts";
import { ASSISTANT, DEEP_CHAT, USE_CHAT, WIDGET } from "./pages.ts";
import { type Site, startSite } from "./site.ts";

const world = startWorld();

describeClient("the AI SDK's Chat class on Node", world, async (): Promise<ChatClient> => {
  const chat = new Chat({
    transport: new DefaultChatTransport({ api: `${world.tributary.url}/chat` }),
  });
  const answer = (): (typeof chat.messages)[number]["parts"] => {
    const last = chat.messages.at(-1);
    return last?.role === "assistant" ? last.parts : [];
  };
  return {
    async ask(text) {
      void chat.sendMessage({ text });
    },
    text: async () =>
      answer()
        .flatMap((part) => (part.type === "text" ? part.text : []))
        .join(""),
    sources: async () => answer().flatMap((part) => (part.type === "source-url" ? part.url : [])),
    problem: async () => chat.error?.message ?? "",
    stop: () => chat.stop(),
    close: () => chat.stop(),
  };
});

describeClient("curl -N, text", world, async () => curlText(world.tributary.url));
describeClient("curl -N, events", world, async () => curlEvents(world.tributary.url));

describeClient("Open WebUI", world, async () => openWebUI(world.tributary.url));
describeClient("Open WebUI with its users' names", world, async () =>
  openWebUI(world.tributary.url, { forwards: true }),
);
describe("Open WebUI besides", () => {
  it("lists what can be asked", async () => {
    expect(await openWebUI(world.tributary.url).models()).toEqual(
      expect.arrayContaining(["all", "guides", "policies", "products"]),
    );
  });

  it.each(["title", "tags"])("gets its %s without a search", async (key) => {
    const { model, qdrant } = world.upstreams;
    model.reply = [`{ "${key}": `, '"Tents" }'];
    const prompt = `### Task:\nDescribe the conversation.\n### Output:\nJSON format: { "${key}": "…" }\n### Chat History:\n<chat_history>\nUSER: ${QUESTION}\nASSISTANT: 1.62 kg.\n</chat_history>`;
    expect(await openWebUI(world.tributary.url).task(prompt)).toEqual({ [key]: "Tents" });
    expect(qdrant.requests.filter(({ path }) => path.includes("/points/query"))).toEqual([]);
  });
});

if (chromiumPath === undefined)
  console.log("clients.test.ts: pages skipped, there is no Chromium (CHROMIUM_PATH names one).");

describe.skipIf(chromiumPath === undefined)("in a page of another origin", () => {
  let browser: Browser;
  let page: Page;
  let site: Site;
  const pages = new Map<string, string>();
  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(), startSite()]);
    page = await browser.newPage();
    page.setDefaultTimeout(8000);
  });
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const open = async (client: PageUnderTest, server: string): Promise<ResumingClient> => {
    const key = `${client.make.name} ${server}`;
    const url = pages.get(key) ?? site.addPage(await client.make(server));
    pages.set(key, url);
    return openPageClient(page, url, client);
  };

  describeClient(
    "the widget",
    world,
    () => open(WIDGET, world.tributary.url),
    /does not work right now/,
  );
  describeResuming("the widget", world, () => open(WIDGET, world.resumable.url));
  describeClient("useChat", world, () => open(USE_CHAT, world.tributary.url));
  describeResuming("useChat", world, () => open(USE_CHAT, world.resumable.url));
  describeClient("assistant-ui", world, () => open(ASSISTANT, world.tributary.url));
  describeClient("deep-chat", world, () => open(DEEP_CHAT, world.tributary.url));
});
