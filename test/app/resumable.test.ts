import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenApp, openApp, SOME_SAMPLES } from "../support/open-app.ts";
import { readEvents, type StreamEvent, type UIEvent } from "../support/sse.ts";
import { openWorld, type World } from "../support/world.ts";

const MESSAGE = "How heavy is the Aurora 2 tent?";
const WORDS = ["The ", "tent ", "weighs ", "1.62 kg ", "[1]."];
const TERMINAL = ["finish", "error", "abort"];

let world: World;
let shared: OpenApp;
/** Another conversation for each test. */
let talk: string;
let question: { message: string; conversationId: string; messageId: string };
let app: OpenApp;

beforeAll(async () => {
  world = await openWorld();
  shared = await openWith({});
});
afterAll(async () => {
  shared.close();
  await world.close();
});
beforeEach(async () => {
  await world.command({ do: "clear" });
  await world.command({ do: "script", script: { reply: WORDS } });
  app = shared;
  talk = crypto.randomUUID();
  question = { message: MESSAGE, conversationId: talk, messageId: "m1" };
});
afterEach(() => {
  if (app !== shared) app.close();
});

function openWith(environment: Record<string, string>): Promise<OpenApp> {
  const { MODEL = "", MODEL_BASE_URL = "" } = world.environment;
  return openApp({
    samples: SOME_SAMPLES,
    environment: { MODEL, MODEL_BASE_URL, RESUMABLE: "true", ...environment },
  });
}

/** For tests that want other settings than RESUMABLE=true. */
async function open(environment: Record<string, string>): Promise<void> {
  app = await openWith(environment);
}

/** The model says its first word, then waits so long before each other one. */
const speak = (tokenDelayMs: number): Promise<void> =>
  world.command({ do: "script", script: { tokenDelayMs } });

async function collect(response: Response): Promise<StreamEvent[]> {
  expect(response.status).toBe(200);
  const frames: StreamEvent[] = [];
  for await (const frame of readEvents(response)) frames.push(frame);
  return frames;
}

/** Reads until a frame of this type, and leaves. */
async function readTo(response: Response, type: string): Promise<StreamEvent[]> {
  const frames: StreamEvent[] = [];
  for await (const frame of readEvents(response)) {
    frames.push(frame);
    if (typeOf(frame) === type) break;
  }
  return frames;
}

const typeOf = ({ data }: StreamEvent): string =>
  data === "[DONE]" ? "[DONE]" : (data as UIEvent).type;

const resume = (id: string, lastEventId?: string): Promise<Response> =>
  app.request(
    `/chat/${id}/stream`,
    lastEventId === undefined ? {} : { headers: { "last-event-id": lastEventId } },
  );

const stop = (id: string): Promise<Response> => app.request(`/chat/${id}/stop`, { method: "POST" });

async function modelCalls(): Promise<number> {
  const { upstream } = await world.requests();
  return upstream.filter(({ operation }) => operation === "chat").length;
}

function textOf(frames: StreamEvent[]): string {
  return frames
    .map(({ data }) => data as UIEvent)
    .filter(({ type }) => type === "text-delta")
    .map(({ delta }) => String(delta))
    .join("");
}

const plain = (frames: StreamEvent[]): { id: string | undefined; raw: string }[] =>
  frames.map(({ id, raw }) => ({ id, raw }));

async function untilQuiet(count = 0): Promise<void> {
  const end = Date.now() + 3000;
  while (app.services.running.count() > count) {
    if (Date.now() > end) throw new Error("An answer still runs.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("a resumable answer", () => {
  it("numbers every frame, [DONE] included; another answer's frames have none", async () => {
    const frames = await collect(await app.post("/chat", question));
    const { messageId } = frames[0]!.data as UIEvent;
    expect(frames.map(({ id }) => id)).toEqual(
      frames.map((_, index) => `${String(messageId)}-${index + 1}`),
    );
    expect(frames.at(-1)!.data).toBe("[DONE]");
    await open({ RESUMABLE: "false" });
    const others = await collect(await app.post("/chat", question));
    expect(others.filter(({ id }) => id !== undefined)).toEqual([]);
    expect((await resume(talk)).status).toBe(204);
  });

  it("goes on when its reader leaves, and is replayed from the start with the same headers", async () => {
    await speak(50);
    const response = await app.post("/chat", question);
    const seen = await readTo(response, "text-delta");
    const resumed = await resume(talk);
    for (const name of ["content-type", "cache-control", "x-vercel-ai-ui-message-stream"])
      expect(resumed.headers.get(name)).toBe(response.headers.get(name));
    const frames = await collect(resumed);
    expect(plain(frames).slice(0, seen.length)).toEqual(plain(seen));
    expect(textOf(frames)).toBe(WORDS.join(""));
    expect(frames.map(typeOf).filter((type) => TERMINAL.includes(type))).toEqual(["finish"]);
    expect(typeOf(frames.at(-1)!)).toBe("[DONE]");
    expect(await modelCalls()).toBe(1);
  });

  it("is continued after any frame that was seen, running or ended", async () => {
    await speak(10);
    const seen = await readTo(await app.post("/chat", question), "text-delta");
    const rest = await collect(await resume(talk, seen.at(-1)!.id));
    const whole = await collect(await resume(talk));
    expect(plain([...seen, ...rest])).toEqual(plain(whole));
    for (const [index, { id }] of whole.entries()) {
      const response = await resume(talk, id);
      if (index === whole.length - 1) expect(response.status).toBe(204);
      else expect(plain(await collect(response))).toEqual(plain(whole.slice(index + 1)));
    }
  });

  it("begins anew for a Last-Event-ID that is none of its own", async () => {
    const whole = await collect(await app.post("/chat", question));
    const id = String((whole[0]!.data as UIEvent)["messageId"]);
    const foreign = ["", "x", "another-3", "-1", id, `${id}-0`, `${id}-99999`, `${id}-1x`];
    for (const lastEventId of foreign)
      expect(plain(await collect(await resume(talk, lastEventId)))).toEqual(plain(whole));
  });

  it("is not there for an unknown conversation or after its time, and the newest one is", async () => {
    await open({ DETACHED_TIMEOUT_MS: "300" });
    expect((await resume(talk)).status).toBe(204);
    expect((await resume("not.an.id")).status).toBe(422);
    await collect(await app.post("/chat", question));
    const second = await collect(await app.post("/chat", { ...question, messageId: "m2" }));
    expect(plain(await collect(await resume(talk)))).toEqual(plain(second));
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect((await resume(talk)).status).toBe(204);
  });

  it("is aborted when nobody reads it for its time, but not while somebody does", async () => {
    await open({ DETACHED_TIMEOUT_MS: "400" });
    await speak(250);
    const whole = await collect(await app.post("/chat", question));
    expect(whole.map(typeOf)).toContain("finish");

    const left = Date.now();
    await readTo(await app.post("/chat", { ...question, messageId: "m2" }), "data-status");
    await untilQuiet();
    expect(Date.now() - left).toBeGreaterThanOrEqual(350);
    const replayed = await collect(await resume(talk));
    expect(replayed.map(typeOf).slice(-2)).toEqual(["abort", "[DONE]"]);
    const { upstream } = await world.requests();
    const calls = upstream.filter(({ operation }) => operation === "chat");
    expect(calls).toHaveLength(2);
    await world.waitFor(
      ({ closedAt, operation }) => operation === "chat" && closedAt !== undefined,
    );
  });
});

describe("a request that comes twice", () => {
  it("joins the running answer, in whatever form it is asked for", async () => {
    await speak(30);
    const [first, second, json, text] = await Promise.all([
      app.post("/chat", question),
      app.post("/chat", question),
      app.post("/chat", question, { accept: "application/json" }),
      app.post("/chat", question, { accept: "text/plain" }),
    ]);
    const [frames, others] = [await collect(first), await collect(second)];
    expect(plain(others)).toEqual(plain(frames));
    expect(await json.json()).toMatchObject({ answer: WORDS.join(""), conversationId: talk });
    expect(await text.text()).toMatch(/^The tent weighs 1\.62 kg \[1\]\.\n\n\[1\]/);
    expect(await modelCalls()).toBe(1);
  });

  it("joins what has ended whole, and not what was stopped", async () => {
    const first = await collect(await app.post("/chat", question));
    expect(plain(await collect(await app.post("/chat", question)))).toEqual(plain(first));
    expect(await modelCalls()).toBe(1);

    await speak(20_000);
    const next = { ...question, messageId: "m2" };
    const stopped = collect(await app.post("/chat", next));
    // The first call may not have been seen to close yet.
    await expect.poll(modelCalls, { timeout: 10_000 }).toBe(2);
    await world.waitFor(({ tokensSent, closedAt }) => tokensSent > 0 && closedAt === undefined);
    expect((await stop(talk)).status).toBe(204);
    expect((await stopped).map(typeOf).slice(-2)).toEqual(["abort", "[DONE]"]);
    await speak(0);
    const again = await collect(await app.post("/chat", next));
    expect(again.map(typeOf)).toContain("finish");
    expect(await modelCalls()).toBe(3);
  });

  it("is a new one with another message, text, trigger or conversation, or without an id", async () => {
    const user = (id: string | undefined, text: string): object => ({
      ...(id === undefined ? {} : { id }),
      role: "user",
      parts: [{ type: "text", text }],
    });
    const base = {
      id: talk,
      trigger: "submit-message",
      messages: [user("u1", MESSAGE)],
    };
    const different = [
      base,
      { ...base, messages: [user("u2", MESSAGE)] },
      { ...base, messages: [user("u1", `${MESSAGE} Please.`)] },
      { ...base, id: `${talk}-2` },
      { ...base, trigger: "regenerate-message" },
      { ...base, trigger: "regenerate-message", messageId: "a1" },
      { ...base, messages: [user(undefined, MESSAGE)] },
      { ...base, messages: [user(undefined, MESSAGE)] },
    ];
    const ids = new Set<unknown>();
    for (const body of different) {
      const [start] = await collect(await app.post("/chat", body));
      ids.add((start!.data as UIEvent)["messageId"]);
    }
    expect(ids.size).toBe(different.length);
    expect(await modelCalls()).toBe(different.length);
    // The same message in the simple form is the same request.
    const { message } = question;
    await collect(await app.post("/chat", { message, conversationId: talk, messageId: "u1" }));
    expect(await modelCalls()).toBe(different.length);
  });

  it("joins an answer that is written anew only while it runs", async () => {
    await speak(30);
    const messages = [{ id: "u1", role: "user", content: MESSAGE }];
    const body = { id: talk, trigger: "regenerate-message", messages };
    const both = await Promise.all([app.post("/chat", body), app.post("/chat", body)]);
    await Promise.all(both.map(collect));
    expect(await modelCalls()).toBe(1);
    await collect(await app.post("/chat", body));
    expect(await modelCalls()).toBe(2);
  });

  it("is a second answer where answers are not resumable, and each ends with its reader", async () => {
    await open({ RESUMABLE: "false" });
    await speak(20_000);
    const [first, second] = [await app.post("/chat", question), await app.post("/chat", question)];
    await readTo(first, "text-delta");
    await untilQuiet(1);
    await readTo(second, "text-delta");
    await untilQuiet();
    expect(await modelCalls()).toBe(2);
  });

  it("joins also when there is no room for another answer, which is told by the status", async () => {
    await open({ MAX_CHATS: "1" });
    await speak(100);
    const first = app.post("/chat", question).then(collect);
    await world.waitFor(({ operation }) => operation === "chat");
    const refused = await app.post("/chat", { ...question, messageId: "m2" });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "overloaded" });
    const joined = await collect(await app.post("/chat", question));
    expect(plain(joined)).toEqual(plain(await first));
    // Nothing of the refused one is left to join.
    const later = await collect(await app.post("/chat", { ...question, messageId: "m2" }));
    expect(later.map(typeOf)).toContain("finish");
  });
});

describe.each(["true", "false"])("stop with RESUMABLE=%s", (RESUMABLE) => {
  it("ends the answer with one abort for every reader, and its call", async () => {
    await open({ RESUMABLE });
    await speak(20_000);
    const readers = [await app.post("/chat", question)];
    if (RESUMABLE === "true") readers.push(await resume(talk));
    const all = readers.map(collect);
    await world.waitFor(({ tokensSent }) => tokensSent > 0);
    const asked = Date.now();
    const response = await stop(talk);
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
    await world.waitFor(
      ({ operation, closedAt }) => operation === "chat" && closedAt !== undefined,
    );
    expect(Date.now() - asked).toBeLessThan(250);
    for (const frames of await Promise.all(all)) {
      const types = frames.map(typeOf);
      expect(types.slice(-2)).toEqual(["abort", "[DONE]"]);
      expect(types.filter((type) => TERMINAL.includes(type))).toEqual(["abort"]);
    }
    expect((await stop(talk)).status).toBe(204);
  });

  it("tells a reader of JSON and of text that it was stopped", async () => {
    await open({ RESUMABLE });
    await speak(20_000);
    const json = app.post("/chat", question, { accept: "application/json" });
    await world.waitFor(({ tokensSent }) => tokensSent > 0);
    await stop(talk);
    expect((await json).status).toBe(409);
    expect(await (await json).json()).toMatchObject({ code: "stopped" });
    const text = app.post("/chat", { ...question, messageId: "m2" }, { accept: "text/plain" });
    const told = (await text).text();
    await stop(talk);
    expect(await told).toBe("The\n[answer cut short: aborted]\n");
    expect(app.log).toEqual([]);
  });

  it("does nothing to what has ended, and knows no other conversation", async () => {
    await open({ RESUMABLE, DETACHED_TIMEOUT_MS: "400" });
    const unknown = await stop(talk);
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get("content-type")).toContain("application/problem+json");
    expect(await unknown.json()).toMatchObject({ code: "not-found" });
    expect((await stop("not.an.id")).status).toBe(422);
    await collect(await app.post("/chat", question));
    expect((await stop(talk)).status).toBe(204);
    expect((await stop("other")).status).toBe(404);
    await new Promise((resolve) => setTimeout(resolve, 450));
    expect((await stop(talk)).status).toBe(404);
  });
});

it("refuses REDIS_URL where there can be no connection to Redis, without showing it", async () => {
  const opening = openApp({ environment: { REDIS_URL: "redis://:canary@127.0.0.1:6379" } });
  await expect(opening).rejects.toThrow("REDIS_URL can not be used on Workers");
  await expect(opening).rejects.not.toThrow("canary");
});
