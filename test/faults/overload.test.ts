import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { type FaultServer, startFaultServer } from "../support/fault-server.ts";
import { openRawRequest } from "../support/raw-client.ts";
import { collectStream } from "../support/sse.ts";

const QUESTION = { message: "How heavy is the Aurora 2 tent?" };
const ANSWER = "The Aurora 2 weighs 1.62 kg";
const BOUND = 20;

let upstream: FaultServer;
let tributary: Tributary;

beforeAll(async () => {
  upstream = await startFaultServer();
  tributary = await startTributary({
    COHERE_API_KEY: "test",
    COHERE_BASE_URL: upstream.url,
    EMBED_DIMENSION: "64",
    RERANK_MODEL: "none",
    MODEL: "openai-compatible:test",
    MODEL_BASE_URL: `${upstream.url}/v1`,
    MAX_CHATS: String(BOUND),
  });
  // The samples were embedded by then.
  upstream.clear();
});
afterEach(() => upstream.clear());
afterAll(async () => {
  await tributary.stop();
  await upstream.close();
});

const ask = (accept = "*/*"): Promise<Response> =>
  postJson(`${tributary.url}/chat`, QUESTION, { accept });

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(response.headers.get("retry-after")).toMatch(/^[12]$/);
  const problem = (await response.json()) as { detail: string };
  expect(problem).toMatchObject({ code: "overloaded", status: 503, title: "Service Unavailable" });
  expect(problem.detail).toMatch(/^[A-Z][^.]*\. Please try again in a few seconds\.$/);
}

describe("more readers than answers at the same time", () => {
  it.each([2, 5])(
    "%d times the bound: as many are answered as there is room for, the rest cost no upstream a call, and then there is room again",
    async (load) => {
      // Longer than it takes to refuse the rest.
      upstream.firstTokenDelayMs = 2500;
      // In one piece, which no form cuts.
      upstream.reply = [ANSWER];
      const forms = ["*/*", "text/plain", "application/json"];
      const responses = Array.from({ length: BOUND * load }, (_, index) =>
        ask(forms[index % forms.length]).then(async (response) => {
          if (response.status === 503) await expectRefused(response);
          else expect(await response.text()).toContain(ANSWER);
          return response.status;
        }),
      );
      const statuses = await Promise.all(responses);
      expect(statuses.filter((status) => status === 200)).toHaveLength(BOUND);
      expect(statuses.filter((status) => status === 503)).toHaveLength(BOUND * (load - 1));
      for (const operation of ["embed", "chat"]) {
        const calls = upstream.requests.filter((seen) => seen.operation === operation);
        expect(calls).toHaveLength(BOUND);
      }

      upstream.firstTokenDelayMs = 0;
      const { events } = await collectStream(await ask());
      expect(events.at(-1)?.type).toBe("finish");
    },
  );

  it("are refused before their body has come, and what is no chat is not", async () => {
    upstream.firstTokenDelayMs = 20_000;
    const running = Array.from({ length: BOUND }, () => ask());
    await upstream.waitFor(() => upstream.openRequests("chat").length === BOUND, 10_000);
    const reader = await openRawRequest(`${tributary.url}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-length": "1000" },
      body: "{",
    });
    expect(await reader.waitFor('"code":"overloaded"', 5000)).toMatch(/^HTTP\/1\.1 503 /);
    reader.destroy();
    for (const path of ["/readyz", "/collections", "/"])
      expect((await fetch(`${tributary.url}${path}`)).status).toBe(200);
    expect((await postJson(`${tributary.url}/search`, { query: "tent" })).status).toBe(200);
    await Promise.all(running.map(async (response) => (await response).body?.cancel()));
    await upstream.waitFor(() => upstream.openRequests("chat").length === 0);
    upstream.firstTokenDelayMs = 0;
    expect((await ask("text/plain")).status).toBe(200);
  }, 30_000);

  it("leave nothing in the log", () => {
    expect(tributary.stderr()).toBe("");
  });
});
