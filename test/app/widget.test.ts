import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenApp, openApp } from "../support/open-app.ts";

let app: OpenApp;
let widget: string;
/** Under which the widget stands for good. */
let named: string;
beforeAll(async () => {
  app = await openApp({
    samples: false,
    environment: { ALLOWED_ORIGINS: "https://shop.example" },
  });
  const response = await app.request("/widget.js");
  widget = await response.text();
  named = `/widget-${response.headers.get("etag")?.slice(1, -1)}.js`;
});
afterAll(() => app.close());

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  app.request(path, { headers });

async function expectNotFound(path: string): Promise<void> {
  const response = await get(path);
  expect(response.status).toBe(404);
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(response.headers.get("cache-control") ?? "").not.toContain("immutable");
  expect(await response.json()).toMatchObject({ code: "not-found", status: 404 });
}

describe("GET /widget.js", () => {
  it("is the module that was built, kept for minutes", async () => {
    const response = await get("/widget.js");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=300");
    expect(response.headers.get("etag")).toMatch(/^"[0-9a-f]{16}"$/);
    expect(await response.text()).toBe(app.services.platform.readBrowserCode().widget);
    expect(widget).toContain("tributary-chat");
  });

  it("may be loaded by a page of any origin, whatever ALLOWED_ORIGINS says", async () => {
    for (const origin of ["https://shop.example", "https://other.example", "null"])
      for (const path of ["/widget.js", named]) {
        const { headers } = await get(path, { origin });
        expect(headers.get("access-control-allow-origin")).toBe("*");
        expect(headers.get("access-control-allow-credentials")).toBeNull();
        expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
        expect(headers.get("x-content-type-options")).toBe("nosniff");
      }
  });

  it("is not sent again to whoever has it", async () => {
    const etag = (await get("/widget.js")).headers.get("etag")!;
    for (const tags of [etag, `W/${etag}`, `"other", ${etag}`, "*"])
      for (const path of ["/widget.js", named]) {
        const response = await get(path, { "if-none-match": tags, origin: "https://a.example" });
        expect(response.status).toBe(304);
        expect(await response.text()).toBe("");
        expect(response.headers.get("etag")).toBe(etag);
        expect(response.headers.get("cache-control")).toContain("public");
        // Without it a page of another origin may not use what it has.
        expect(response.headers.get("access-control-allow-origin")).toBe("*");
      }
    for (const tags of ['"other"', etag.slice(1, -1), ""])
      expect((await get("/widget.js", { "if-none-match": tags })).status).toBe(200);
  });

  it("answers HEAD with the same headers and no body", async () => {
    for (const path of ["/widget.js", named]) {
      const [head, whole] = [await app.request(path, { method: "HEAD" }), await get(path)];
      expect(head.status).toBe(200);
      expect(await head.text()).toBe("");
      for (const name of ["content-type", "etag", "cache-control"])
        expect(head.headers.get(name)).toBe(whole.headers.get(name));
    }
  });
});

describe("GET /widget-<hash>.js", () => {
  it("is the same module, kept for good", async () => {
    const response = await get(named);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(await response.text()).toBe(widget);
  });

  it("is no other version's name", async () => {
    for (const path of ["/widget-0123456789abcdef.js", "/widget-.js", `${named}.map`, "/widget-x"])
      await expectNotFound(path);
    await expectNotFound(named.toUpperCase().replace("WIDGET", "widget").replace("JS", "js"));
  });
});

describe("the demo page's script", () => {
  it("is for this origin, under a name that is kept for good", async () => {
    const { demo } = app.services.platform.readBrowserCode();
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(demo));
    const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
    const response = await get(`/demo-${hash.join("").slice(0, 16)}.js`);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(demo);
    expect(response.headers.get("cache-control")).toContain("immutable");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    await expectNotFound("/demo-0123456789abcdef.js");
  });
});
