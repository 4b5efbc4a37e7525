import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type FaultServer, startFaultServer } from "../../support/fault-server.ts";
import { openRawRequest, type RawClient } from "../../support/raw-client.ts";

let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer();
});
beforeEach(() => server.clear());
afterAll(() => server.close());

function openChat(options: { paused?: boolean } = {}): Promise<RawClient> {
  const body = JSON.stringify({ stream: true, messages: [{ role: "user", content: "안녕" }] });
  return openRawRequest(`${server.url}/v2/chat`, { method: "POST", body, ...options });
}

it("reads bytes as they arrive", async () => {
  server.reply = ["one ", "two "];
  server.tokenDelayMs = 80;
  const client = await openChat();
  const early = await client.waitFor("one ");
  expect(early).toMatch(/^HTTP\/1\.1 200/);
  expect(early).not.toContain("two ");
  await client.waitFor(/\[DONE\]/);
  expect(client.bytesReceived()).toBe(Buffer.byteLength(client.received()));
  client.destroy();
  await client.closed;
});

it.each(["destroy", "reset"] as const)("leaves by %s, and the server notices", async (way) => {
  server.fault("chat", { kind: "hang-before-headers" });
  const client = await openChat();
  await server.waitFor(() => true);
  client[way]();
  await client.closed;
  await server.waitFor(({ closedAt }) => closedAt !== undefined);
});

it("takes nothing while paused", async () => {
  server.reply = "hello";
  const client = await openChat({ paused: true });
  await server.waitFor(
    ({ finishedAt, tokensSent }) => finishedAt !== undefined || tokensSent === 1,
  );
  expect(client.bytesReceived()).toBe(0);
  client.resume();
  await client.waitFor("hello");
  client.destroy();
});

it("lets the test lie about the length and send the body by hand", async () => {
  const headers = { "content-length": "40" };
  const client = await openRawRequest(`${server.url}/v2/rerank`, {
    method: "POST",
    headers,
    body: "{",
  });
  await expect(client.waitFor("HTTP", 100)).rejects.toThrow("did not arrive");
  client.write('"query":"a","documents":["a"]}'.padEnd(39));
  await client.waitFor("relevance_score");
  client.destroy();
});
