// What the widget costs a reader's browser: from the bytes of the first token to its paint, and the longest tasks while
// a long answer is drawn. Medians of the runs.
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { chromiumPath, launchChromium } from "../browser/browser.ts";
import {
  answerFrames,
  beginStream,
  type ScriptedChat,
  type Site,
  sourceFrame,
  startScriptedChat,
  startSite,
  toWire,
} from "../support/scripted-chat.ts";
import { percentile } from "./figures.ts";

const RUNS = 7;
const TOKENS = 4000;
/** Milliseconds; targets of the project. They are shown, not enforced, since machines differ. */
const [PAINT, TASK, BYTES] = [50, 50, 14_000];
const CODE = new URL("../../.build/widget.js.txt", import.meta.url);

const LINES = [
  "The Aurora 2 tent weighs **1.62 kg** with its poles, and keeps heavy rain out. [1] ",
  "Returns are free within 30 days, see `the label` on the [product](https://shop.example/1). [2] ",
  "\n\n- one thing\n- another thing [3]\n\n",
  "배송은 결제 후 이틀 안에 시작되며, 제주도는 하루가 더 걸립니다. [1]\n\n",
];

/** Tokens of about four characters. */
function makeTokens(): string[] {
  const text = LINES.join("").repeat(100);
  return text.match(/[^]{1,4}/g)!.slice(0, TOKENS);
}

interface Seen {
  /** When the first bytes of text were read. */
  arrived: number;
  /** When a frame with them had been drawn. */
  painted: number;
  tasks: number[];
}

interface Run extends Seen {
  /** Milliseconds of CPU of the page's longest task: what stays of it when nothing else runs on the machine. */
  cpu: number;
}

/** Run in the page before everything else: notes when bytes of text come, when they are painted, and long tasks. */
function watch(): void {
  const seen: Seen = { arrived: 0, painted: 0, tasks: [] };
  Object.assign(globalThis, { seen });
  new PerformanceObserver((list) => {
    // Before the first text the page is set up by what drives it, in long tasks of its own.
    for (const { startTime, duration } of list.getEntries())
      if (seen.arrived > 0 && startTime + duration > seen.arrived) seen.tasks.push(duration);
  }).observe({ type: "longtask" });
  const decode = TextDecoderStream;
  Object.assign(globalThis, {
    TextDecoderStream: function TextDecoder() {
      const { readable, writable } = new decode();
      const noted = readable.pipeThrough(
        new TransformStream<string, string>({
          transform(text, controller) {
            if (seen.arrived === 0 && text.includes("text-delta")) {
              seen.arrived = performance.now();
              notePaint();
            }
            controller.enqueue(text);
          },
        }),
      );
      return { readable: noted, writable };
    },
  });
  function notePaint(): void {
    const { shadowRoot } = document.querySelector("tributary-chat")!;
    const isDrawn = (): boolean => shadowRoot!.querySelector(".answer")?.textContent !== "";
    // Told right behind the frame's callback that writes it; a callback of our own could come before that one.
    const observer = new MutationObserver(() => {
      if (!isDrawn()) return;
      observer.disconnect();
      // A message posted in a frame comes when that frame is drawn.
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => (seen.painted = performance.now()));
      port1.start();
      port2.postMessage("");
    });
    observer.observe(shadowRoot!, { childList: true, subtree: true, characterData: true });
  }
}

/** Once for what a reader sees, and once for the CPU: tracing costs time itself. */
async function measure(browser: Browser, site: Site): Promise<Run> {
  const page = await browser.newPage();
  await page.addInitScript(watch);
  await ask(page, site);
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Seen }).seen);
  await page.close();
  const traced = await browser.newPage();
  const cpu = await ask(traced, site, () => traceTasks(traced));
  await traced.close();
  return { ...seen, cpu };
}

async function ask(
  page: Page,
  site: Site,
  trace: () => Promise<() => Promise<number>> = async () => async () => 0,
): Promise<number> {
  await page.goto(site.url);
  await page.locator("tributary-chat textarea").fill("How heavy?");
  const stop = await trace();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Good answer" }).waitFor({ timeout: 60_000 });
  return stop();
}

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  /** Microseconds of the thread's CPU. */
  tdur?: number;
  args: { name?: string };
}

/** Returns what ends it and gives the CPU milliseconds of the longest task of a page's main thread. */
async function traceTasks(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as never[])));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "__metadata"] },
  });
  return async () => {
    const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
    await session.send("Tracing.end");
    await complete;
    const place = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
    const main = new Set(
      events.filter(({ args }) => args.name === "CrRendererMain").map((event) => place(event)),
    );
    const tasks = events.filter(
      (event) => event.name.endsWith("RunTask") && main.has(place(event)),
    );
    return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur)) / 1000;
  };
}

/** Writes of so many tokens, with a pause after each. */
function script(chat: ScriptedChat, length: number, tokens: number, pause: number): void {
  const frames = answerFrames(makeTokens().slice(0, length), {
    sources: [1, 2, 3].map((n) => sourceFrame(n)),
  });
  chat.reply = async (response) => {
    beginStream(response);
    for (let from = 0; from < frames.length; from += tokens) {
      response.write(toWire(frames.slice(from, from + tokens)));
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
    response.end();
  };
}

async function run(): Promise<void> {
  const bytes = gzipSync(readFileSync(CODE)).length;
  console.log(`Widget: ${bytes} bytes compressed (target ≤ ${BYTES})`);
  if (chromiumPath === undefined)
    return console.log("There is no Chromium (CHROMIUM_PATH names one).");
  const [browser, site, chat] = await Promise.all([
    launchChromium(),
    startSite(),
    startScriptedChat(),
  ]);
  site.connect = chat.url;
  site.hasPolicy = false;
  site.body = `<tributary-chat mode="inline" server="${chat.url}"></tributary-chat>`;
  console.log(
    `An answer of ${TOKENS} tokens, the first one of 100 as a model writes them, ${RUNS} runs, ${availableParallelism()} cores with a load of ${loadavg()[0]!.toFixed(1)}:`,
  );
  for (const [name, length, tokens, pause] of [
    ["100 tokens, one every 20 ms", 100, 1, 20],
    ["20 tokens a write, every 10 ms", TOKENS, 20, 10],
    ["100 tokens a write, at once", TOKENS, 100, 0],
    ["all in one write", TOKENS, TOKENS * 2, 0],
  ] as const) {
    script(chat, length, tokens, pause);
    const runs: Run[] = [];
    for (let index = 0; index < RUNS; index += 1) runs.push(await measure(browser, site));
    const paint = runs.map(({ arrived, painted }) => painted - arrived);
    const tasks = runs.map(({ tasks }) => tasks.length);
    const worst = runs.map(({ tasks }) => Math.max(0, ...tasks));
    const cpu = runs.map((run) => run.cpu);
    console.log(
      `   ${name.padEnd(34)}first paint ${percentile(paint, 0.5).toFixed(1)} ms (target ≤ ${PAINT}), tasks over ${TASK} ms: ${percentile(tasks, 0.5)}, the longest ${percentile(worst, 0.5).toFixed(0)} ms, ${percentile(cpu, 0.5).toFixed(0)} ms of CPU`,
    );
  }
  await browser.close();
  await Promise.all([site.close(), chat.close()]);
}

await run();
