import { afterEach, describe, expect, it } from "vitest";
import { type OpenApp, openApp, SOME_SAMPLES } from "../support/open-app.ts";
import { collectStream } from "../support/sse.ts";
import { openWorld, type World } from "../support/world.ts";

const QUESTION = { message: "How heavy is the Aurora 2 tent?", conversationId: "talk" };
/** Milliseconds that an answer may take to be gone; no promise, only an end to waiting. */
const SOON = 3000;

let app: OpenApp;
let world: World;
afterEach(async () => {
  app.close();
  await world.close();
});

/** A model that says a word and then nothing, in an application with room for two answers. */
async function openSilent(environment: Record<string, string> = {}): Promise<void> {
  world = await openWorld();
  await world.command({
    do: "fault",
    operation: "chat",
    fault: { kind: "hang-after-tokens", tokens: 1 },
  });
  const { MODEL = "", MODEL_BASE_URL = "" } = world.environment;
  app = await openApp({
    samples: SOME_SAMPLES,
    environment: { MODEL, MODEL_BASE_URL, MAX_CHATS: "2", ...environment },
  });
}

async function untilFree(count = 0): Promise<void> {
  const end = Date.now() + SOON;
  while (app.services.running.count() !== count) {
    if (Date.now() > end) throw new Error(`${app.services.running.count()} answers still run.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function expectRefused(response: Response, code: string): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(response.headers.get("retry-after")).toMatch(/^[12]$/);
  expect(await response.json()).toMatchObject({ status: 503, code });
}

const form = (): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: "message=How+heavy+is+the+Aurora+2+tent",
});

describe("the bound on answers", () => {
  it("refuses every form beyond it before the stream begins, also a body that is wrong", async () => {
    await openSilent();
    const running = [await app.post("/chat", QUESTION), await app.post("/chat", QUESTION)];
    for (const accept of ["*/*", "text/plain", "application/json"])
      await expectRefused(await app.post("/chat", QUESTION, { accept }), "overloaded");
    await expectRefused(await app.post("/chat", "{"), "overloaded");
    expect((await app.request("/", form())).status).toBe(503);
    expect((await app.request("/healthz")).status).toBe(200);
    await Promise.all(running.map((response) => response.body?.cancel()));
    await untilFree();
  });

  it("is free again when a reader leaves, by the body or by the request's signal", async () => {
    await openSilent();
    const leaving = new AbortController();
    const first = await app.post("/chat", QUESTION);
    const second = collectStream(await app.post("/chat", QUESTION, {}, leaving.signal));
    expect(app.services.running.count()).toBe(2);
    await first.body?.cancel();
    await untilFree(1);
    leaving.abort();
    await untilFree();
    await second;

    const text = await app.post("/chat", QUESTION, { accept: "text/plain" });
    expect(app.services.running.count()).toBe(1);
    await text.body?.cancel();
    await untilFree();
  });

  it("is free again when an answer fails, in every form, or was never begun", async () => {
    await openSilent();
    await world.command({ do: "clear" });
    await world.command({ do: "fault", operation: "chat", fault: { kind: "status", status: 400 } });
    for (const accept of ["*/*", "text/plain", "application/json"]) {
      await (await app.post("/chat", QUESTION, { accept })).text();
      await untilFree();
    }
    await app.request("/", form());
    await untilFree();
    const unknown = await app.post("/chat", { ...QUESTION, collections: ["unknown"] });
    expect(unknown.status).toBe(404);
    await untilFree();
  });

  it("is free again after a whole answer in every form", async () => {
    await openSilent();
    await world.command({ do: "clear" });
    for (const accept of ["*/*", "text/plain", "application/json"]) {
      const response = await app.post("/chat", QUESTION, { accept });
      expect(response.status).toBe(200);
      await response.text();
      await untilFree();
    }
    expect((await app.request("/", form())).status).toBe(200);
    await untilFree();
  });

  it("is free again when the reader left before the request was looked at", async () => {
    await openSilent();
    await app.post("/chat", QUESTION, {}, AbortSignal.abort()).catch(() => undefined);
    await untilFree();
  });
});

describe("stop", () => {
  it("ends every answer of the conversation with abort, and no other", async () => {
    await openSilent({ MAX_CHATS: "3" });
    const [one, two, other] = await Promise.all([
      app.post("/chat", QUESTION),
      app.post("/chat", QUESTION),
      app.post("/chat", { ...QUESTION, conversationId: "another" }),
    ]);
    expect(app.services.running.stop("talk")).toBe(true);
    for (const response of [one, two]) {
      const { events, done } = await collectStream(response);
      expect(events.at(-1)?.type).toBe("abort");
      expect(done).toBe(true);
    }
    await untilFree(1);
    expect(app.services.running.stop("talk")).toBe(false);
    await other.body?.cancel();
  });
});

describe("close", () => {
  it("refuses what comes, and tells those that do not end in time", async () => {
    await openSilent();
    const response = await app.post("/chat", QUESTION);
    const collected = collectStream(response);
    const closed = app.services.running.close(100);
    await expectRefused(await app.post("/chat", QUESTION), "shutting-down");
    await closed;
    expect(app.services.running.count()).toBe(0);
    const { events, done } = await collected;
    const terminal = events.filter(({ type }) => ["finish", "error", "abort"].includes(type));
    expect(terminal).toMatchObject([{ type: "error", code: "shutting-down" }]);
    expect(done).toBe(true);
  });

  it("waits for those that end in time, and not at all when there are none", async () => {
    await openSilent();
    await world.command({ do: "clear" });
    await world.command({ do: "script", script: { firstTokenDelayMs: 300 } });
    const collected = collectStream(await app.post("/chat", QUESTION));
    await app.services.running.close(20_000);
    expect((await collected).events.at(-1)?.type).toBe("finish");
    await app.services.running.close(20_000);
  });
});

describe("a reader who takes nothing", () => {
  it.each(["*/*", "text/plain"])(
    "is cut off where the entry does not see connections, when %s is asked for",
    async (accept) => {
      await openSilent({ WRITE_TIMEOUT_MS: "300" });
      const response = await app.post("/chat", QUESTION, { accept });
      await world.waitFor(({ operation }) => operation === "chat");
      await world.waitFor(({ closedAt }) => closedAt !== undefined);
      await untilFree();
      await expect(response.text()).rejects.toThrow();
    },
  );

  it("is not cut off while it is the model that is silent, or for an answer that is whole", async () => {
    await openSilent({ WRITE_TIMEOUT_MS: "200" });
    await world.command({ do: "clear" });
    await world.command({ do: "script", script: { firstTokenDelayMs: 800 } });
    const { events } = await collectStream(await app.post("/chat", QUESTION));
    expect(events.at(-1)?.type).toBe("finish");
  });
});
