import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { toAppError } from "../../src/errors.ts";
import { createIngestThread, type IngestThread } from "../../src/node/ingest-thread.ts";
import { postJson, startTributary, type Tributary } from "./tributary.ts";

describe("createIngestThread", () => {
  const signal = new AbortController().signal;
  let crashes: string[] = [];
  let thread: IngestThread | undefined;
  afterEach(async () => {
    await thread?.close();
    crashes = [];
  });

  function open(): IngestThread {
    return (thread = createIngestThread({
      config: readConfig({}),
      openQdrantPort: () => undefined,
      onSaved: () => undefined,
      onCrash: ({ message }) => void crashes.push(message),
      entry: new URL("./crashing-ingest-thread.ts", import.meta.url),
    }));
  }

  it("takes errors across with code, status, detail and cause", async () => {
    const { ingest } = open();
    await expect(ingest("app-error", [], signal)).rejects.toMatchObject({
      name: "AppError",
      code: "invalid",
      status: 422,
      message: "No words.",
      errors: [{ path: "text", message: "No words." }],
      cause: { name: "RangeError", message: "inside" },
    });
    await expect(ingest("upstream-error", [], signal)).rejects.toMatchObject({
      name: "UpstreamError",
      service: "qdrant",
      operation: "save chunks",
      message: "[qdrant] save chunks: full",
      status: 507,
      retryable: false,
      retryAfter: 30,
    });
    const late: unknown = await ingest("deadline", [], signal).catch((error: unknown) => error);
    expect(late).toMatchObject({ message: "saving chunks took longer than 10 ms" });
    expect(toAppError(late).code).toBe("timeout");
  });

  it("takes an abort across, and rejects with its reason at once", async () => {
    const { ingest } = open();
    const controller = new AbortController();
    const hanging = ingest("hang", [], controller.signal);
    const reason = new Error("writer gone");
    controller.abort(reason);
    await expect(hanging).rejects.toBe(reason);
    expect(await ingest("aborts", [], signal)).toBe(1);
  });

  it("fails the jobs of a thread that crashes, and the next job has a new one", async () => {
    const { ingest } = open();
    const failed = { code: "storage-unavailable", status: 503 };
    const hanging = expect(ingest("hang", [], signal)).rejects.toMatchObject(failed);
    await expect(ingest("crash", [], signal)).rejects.toMatchObject(failed);
    await hanging;
    expect(crashes).toEqual(["out of luck"]);
    expect(await ingest("aborts", [], signal)).toBe(0);
  });
});

describe("npm start, while documents are ingested", () => {
  let tributary: Tributary;
  beforeAll(async () => {
    tributary = await startTributary({ INGEST_TIMEOUT_MS: "2000" });
  });
  afterAll(() => tributary.stop());

  const put = (id: string, text: string): Promise<Response> =>
    fetch(`${tributary.url}/collections/hostile/documents/${id}`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text }),
    });
  const ask = (message: string): Promise<Response> =>
    postJson(`${tributary.url}/chat`, { message, stream: false });

  it("answers chats beside a document that takes seconds to parse, refuses it, and goes on", async () => {
    // The Markdown parser looks at each of these as if it might begin a link: some ten seconds.
    let isOpen = true;
    const hostile = put("slow", "[a]".repeat(20_000)).finally(() => (isOpen = false));
    for (let chat = 0; chat < 5; chat++) {
      const answer = (await (await ask("How heavy is the Aurora 2 tent?")).json()) as object;
      expect(answer).toMatchObject({ answered: true });
    }
    expect(isOpen).toBe(true);

    const refused = await hostile;
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      code: "invalid",
      detail: expect.stringMatching(/"slow" takes too long.+"format": "text"/),
    });
    expect((await put("short", "Otters live at the lake.")).status).toBe(200);
    const found = await (await ask("Where do otters live?")).json();
    expect(found).toMatchObject({ answered: true, answer: expect.stringContaining("lake") });
    expect(tributary.stderr()).toBe("");
  });

  it("fails with 503 what else was open on a thread that is ended", async () => {
    const hostile = put("slow", "[a]".repeat(20_000));
    const other = put("other", "Herons live at the lake too.");
    const statuses = (await Promise.all([hostile, other])).map(({ status }) => status);
    // The other one is done if it came first.
    expect([200, 503]).toContain(statuses[1]);
    expect(statuses[0]).toBe(422);
    expect((await put("other", "Herons live at the lake too.")).status).toBe(200);
  });

  it("knows a document in the request thread as soon as it is stored", async () => {
    for (let index = 0; index < 10; index++) {
      const animal = `zorilla${index}`;
      expect((await put(animal, `The ${animal} eats ${animal}berries.`)).status).toBe(200);
      const answer = await (await ask(`What does the ${animal} eat?`)).json();
      expect(answer).toMatchObject({ answer: expect.stringContaining(`${animal}berries`) });
    }
  });
});
