import { afterEach, beforeEach, expect, it } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { type FaultServer, startFaultServer } from "../../support/fault-server.ts";
import { collectStream } from "../../support/sse.ts";

let target: FaultServer;
let proxy: FaultProxy;

beforeEach(async () => {
  target = await startFaultServer();
  proxy = await startFaultProxy(target.url);
});
afterEach(async () => {
  await proxy.close();
  await target.close();
});

function search(collection: string, signal = AbortSignal.timeout(5000)): Promise<Response> {
  const body = JSON.stringify({ query: collection });
  return fetch(`${proxy.url}/collections/${collection}/points/query`, {
    method: "POST",
    body,
    signal,
  });
}

function rerank(signal = AbortSignal.timeout(5000)): Promise<Response> {
  const body = JSON.stringify({ query: "a", documents: ["a", "b"] });
  return fetch(`${proxy.url}/v2/rerank`, { method: "POST", body, signal });
}

function chat(signal: AbortSignal): Promise<Response> {
  const body = JSON.stringify({ stream: true, messages: [] });
  return fetch(`${proxy.url}/v2/chat`, { method: "POST", body, signal });
}

const isRerank = ({ path }: { path: string }): boolean => path === "/v2/rerank";

it("passes requests and answers on unchanged", async () => {
  const response = await rerank();
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ results: [{ index: 0 }, { index: 1 }] });
  expect(target.requests[0]).toMatchObject({ path: "/v2/rerank", body: { query: "a" } });
  expect(proxy.requests[0]).toMatchObject({ operation: "POST", path: "/v2/rerank" });
});

it("hangs for one collection while another passes", async () => {
  proxy.fault(({ path }) => path.includes("/collections/slow/"), { kind: "hang-before-headers" });
  const hung = search("slow", AbortSignal.timeout(300));
  const outcome = expect(hung).rejects.toMatchObject({ name: "TimeoutError" });
  // The target knows no collections; its 404 shows that the request came through.
  expect((await search("quick")).status).toBe(404);
  expect(proxy.openRequests().map(({ path }) => path)).toEqual(["/collections/slow/points/query"]);
  await outcome;
  await proxy.waitFor(({ closedAt }) => closedAt !== undefined);
  expect(target.requests).toHaveLength(1);
});

it("lets a rule look at the body", async () => {
  proxy.fault(({ body }) => body.includes("bad"), { kind: "status", status: 500 });
  expect([(await search("good")).status, (await search("bad")).status]).toEqual([404, 500]);
});

it("can lose an answer after the target has done the work", async () => {
  proxy.fault(isRerank, { kind: "reset" }, { times: 1, reachesTarget: true });
  await expect(rerank()).rejects.toThrow();
  expect(target.requests).toHaveLength(1);
  expect((await rerank()).status).toBe(200);
});

it.each([
  { kind: "truncate", afterBytes: 20, how: "fin" },
  { kind: "truncate", afterBytes: 20, how: "reset" },
] as const)("breaks the target's answer: $how", async (fault) => {
  proxy.fault(isRerank, fault);
  const response = await rerank();
  expect(response.status).toBe(200);
  await expect(response.text()).rejects.toThrow();
  expect(proxy.requests[0]?.bytesSent).toBe(20);
});

it("alters, pads and cuts the target's JSON", async () => {
  proxy.fault(isRerank, { kind: "wrong-shape", alter: () => ({ results: null }) }, { times: 1 });
  proxy.fault(isRerank, { kind: "oversize", bytes: 500_000 }, { times: 1 });
  proxy.fault(isRerank, { kind: "truncate", afterBytes: 5, how: "end" }, { reachesTarget: true });
  expect(await (await rerank()).json()).toEqual({ results: null });
  expect((await (await rerank()).text()).length).toBeGreaterThan(500_000);
  expect(await (await rerank()).text()).toHaveLength(5);
  expect(target.requests).toHaveLength(3);
});

it("streams, and closes the target when the client leaves", async () => {
  target.reply = ["one ", "two "];
  target.tokenDelayMs = 50;
  const whole = await collectStream(await chat(AbortSignal.timeout(5000)));
  expect(whole).toMatchObject({ done: true });
  target.fault("chat", { kind: "hang-after-tokens", tokens: 1 });
  const cut = await collectStream(await chat(AbortSignal.timeout(300)));
  expect(cut.failure).toBeDefined();
  await target.waitFor(({ closedAt }) => closedAt !== undefined);
});

it("passes a reset of the target on, and says 502 when there is no target", async () => {
  target.fault("rerank", { kind: "truncate", afterBytes: 10, how: "reset" });
  await expect(rerank().then((response) => response.text())).rejects.toThrow();
  const orphan = await startFaultProxy("http://127.0.0.1:1");
  expect((await fetch(orphan.url)).status).toBe(502);
  await orphan.close();
});
