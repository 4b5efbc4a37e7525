import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenApp, openApp } from "../support/open-app.ts";

const LISTED = "https://www.example.com";
const LISTED_PORT = "https://app.example.com:8443";
const HOST = { host: "127.0.0.1:8787" };

/** Origin headers, with who of the two lets them in: the default of a developer's machine, the list. */
const ORIGINS: [origin: string, byDefault: boolean, byList: boolean][] = [
  ["http://localhost", true, false],
  ["http://localhost:3000", true, false],
  ["https://localhost:3000", true, false],
  ["http://127.0.0.1:5173", true, false],
  ["https://127.0.0.1", true, false],
  ["http://[::1]:8080", true, false],
  [LISTED, false, true],
  [LISTED_PORT, false, true],
  // Not what a browser writes, or not this machine.
  ["", false, false],
  ["null", false, false],
  ["*", false, false],
  ["http://localhost.evil.example", false, false],
  ["http://localhost.evil.example:3000", false, false],
  ["http://127.0.0.1.evil.example", false, false],
  ["http://evil-localhost:3000", false, false],
  ["http://notlocalhost:3000", false, false],
  ["http://page.localhost:3000", false, false],
  ["http://localhost.:3000", false, false],
  ["http://localhost:3000/", false, false],
  ["http://localhost:3000/page", false, false],
  ["http://localhost:80", false, false],
  ["http://localhost:99999", false, false],
  ["http://localhost:3000@evil.example", false, false],
  ["http://localhost@evil.example", false, false],
  ["http://user@localhost:3000", false, false],
  ["HTTP://localhost:3000", false, false],
  ["http://LOCALHOST:3000", false, false],
  ["ftp://localhost", false, false],
  ["file://", false, false],
  ["localhost:3000", false, false],
  ["http://127.0.0.2:3000", false, false],
  ["http://0.0.0.0:3000", false, false],
  ["http://2130706433", false, false],
  ["http://[::ffff:127.0.0.1]:3000", false, false],
  ["http://[::2]:3000", false, false],
  ["http://localhost:3000 https://www.example.com", false, false],
  ["http://localhost:3000, https://www.example.com", false, false],
  ["https://www.example.com, https://evil.example", false, false],
  // Beside what is listed.
  ["http://www.example.com", false, false],
  ["https://WWW.EXAMPLE.COM", false, false],
  ["https://www.example.com.", false, false],
  ["https://www.example.com:443", false, false],
  ["https://www.example.com:8443", false, false],
  ["https://www.example.com/", false, false],
  ["https://www.example.com.evil.example", false, false],
  ["https://evilwww.example.com", false, false],
  ["https://evil.example/https://www.example.com", false, false],
  ["https://sub.www.example.com", false, false],
  ["https://example.com", false, false],
  ["https://wwwaexample.com", false, false],
  ["https://app.example.com", false, false],
  ["https://app.example.com:8444", false, false],
  ["https://xn--ww-cja.example.com", false, false],
];

const READING: [method: string, path: string][] = [
  ["GET", "/openapi.json"],
  ["POST", "/chat"],
  ["GET", "/chat/abc/stream"],
  ["POST", "/chat/abc/stop"],
  ["POST", "/chat/abc/feedback"],
  ["POST", "/search"],
  ["GET", "/conversations/abc"],
  ["GET", "/sources/products/1"],
  ["POST", "/v1/chat/completions"],
];
const WRITING: [method: string, path: string][] = [
  ["PUT", "/collections/products/documents/a"],
  ["POST", "/collections/products/documents"],
  ["DELETE", "/collections/products/documents/a"],
  ["GET", "/collections/products/documents/a"],
  ["GET", "/collections"],
  ["GET", "/feedback"],
];

const corsHeaders = (response: Response): string[] =>
  [...response.headers.keys()].filter((name) => name.startsWith("access-control-"));

function expectOpen(response: Response, origin: string): void {
  expect(response.headers.get("access-control-allow-origin")).toBe(origin);
  expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  expect(response.headers.get("vary")).toMatch(/\bOrigin\b/);
}

function expectClosed(response: Response): void {
  expect(corsHeaders(response)).toEqual([]);
  expect(response.headers.get("vary")).toMatch(/\bOrigin\b/);
}

const preflight = (
  app: OpenApp,
  origin: string,
  [method, path]: [string, string],
  wanted = "content-type",
): Promise<Response> =>
  app.request(path, {
    method: "OPTIONS",
    headers: {
      ...HOST,
      origin,
      "access-control-request-method": method,
      "access-control-request-headers": wanted,
    },
  });

async function expectOrigin(app: OpenApp, origin: string, isOpen: boolean): Promise<void> {
  const response = await app.request("/openapi.json", { headers: { ...HOST, origin } });
  expect(response.status).toBe(200);
  const asked = await preflight(app, origin, READING[1]!);
  for (const answer of [response, asked]) {
    if (isOpen) expectOpen(answer, origin);
    else expectClosed(answer);
  }
}

describe("pages that may call, without a list, on this machine", () => {
  let app: OpenApp;
  beforeAll(async () => {
    app = await openApp({ samples: false });
  });
  afterAll(() => app.close());

  it.each(ORIGINS)("%j: %s", (origin, byDefault) => expectOrigin(app, origin, byDefault));

  it.each(READING)("may ask: %s %s", async (...call) => {
    const origin = "http://localhost:3000";
    const response = await preflight(app, origin, call);
    expect(response.status).toBe(204);
    expectOpen(response, origin);
    expect(response.headers.get("access-control-allow-methods")).toContain(call[0]);
  });

  it.each(WRITING)("may not write or read what others wrote: %s %s", async (...call) => {
    const origin = "http://localhost:3000";
    expectClosed(await preflight(app, origin, call, "content-type, authorization"));
    expectClosed(await app.request(call[1], { method: call[0], headers: { ...HOST, origin } }));
  });

  it.each(["/Collections/chat", "/chat/../collections", "//collections", "/chats", "/v11"])(
    "opens no other address: %s",
    async (path) => {
      const headers = { ...HOST, origin: "http://localhost:3000" };
      expectClosed(await app.request(path, { headers }));
    },
  );

  it("may read the headers that clients look at, also of an error", async () => {
    const headers = { origin: "http://localhost:3000", ...HOST };
    for (const response of [
      await app.request("/openapi.json", { headers }),
      await app.post("/chat", {}, headers),
    ])
      expect(response.headers.get("access-control-expose-headers")?.split(",")).toEqual(
        expect.arrayContaining(["x-vercel-ai-ui-message-stream", "x-request-id", "retry-after"]),
      );
  });

  it("may send what clients send", async () => {
    const wanted = "accept,authorization,content-type,last-event-id,x-stainless-lang";
    const response = await preflight(app, "http://localhost:3000", READING[1]!, wanted);
    expect(response.headers.get("access-control-allow-headers")).toBe(wanted);
  });

  it.each([
    { host: "evil.example:8787" },
    { host: "localhost.evil.example" },
    { ...HOST, "x-forwarded-for": "203.0.113.9" },
    { ...HOST, forwarded: "for=203.0.113.9" },
  ])("are those of whoever sits at it alone: %j", async (headers) => {
    const origin = "http://localhost:3000";
    expectClosed(await app.request("/openapi.json", { headers: { ...headers, origin } }));
  });
});

describe("pages that may call, with a list", () => {
  let app: OpenApp;
  beforeAll(async () => {
    const environment = { ALLOWED_ORIGINS: `${LISTED}, ${LISTED_PORT}` };
    app = await openApp({ environment, samples: false, peerAddress: undefined });
  });
  afterAll(() => app.close());

  it.each(ORIGINS)("%j: %s, %s", (origin, _, byList) => expectOrigin(app, origin, byList));

  it.each([...READING, ...WRITING])("may call %s %s", async (...call) => {
    const response = await preflight(app, LISTED, call);
    expect(response.status).toBe(204);
    expectOpen(response, LISTED);
    expect(response.headers.get("access-control-allow-methods")).toContain(call[0]);
  });
});

describe("the widget's code", () => {
  it.each([
    ["without a list", {}],
    ["with a list", { ALLOWED_ORIGINS: LISTED }],
    ["where others reach the server", { HOST: "0.0.0.0" }],
  ])("may be loaded by every page, %s", async (_, environment: Record<string, string>) => {
    const app = await openApp({ environment, samples: false });
    for (const origin of ["https://evil.example", LISTED, "http://localhost:3000"]) {
      const { headers } = await app.request("/widget.js", { headers: { ...HOST, origin } });
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.has("access-control-allow-credentials")).toBe(false);
      expect(headers.get("vary") ?? "").not.toContain("Origin");
    }
    app.close();
  });
});

describe("without a list, nobody may call", () => {
  it.each([
    ["a server that others reach", { environment: { HOST: "0.0.0.0" } }],
    ["a server that others reach by IPv6", { environment: { HOST: "::" } }],
    ["a server with a name", { environment: { HOST: "chat.example" } }],
    ["a Worker", { peerAddress: undefined }],
    ["another machine", { peerAddress: "192.168.1.20" }],
  ])("%s", async (_, options) => {
    const app = await openApp({ ...options, samples: false });
    for (const [origin, byDefault, byList] of ORIGINS)
      if (byDefault || byList) await expectOrigin(app, origin, false);
    app.close();
  });
});
