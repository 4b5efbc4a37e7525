// Stored conversations over HTTP: what is kept of a chat, in which order, for how long, and who gets it.
import type { Database } from "db0";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type OpenApp, openApp, type OpenOptions, SOME_SAMPLES } from "../support/open-app.ts";
import { readEvents, type UIEvent } from "../support/sse.ts";
import { openWorld, type World } from "../support/world.ts";

const QUESTION = "How heavy is the Aurora 2 tent?";
const WORDS = ["The ", "tent ", "weighs ", "1.62 kg ", "[1]."];
const ANSWER = WORDS.join("");
const DAY = 86_400_000;
/** As every HTTP client sends it. */
const HERE = { headers: { host: "localhost" } };

interface StoredMessage {
  id: string;
  role: string;
  metadata?: { answered: boolean; outcome: string; rating?: string };
  parts: { type: string; text?: string; url?: string; data?: unknown }[];
}

interface Conversation {
  id: string;
  title: string;
  createdAt: string;
  updatedAt: string;
  expiresAt: string;
  messages: StoredMessage[];
}

let world: World;
/** Moved by tests. */
let time: number;
let shared: OpenApp;
let app: OpenApp;
/** Another conversation for each test. */
let talk: string;

beforeAll(async () => {
  world = await openWorld();
  time = Date.UTC(2026, 7, 1, 12);
  shared = await openWith();
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
});
afterEach(() => {
  expect(JSON.stringify(app.log)).not.toMatch(/Aurora|1\.62|canary/);
  if (app !== shared) app.close();
});

function openWith(environment: Record<string, string> = {}, options: OpenOptions = {}) {
  const { MODEL = "", MODEL_BASE_URL = "" } = world.environment;
  return openApp({
    samples: SOME_SAMPLES,
    environment: { MODEL, MODEL_BASE_URL, ...environment },
    wallClock: () => time,
    ...options,
  });
}

async function open(...parts: Parameters<typeof openWith>): Promise<void> {
  app = await openWith(...parts);
}

const isText = ({ type }: { type: string }): boolean => type === "text";
const textOf = ({ parts }: StoredMessage): string =>
  parts
    .filter(isText)
    .map(({ text }) => text)
    .join("");

async function read(id = talk): Promise<Conversation> {
  const response = await app.request(`/conversations/${id}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Conversation;
}

const statusOf = async (id = talk): Promise<number> =>
  (await app.request(`/conversations/${id}`, { method: "HEAD" })).status;

/** The texts of a conversation in turn. */
const textsOf = async (id = talk): Promise<string[]> => (await read(id)).messages.map(textOf);

async function ask(message: string, more: object = {}): Promise<Record<string, unknown>> {
  const response = await app.post("/chat", {
    message,
    conversationId: talk,
    stream: false,
    ...more,
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
}

async function collect(response: Response): Promise<UIEvent[]> {
  expect(response.status).toBe(200);
  const events: UIEvent[] = [];
  for await (const { data } of readEvents(response)) {
    if (data !== "[DONE]") events.push(data as UIEvent);
  }
  return events;
}

/** Reads until an event of this type, and leaves. */
async function readTo(response: Response, type: string): Promise<UIEvent[]> {
  const events: UIEvent[] = [];
  for await (const { data } of readEvents(response)) {
    events.push(data as UIEvent);
    if ((data as UIEvent).type === type) break;
  }
  return events;
}

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 5000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error("It did not come in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const stored = (id = talk): Promise<Conversation> =>
  until(async () => ((await statusOf(id)) === 200 ? read(id) : undefined));

const speak = (tokenDelayMs: number): Promise<void> =>
  world.command({ do: "script", script: { tokenDelayMs } });

const rate = (messageId: unknown, rating: unknown, more: object = {}, id = talk) =>
  app.post(`/chat/${id}/feedback`, { messageId, rating, ...more });

const remove = (id = talk): Promise<Response> =>
  app.request(`/conversations/${id}`, { method: "DELETE" });

async function problemOf(response: Response): Promise<unknown[]> {
  const { code } = (await response.json()) as { code: string };
  return [response.status, code];
}

/** What the model was asked to write, oldest first. */
async function prompts(stream: boolean): Promise<string[]> {
  const { upstream } = await world.requests();
  return upstream
    .filter(({ operation, body }) => {
      return operation === "chat" && ((body as { stream?: boolean }).stream === true) === stream;
    })
    .map(({ body }) => JSON.stringify(body));
}

const uiMessage = (id: string, role: "user" | "assistant", text: string) => ({
  id,
  role,
  parts: [{ type: "text", text }],
});

describe("a stored conversation", () => {
  it("holds what the stream told, under the same ids", async () => {
    const messages = [uiMessage("u1", "user", QUESTION)];
    const events = await collect(await app.post("/chat", { id: talk, messages }));
    const found = await read();
    expect(found).toMatchObject({
      id: talk,
      createdAt: new Date(time).toISOString(),
      updatedAt: new Date(time).toISOString(),
      expiresAt: new Date(time + 30 * DAY).toISOString(),
    });
    const [question, answer] = found.messages as [StoredMessage, StoredMessage];
    expect(question).toEqual(messages[0]);
    expect(answer).toMatchObject({
      id: events[0]!["messageId"],
      role: "assistant",
      metadata: { conversationId: talk, answered: true, outcome: "whole", degraded: false },
    });
    expect(answer.parts.filter(({ type }) => type === "source-url")).toEqual(
      events.filter(({ type }) => type === "source-url"),
    );
    expect(textOf(answer)).toBe(ANSWER);
    expect(answer.parts.at(-1)).toEqual({
      type: "data-citations",
      data: events.find(({ type }) => type === "data-citations")!["data"],
    });
  });

  it("holds the turns of every form of answer", async () => {
    const { messageId } = await ask(QUESTION);
    const text = await app.post(
      "/chat",
      { message: QUESTION, conversationId: talk },
      { accept: "text/plain" },
    );
    expect(await text.text()).toContain(ANSWER);
    await collect(await app.post("/chat", { message: QUESTION, conversationId: talk }));
    const { messages } = await read();
    expect(messages.map(textOf)).toEqual([QUESTION, ANSWER, QUESTION, ANSWER, QUESTION, ANSWER]);
    expect(messages[1]!.id).toBe(messageId);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(6);
  });

  it("is found under the id that the answer tells, where the client gave none", async () => {
    const response = await app.post("/chat", { message: QUESTION, stream: false });
    const { conversationId } = (await response.json()) as { conversationId: string };
    expect(await textsOf(conversationId)).toEqual([QUESTION, ANSWER]);
  });

  it("keeps an answer that is none, as such", async () => {
    await ask("Which planet has the most moons and rings?");
    const { messages } = await read();
    expect(messages[1]!.metadata).toMatchObject({ answered: false, outcome: "whole" });
  });

  it("keeps what there was of an answer that was stopped, left or broke off", async () => {
    await speak(40);
    const first = await app.post("/chat", { message: QUESTION, conversationId: talk });
    let seen = "";
    for await (const { data } of readEvents(first)) {
      const { type, delta } = data as UIEvent;
      if (type !== "text-delta") continue;
      if (seen === "") await app.request(`/chat/${talk}/stop`, { method: "POST" });
      seen += String(delta);
    }
    const [, stopped] = (await read()).messages;
    expect(stopped!.metadata).toMatchObject({ outcome: "cut", answered: false });
    expect(textOf(stopped!)).toBe(seen);
    expect(ANSWER.startsWith(seen)).toBe(true);

    const left = crypto.randomUUID();
    const second = await app.post("/chat", { message: QUESTION, conversationId: left });
    await readTo(second, "text-delta");
    const [, partial] = (await stored(left)).messages;
    expect(partial!.metadata!.outcome).toBe("cut");
    expect(ANSWER.startsWith(textOf(partial!))).toBe(true);
    expect(textOf(partial!)).not.toBe("");

    const broken = crypto.randomUUID();
    const fault = { kind: "truncate", afterTokens: 3, how: "reset" } as const;
    await world.command({ do: "fault", operation: "chat", fault });
    const third = await app.post("/chat", { message: QUESTION, conversationId: broken });
    expect((await collect(third)).at(-1)!.type).toBe("error");
    const [, cut] = (await read(broken)).messages;
    expect(cut!.metadata!.outcome).toBe("cut");
    expect(ANSWER.startsWith(textOf(cut!))).toBe(true);
    app.log.splice(0);
  });

  it("loses none of twenty turns that come at once", async () => {
    const questions = Array.from({ length: 20 }, (_, n) => `Aurora 2 tent weight, number ${n}?`);
    await Promise.all(questions.map((question) => ask(question)));
    const order = await textsOf();
    expect(order.filter((_, n) => n % 2 === 0).toSorted()).toEqual(questions.toSorted());
    expect(await textsOf()).toEqual(order);
  });

  it("stores no request that is refused, and nothing at all for CONVERSATION_DAYS=0", async () => {
    const refused = { message: QUESTION, conversationId: talk, collections: ["nowhere"] };
    expect((await app.post("/chat", refused)).status).toBe(404);
    expect(await statusOf()).toBe(404);
    await open({ CONVERSATION_DAYS: "0" });
    const { messageId } = await ask(QUESTION);
    expect(await statusOf()).toBe(404);
    expect((await rate(messageId, "up")).status).toBe(404);
    // So that nobody is asked for a rating.
    const ends = await collect(await app.post("/chat", { message: QUESTION }));
    expect(ends.at(-1)).toMatchObject({ type: "finish", messageMetadata: { feedback: false } });
    const others = await collect(await shared.post("/chat", { message: QUESTION }));
    expect(others.at(-1)!["messageMetadata"]).not.toHaveProperty("feedback");
  });
});

describe("a question that follows another", () => {
  it("is understood from the stored turns, where the client sends none", async () => {
    await ask(QUESTION);
    await world.command({ do: "clear" });
    await world.command({ do: "script", script: { reply: WORDS } });
    await ask("And what does it cost?");
    const [prompt] = await prompts(true);
    expect(prompt).toContain(QUESTION);
    expect(prompt).toContain(ANSWER);
    expect(prompt!.indexOf(QUESTION)).toBeLessThan(prompt!.indexOf("And what does it cost?"));
    expect((await prompts(false)).join("")).toContain(QUESTION);
  });

  it("knows nothing of other conversations", async () => {
    await ask(QUESTION);
    await world.command({ do: "clear" });
    await world.command({ do: "script", script: { reply: WORDS } });
    await ask("And what does the Aurora 2 tent cost?", { conversationId: crypto.randomUUID() });
    const [prompt] = await prompts(true);
    expect(prompt).not.toContain(QUESTION);
  });

  it("takes the place of one with the same id, and of all that followed", async () => {
    await ask("first about the tent?", { messageId: "u1" });
    await ask("second about the tent?", { messageId: "u2" });
    await ask("third about the tent?", { messageId: "u3" });
    await world.command({ do: "clear" });
    await world.command({ do: "script", script: { reply: WORDS } });
    await ask("mended about the tent?", { messageId: "u2" });
    const texts = await textsOf();
    expect(texts.filter((_, n) => n % 2 === 0)).toEqual([
      "first about the tent?",
      "mended about the tent?",
    ]);
    const [prompt] = await prompts(true);
    expect(prompt).toContain("first about the tent?");
    expect(prompt).not.toMatch(/second about|third about/);
  });
});

describe("the messages of useChat", () => {
  const q = (n: number) => uiMessage(`u${n}`, "user", `Question ${n} about the Aurora 2 tent?`);

  async function send(messages: object[], more: object = {}): Promise<string> {
    const events = await collect(await app.post("/chat", { id: talk, messages, ...more }));
    expect(events.at(-1)!.type).toBe("finish");
    return String(events[0]!["messageId"]);
  }

  const ids = async (): Promise<string[]> => (await read()).messages.map(({ id }) => id);

  it("are the history; the stored turns follow them through regenerating and mending", async () => {
    const a1 = await send([q(1)]);
    const first = [q(1), uiMessage(a1, "assistant", ANSWER)];
    const a2 = await send([...first, q(2)]);
    expect(await ids()).toEqual(["u1", a1, "u2", a2]);
    // A new answer to the last question.
    const again = { trigger: "regenerate-message", messageId: a2 };
    const a2b = await send([...first, q(2)], again);
    expect(await ids()).toEqual(["u1", a1, "u2", a2b]);
    const second = [...first, q(2), uiMessage(a2b, "assistant", ANSWER)];
    const a3 = await send([...second, q(3)]);
    expect(await ids()).toEqual(["u1", a1, "u2", a2b, "u3", a3]);
    // The second question is mended under its own id, as useChat does.
    const mended = { ...q(2), parts: [{ type: "text", text: "Mended about the tent?" }] };
    const a2c = await send([...first, mended], { messageId: "u2" });
    expect(await ids()).toEqual(["u1", a1, "u2", a2c]);
    expect((await textsOf())[2]).toBe("Mended about the tent?");
    // Another second question, under an id of its own, as assistant-ui does.
    const a4 = await send([...first, q(4)]);
    expect(await ids()).toEqual(["u1", a1, "u4", a4]);
    // A new answer to the first one.
    const a1b = await send([q(1)], { trigger: "regenerate-message", messageId: a1 });
    expect(await ids()).toEqual(["u1", a1b]);
  });

  it("add to the conversation where only the last one is sent, or none has an id", async () => {
    await send([q(1)]);
    await send([q(2)]);
    const bare = [
      { role: "user", content: "Question 1 about the Aurora 2 tent?" },
      { role: "assistant", content: ANSWER },
      { role: "user", content: "Question 3 about the Aurora 2 tent?" },
    ];
    await send(bare);
    expect((await textsOf()).filter((_, n) => n % 2 === 0)).toEqual(
      [1, 2, 3].map((n) => `Question ${n} about the Aurora 2 tent?`),
    );
  });
});

describe("a resumable answer", () => {
  const question = () => ({ message: QUESTION, conversationId: talk, messageId: "m1" });

  beforeEach(() => open({ RESUMABLE: "true" }));

  it("is stored once, however often it is asked for, and rated at once", async () => {
    await speak(20);
    const [first, second] = await Promise.all([
      app.post("/chat", question()).then(collect),
      app.post("/chat", question()).then(collect),
    ]);
    expect(first![0]!["messageId"]).toBe(second![0]!["messageId"]);
    expect((await rate(first![0]!["messageId"], "up")).status).toBe(204);
    await collect(await app.post("/chat", question()));
    const { messages } = await read();
    expect(messages.map(textOf)).toEqual([QUESTION, ANSWER]);
    expect(messages[1]!.metadata!.rating).toBe("up");
  });

  it("is stored whole when its reader leaves, and cut when it is stopped", async () => {
    await speak(20);
    await readTo(await app.post("/chat", question()), "text-delta");
    const { messages } = await stored();
    expect(textOf(messages[1]!)).toBe(ANSWER);
    expect(messages[1]!.metadata!.outcome).toBe("whole");
    await speak(40);
    const other = crypto.randomUUID();
    await readTo(await app.post("/chat", { ...question(), conversationId: other }), "text-delta");
    expect((await app.request(`/chat/${other}/stop`, { method: "POST" })).status).toBe(204);
    expect((await stored(other)).messages[1]!.metadata!.outcome).toBe("cut");
  });

  it("can neither be resumed nor joined when its conversation was removed", async () => {
    const first = await collect(await app.post("/chat", question()));
    expect((await app.request(`/chat/${talk}/stream`)).status).toBe(200);
    expect((await remove()).status).toBe(204);
    expect((await app.request(`/chat/${talk}/stream`)).status).toBe(204);
    const again = await collect(await app.post("/chat", question()));
    expect(again[0]!["messageId"]).not.toBe(first[0]!["messageId"]);
    expect(await textsOf()).toEqual([QUESTION, ANSWER]);
  });
});

describe("POST /chat/{id}/feedback", () => {
  it("rates an answer, and again in place of that, cut ones too", async () => {
    const { messageId } = await ask(QUESTION);
    expect((await rate(messageId, "down", { comment: " too short " })).status).toBe(204);
    expect((await read()).messages[1]!.metadata!.rating).toBe("down");
    expect((await rate(messageId, "up")).status).toBe(204);
    expect((await read()).messages[1]!.metadata!.rating).toBe("up");
    await speak(40);
    const response = await app.post("/chat", { message: QUESTION, conversationId: talk });
    const [start] = await readTo(response, "text-delta");
    await until(async () => ((await read()).messages.length === 4 ? true : undefined));
    expect((await rate(start!["messageId"], "down")).status).toBe(204);
  });

  it("finds the answer as soon as its end was seen", async () => {
    for (let round = 0; round < 10; round++) {
      const response = await app.post("/chat", { message: QUESTION, conversationId: talk });
      const [start] = await readTo(response, "finish");
      expect((await rate(start!["messageId"], "up")).status).toBe(204);
    }
  });

  it("is kept by no cache, also where there is none", async () => {
    const { conversationId } = await ask(QUESTION);
    for (const id of [conversationId, crypto.randomUUID()]) {
      const response = await app.request(`/conversations/${id}`);
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
  });

  it("tells nobody whether an answer is another conversation's, or none", async () => {
    const { messageId } = await ask(QUESTION);
    const other = crypto.randomUUID();
    await ask(QUESTION, { conversationId: other });
    const { messages } = await read();
    const answers = await Promise.all([
      rate(messageId, "up", {}, other),
      rate(messageId, "up", {}, crypto.randomUUID()),
      rate("nothing", "up"),
      rate(messages[0]!.id, "up"),
    ]);
    const problems = await Promise.all(answers.map(async (one) => one.json()));
    const details = new Set(problems.map((one) => (one as { detail: string }).detail));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(details.size).toBe(1);
    expect((await read(other)).messages[1]!.metadata!.rating).toBeUndefined();
  });

  it.each([
    [{}],
    [{ messageId: "x" }],
    [{ messageId: "x", rating: "sideways" }],
    [{ messageId: "", rating: "up" }],
    [{ messageId: "x".repeat(129), rating: "up" }],
    [{ messageId: "x", rating: "up", comment: "c".repeat(2001) }],
    [[]],
  ])("refuses %j", async (body) => {
    const response = await app.post(`/chat/${talk}/feedback`, body);
    expect(await problemOf(response)).toEqual([422, "invalid"]);
  });

  it.each(["a b", "a%2Fb", "..%2F..", "x".repeat(129), "%00", "'; drop table turns; --"])(
    "takes no %s for an id",
    async (id) => {
      const path = encodeURI(decodeURIComponent(id)) === id ? id : encodeURIComponent(id);
      expect((await rate("x", "up", {}, path)).status).toBe(422);
      expect((await app.request(`/conversations/${path}`)).status).toBe(422);
      expect((await remove(path)).status).toBe(422);
    },
  );
});

describe("DELETE /conversations/{id}", () => {
  it("removes what was said, once", async () => {
    const { messageId } = await ask(QUESTION);
    const gone = await remove();
    expect(gone.status).toBe(204);
    expect(await problemOf(await app.request(`/conversations/${talk}`))).toEqual([
      404,
      "not-found",
    ]);
    expect((await rate(messageId, "up")).status).toBe(404);
    expect(await problemOf(await remove())).toEqual([404, "not-found"]);
    expect((await remove(crypto.randomUUID())).status).toBe(404);
    await ask("Is the Aurora 2 tent light?");
    expect(await textsOf()).toEqual(["Is the Aurora 2 tent light?", ANSWER]);
  });

  it.each(["false", "true"])(
    "stops what is being written and stores nothing of it (RESUMABLE=%s)",
    async (RESUMABLE) => {
      await open({ RESUMABLE });
      await speak(40);
      const response = await app.post("/chat", { message: QUESTION, conversationId: talk });
      const types: string[] = [];
      for await (const { data } of readEvents(response)) {
        const { type } = data as UIEvent;
        if (type === "text-delta" && !types.includes(type))
          expect((await remove()).status).toBe(204);
        if (type !== undefined) types.push(type);
      }
      expect(types.at(-1)).toBe("abort");
      await until(() => (app.services.running.count() === 0 ? true : undefined));
      expect(await statusOf()).toBe(404);
      await speak(0);
      await ask("Is the Aurora 2 tent light?");
      expect(await textsOf()).toEqual(["Is the Aurora 2 tent light?", ANSWER]);
    },
  );
});

describe("a conversation that is too old", () => {
  it("is gone for everybody, its id remembered for as long again", async () => {
    await open({ CONVERSATION_DAYS: "2" });
    const { messageId } = await ask(QUESTION);
    time += 2 * DAY - 1;
    expect((await read()).expiresAt).toBe(new Date(time + 1).toISOString());
    time += 1;
    const expired = [410, "conversation-expired"];
    expect(await problemOf(await app.request(`/conversations/${talk}`))).toEqual(expired);
    expect(await problemOf(await rate(messageId, "up"))).toEqual(expired);
    for (const body of [
      { message: "And its price?", conversationId: talk },
      { id: talk, messages: [uiMessage("u1", "user", "And its price?")] },
    ])
      expect(await problemOf(await app.post("/chat", body))).toEqual(expired);
    // The sweep of that request took the content.
    time -= 1;
    expect(await problemOf(await app.request(`/conversations/${talk}`))).toEqual(expired);
    time += 2 * DAY;
    expect((await app.post("/chat", { message: "x", conversationId: talk })).status).toBe(410);
    time += 3_600_000;
    await ask("Something else, to sweep", { conversationId: crypto.randomUUID() });
    expect(await statusOf()).toBe(404);
    await ask(QUESTION);
    expect(await textsOf()).toEqual([QUESTION, ANSWER]);
  });

  it("is kept by every further turn", async () => {
    await open({ CONVERSATION_DAYS: "2" });
    for (let turn = 0; turn < 3; turn++) {
      await ask(QUESTION);
      time += 1.5 * DAY;
    }
    expect(await textsOf()).toHaveLength(6);
  });

  it("can be removed", async () => {
    await open({ CONVERSATION_DAYS: "2" });
    await ask(QUESTION);
    time += 2 * DAY;
    expect((await remove()).status).toBe(204);
    expect(await statusOf()).toBe(404);
  });
});

describe("the title", () => {
  const titleIs = (reply: string): Promise<void> =>
    world.command({ do: "script", script: { reply } });

  it("is written by the model when it is first asked for, cleaned, and kept", async () => {
    await ask(QUESTION);
    await world.command({ do: "clear" });
    await titleIs('\n**Title: "The <b>Aurora 2</b>\'s weight."**\nand more');
    expect(await statusOf()).toBe(200);
    expect(await prompts(false)).toEqual([]);
    const titles = await Promise.all([read(), read(), read()]);
    expect(titles.map(({ title }) => title)).toEqual(
      Array.from({ length: 3 }, () => "The Aurora 2's weight"),
    );
    const asked = await prompts(false);
    expect(asked).toHaveLength(1);
    const nonce = /<conversation-(\w+)>/.exec(asked[0]!)![1]!;
    const fenced = asked[0]!.split(`<conversation-${nonce}>`).at(-1)!.split("</conversation-")[0]!;
    expect(fenced).toContain(QUESTION);
    await titleIs("Another");
    expect((await read()).title).toBe("The Aurora 2's weight");
    expect(await prompts(false)).toHaveLength(1);
  });

  it("has at most 80 characters, cut at a word", async () => {
    await ask(QUESTION);
    await titleIs("word ".repeat(40));
    const { title } = await read();
    expect(title.length).toBeLessThanOrEqual(80);
    expect(title).toMatch(/^(word )+word…$/);
  });

  it("is the question's first words while the model fails, and tried again", async () => {
    await ask(QUESTION);
    const fault = { kind: "status", status: 500 } as const;
    await world.command({ do: "fault", operation: "chat", fault });
    expect((await read()).title).toBe(QUESTION);
    await world.command({ do: "clear" });
    await titleIs("Tent weight");
    expect((await read()).title).toBe("Tent weight");
  });

  it.each([
    ["How heavy is the Aurora 2 tent?", "How heavy is the Aurora 2 tent?"],
    [
      "How heavy is the Aurora 2 tent, and does its weight include the stakes and the bags?",
      "How heavy is the Aurora 2 tent, and does its weight include…",
    ],
    [
      "오로라 2 텐트는 얼마나 무거운가요 그리고 그 무게에는 말뚝과 가방도 모두 포함되어 있나요 아니면 따로 재야 하나요",
      "오로라 2 텐트는 얼마나 무거운가요 그리고 그 무게에는 말뚝과 가방도 모두 포함되어 있나요 아니면 따로…",
    ],
    ["텐트".repeat(40), `${"텐트".repeat(29)}텐…`],
  ])("is the first words of %s without a model", async (question, title) => {
    await open({ MODEL: "extractive" });
    await ask(question);
    expect((await read()).title).toBe(title);
  });
});

describe("GET /feedback", () => {
  interface Line {
    question: string;
    history?: { role: string; content: string }[];
    answer: string;
    answered: boolean;
    rating: string;
    comment?: string;
    sources: { collection: string; documentId: string; chunkId: string }[];
    cited: number[];
    conversationId: string;
    messageId: string;
    at: string;
  }

  async function list(query = ""): Promise<Line[]> {
    const response = await app.request(`/feedback${query}`, HERE);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/jsonl");
    const text = await response.text();
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));
  }

  it("gives every rated answer with its question, its history and its sources", async () => {
    await open({}, { samples: true });
    await ask("unrated about the tent?");
    const up = await ask(QUESTION);
    const down = await ask("And what does it cost?");
    await rate(up["messageId"], "up");
    await rate(down["messageId"], "down", { comment: "wrong\nprice" });
    const lines = await list();
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({
      question: "And what does it cost?",
      answer: ANSWER,
      answered: true,
      rating: "down",
      comment: "wrong\nprice",
      cited: [1],
      conversationId: talk,
      messageId: down["messageId"],
      at: new Date(time).toISOString(),
    });
    expect(lines[1]!.history!.map(({ content }) => content)).toEqual([
      "unrated about the tent?",
      ANSWER,
      QUESTION,
      ANSWER,
    ]);
    const sources = down["sources"] as Line["sources"];
    expect(lines[1]!.sources).toEqual(
      sources.map(({ collection, documentId, chunkId }) => ({ collection, documentId, chunkId })),
    );
    expect((await list("?rating=up")).map(({ question }) => question)).toEqual([QUESTION]);
    expect((await list("?rating=down")).map(({ rating }) => rating)).toEqual(["down"]);
    expect((await app.request("/feedback?rating=sideways", HERE)).status).toBe(422);
    time += 31 * DAY;
    expect(await list()).toEqual([]);
  });

  it("is for those who may write", async () => {
    await open({ ADMIN_KEY: "admin-key-canary" });
    expect(await problemOf(await app.request("/feedback", HERE))).toEqual([401, "unauthorized"]);
    const headers = { ...HERE.headers, authorization: "Bearer admin-key-canary" };
    expect((await app.request("/feedback", { headers })).status).toBe(200);
    app.close();
    await open({}, { peerAddress: "203.0.113.7" });
    expect(await problemOf(await app.request("/feedback", HERE))).toEqual([403, "forbidden"]);
  });
});

describe("a store that does not work", () => {
  /** Lets the tables be made, then does nothing but this. */
  function brokenDatabase(all: () => Promise<unknown[]>): Database {
    const statement = { all, run: async () => ({ success: true }), get: async () => undefined };
    const database = { prepare: () => statement, dispose: async () => undefined };
    return database as unknown as Database;
  }

  it.each([
    ["fails", (): Promise<unknown[]> => Promise.reject(new Error("disk full"))],
    ["is silent", (): Promise<unknown[]> => new Promise(() => undefined)],
  ])("fails no chat when it %s, and is told to the log once", async (_, all) => {
    await open({}, { openDatabase: () => brokenDatabase(all) });
    for (let turn = 0; turn < 2; turn++) {
      const started = performance.now();
      const events = await collect(
        await app.post("/chat", { message: QUESTION, conversationId: talk }),
      );
      expect(events.at(-1)!.type).toBe("finish");
      // 250 ms before and after, and what the answer takes.
      expect(performance.now() - started).toBeLessThan(3000);
    }
    expect(app.log.filter(({ at }) => at === "conversations")).toHaveLength(1);
    expect(app.log).toHaveLength(1);
    if (all.toString().includes("reject")) {
      expect(await problemOf(await app.request(`/conversations/${talk}`))).toEqual([
        503,
        "storage-unavailable",
      ]);
      expect((await rate("x", "up")).status).toBe(503);
      expect((await remove()).status).toBe(503);
      expect((await app.request("/feedback", HERE)).status).toBe(503);
    }
  });
});
