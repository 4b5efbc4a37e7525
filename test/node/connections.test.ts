import { afterEach, beforeEach, expect, it } from "vitest";
import { keepConnections } from "../../src/node/connections.ts";
import { startLoopbackServer } from "../support/loopback-server.ts";

const AGENT = Symbol.for("undici.globalDispatcher.1");
const holder = globalThis as unknown as Record<symbol, unknown>;
let before: { fetch: typeof fetch; agent: unknown };

beforeEach(async () => {
  before = { fetch: globalThis.fetch, agent: holder[AGENT] };
  await keepConnections();
});
afterEach(() => {
  globalThis.fetch = before.fetch;
  holder[AGENT] = before.agent;
});

it("sends a question to no other host than the upstream's, whatever it answers", async () => {
  const asked: string[] = [];
  const elsewhere = await startLoopbackServer(async ({ url = "" }, _body, response) => {
    asked.push(url);
    response.end("{}");
  });
  const upstream = await startLoopbackServer(async (_request, _body, response) => {
    response.writeHead(307, { location: `${elsewhere.url}/stolen` }).end();
  });
  const call = fetch(upstream.url, {
    method: "POST",
    body: "{}",
    headers: { "api-key": "secret" },
  });
  await expect(call).rejects.toThrow(TypeError);
  expect(asked).toEqual([]);
  await Promise.all([upstream.close(), elsewhere.close()]);
});

it("sends the body once, whole, and leaves errors with a status to the client", async () => {
  const bodies: string[] = [];
  const upstream = await startLoopbackServer(async (_request, body, response) => {
    bodies.push(body.toString());
    response.writeHead(401).end("no");
  });
  const text = "왜".repeat(50_000);
  const response = await fetch(upstream.url, { method: "POST", body: text });
  expect([response.status, await response.text()]).toEqual([401, "no"]);
  expect(bodies).toEqual([text]);
  await upstream.close();
});
