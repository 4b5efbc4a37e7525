import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { STATUS } from "../../src/errors.ts";
import type { ApiDocument } from "../../src/routes/api-document.ts";
import { openApp, type OpenApp } from "../support/open-app.ts";

let app: OpenApp;
let api: ApiDocument & { openapi: string };
let text: string;
beforeAll(async () => {
  app = await openApp({ environment: { PUBLIC_URL: "https://chat.example/" } });
  text = await (await app.request("/openapi.json")).text();
  api = JSON.parse(text) as typeof api;
});
afterAll(() => app.close());

const operations = (): [string, ApiDocument["paths"][string][string]][] =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, typeof operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  );

describe("GET /openapi.json", () => {
  it("is OpenAPI 3.1 of this version and this server", () => {
    expect(api.openapi).toBe("3.1.0");
    expect(api.info).toMatchObject({ title: "Tributary", version: packageFile.version });
    expect(api.servers).toEqual([{ url: "https://chat.example" }]);
  });

  it("names every operation once, under a tag that is described", () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = api.tags.map(({ name }) => name);
    for (const [name, operation] of operations()) {
      expect(operation.operationId, name).toMatch(/^[a-z][A-Za-z]+$/);
      expect(operation.summary, name).toMatch(/\S/);
      expect(tags, name).toContain(operation.tags[0]);
    }
  });

  it("leads nowhere where nothing is", () => {
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(references.length).toBeGreaterThan(50);
    for (const [, name] of references) expect(Object.keys(api.components.schemas)).toContain(name);
    for (const [name, { security = [] }] of operations())
      for (const key of security.flatMap((one) => Object.keys(one)))
        expect(Object.keys(api.components.securitySchemes ?? {}), name).toContain(key);
  });

  it("tells the codes of problems with the statuses that they have", () => {
    expect(api.components.schemas["ErrorCode"]?.enum).toEqual(Object.keys(STATUS));
    for (const [name, { responses }] of operations()) {
      for (const [status, { content = {} }] of Object.entries(responses)) {
        const media = content["application/problem+json"];
        if (media === undefined) continue;
        const { examples = {} } = media;
        expect(Object.keys(examples), `${name} ${status}`).not.toEqual([]);
        for (const code of Object.keys(examples))
          expect(STATUS[code as keyof typeof STATUS], `${name} ${code}`).toBe(Number(status));
      }
    }
  });

  it("has a schema for every chunk of a stream, in the order of the wire", async () => {
    const chunks = api.components.schemas["AnswerChunk"]!.oneOf!.map(({ $ref }) => {
      const { properties } = api.components.schemas[$ref!.split("/").at(-1)!]!;
      return (properties!["type"]!.enum as string[])[0];
    });
    const response = await app.post("/chat", { message: "How heavy is the Aurora 2 tent?" });
    const sent = [...(await response.text()).matchAll(/^data: \{"type":"([^"]+)"/gm)].map(
      ([, type]) => type!,
    );
    const places = [...new Set(sent)].map((type) => chunks.indexOf(type));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(chunks.slice(-3)).toEqual(["finish", "error", "abort"]);
  });

  it("needs no header in one language and no key", async () => {
    const { status } = await app.request("/openapi.json", { headers: { accept: "text/html" } });
    expect(status).toBe(200);
  });
});

describe("GET /docs", () => {
  let page: string;
  beforeAll(async () => {
    page = await (await app.request("/docs")).text();
  });

  it("shows every operation and every schema, with a line for a terminal", () => {
    for (const [name, { operationId, responses }] of operations()) {
      expect(page, name).toContain(`<article id="${operationId}">`);
      expect(page, name).toContain(`href="#${operationId}"`);
      for (const status of Object.keys(responses)) expect(page).toContain(`<code>${status}</code>`);
    }
    for (const name of Object.keys(api.components.schemas))
      expect(page).toContain(`<article id="schema-${name}">`);
    expect(page.match(/curl [^<]*https:\/\/chat\.example\//g)).toHaveLength(operations().length);
  });

  it("has no anchor that leads nowhere, no script and nothing of another host", () => {
    expect(page).toContain("<!doctype html>");
    const all = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const ids = new Set(all);
    expect(ids.size).toBe(all.length);
    for (const [, id] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(id);
    expect(page).not.toMatch(/<script|<[^>]+\ssrc=|<link[^>]+href="http|@import/);
    expect(page).not.toContain("undefined");
    expect(page).not.toContain("[object");
  });

  it("has lines that work", async () => {
    const lines = [...page.matchAll(/<code>(curl [^<]+)<\/code>/g)].map(([, line]) =>
      line!.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&"),
    );
    expect(lines).toHaveLength(operations().length);
    for (const line of lines) {
      const words = [...line.matchAll(/'((?:[^']|'\\'')*)'|"([^"]*)"|(\S+)/g)].map(
        ([, single, double, bare]) => single ?? double ?? bare!,
      );
      const url = words.find((word) => word.startsWith("https://"))!;
      const after = (flag: string): string[] =>
        words.flatMap((word, index) => (word === flag ? [words[index + 1]!] : []));
      const [body] = after("-d");
      const headers = after("-H").map((header) => header.split(/: (.*)/s).slice(0, 2));
      const response = await app.request(new URL(url).pathname, {
        method: after("-X")[0] ?? (body === undefined ? "GET" : "POST"),
        headers: { host: "localhost", ...(Object.fromEntries(headers) as Record<string, string>) },
        ...(body === undefined ? {} : { body }),
      });
      await response.text();
      // What there is an example of need not be there.
      expect([200, 204, 404], line).toContain(response.status);
    }
  });
});
