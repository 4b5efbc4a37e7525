import { readFileSync } from "node:fs";
import { QdrantClient } from "@qdrant/js-client-rest";
import { afterEach, describe, expect, it } from "vitest";
import { createQdrantLocal, type QdrantLocal } from "../../../src/qdrant-local/engine.ts";
import { installQdrantLocal } from "../../../src/qdrant-local/install.ts";
import {
  createOpenApiCheck,
  type Exchange,
  type OpenApiDescription,
} from "../../support/openapi-check.ts";
import type { Connection } from "./connection.ts";
import { describeQdrantContract } from "./suite.ts";

const FILE = process.env["QDRANT_OPENAPI"];

if (FILE) describeChecked(JSON.parse(readFileSync(FILE, "utf8")) as OpenApiDescription);
else
  describe.skip("Qdrant's OpenAPI description: name its file in QDRANT_OPENAPI", () =>
    it("is checked"));

function describeChecked(description: OpenApiDescription): void {
  const check = createOpenApiCheck(description);
  const violations: string[] = [];
  let exchanges = 0;

  async function connect(): Promise<Connection> {
    const engine = watched(createQdrantLocal(), (exchange) => {
      exchanges += 1;
      violations.push(...check(exchange));
    });
    const url = "http://qdrant.local:6333";
    const client = new QdrantClient({ url, checkCompatibility: false, timeout: Infinity });
    const uninstall = installQdrantLocal(engine);
    return { client, url, close: async () => uninstall() };
  }

  describe("checked against Qdrant's OpenAPI description", () => {
    afterEach(() => expect(violations.splice(0)).toEqual([]));
    describeQdrantContract("qdrant-local, in process", connect);
    it("has seen every exchange", () => expect(exchanges).toBeGreaterThan(1000));
  });

  describe("the check of Qdrant's OpenAPI description", () => describeCheck(check));
}

/** Reports each exchange after it; the engine's answer is passed on as it is. */
function watched(engine: QdrantLocal, report: (exchange: Exchange) => void): QdrantLocal {
  return {
    async fetch(request) {
      const { method, url } = request;
      const sent = await request.clone().text();
      const answer = await engine.fetch(request);
      const received = await answer.clone().text();
      report({
        method,
        path: new URL(url).pathname,
        request: answer.ok && sent !== "" ? JSON.parse(sent) : undefined,
        status: answer.status,
        response:
          answer.headers.get("content-type") === "application/json"
            ? JSON.parse(received)
            : received,
      });
      return answer;
    },
  };
}

function describeCheck(check: (exchange: Exchange) => string[]): void {
  const hit = { id: 1, version: 0, score: 0.5 };
  const answered = (points: unknown[]): object => ({ result: { points }, status: "ok", time: 0.1 });
  const query = (request: object, response: unknown = answered([hit]), status = 200): string[] =>
    check({ method: "POST", path: "/collections/x/points/query", request, status, response });

  it("lets pass what is right", () => {
    expect(query({ query: [1, 2], limit: 1, using: null })).toEqual([]);
    expect(query({ prefetch: [{ query: 1 }], query: { fusion: "rrf" } })).toEqual([]);
    expect(query({}, { status: { error: "Wrong input: x" }, time: 0.1 }, 400)).toEqual([]);
  });

  it.each<[name: string, request: object]>([
    ["a misspelt fusion", { prefetch: [{}], query: { fusion: "rff" } }],
    ["a limit of 0", { limit: 0 }],
    ["an unknown filter clause", { filter: { musts: [{ has_id: [1] }] } }],
    ["a bad id", { query: "no-uuid" }],
    ["a diversity of 2", { query: { nearest: [1], mmr: { diversity: 2 } } }],
    ["an array that JSON made an object", { query: { 0: 1, 1: 2 } }],
  ])("rejects %s", (_name, request) => expect(query(request)).toHaveLength(1));

  it.each<[name: string, response: unknown, status?: number]>([
    ["a hit without its version", answered([{ id: 1, score: 0.5 }])],
    ["a score that is text", answered([{ ...hit, score: "0.5" }])],
    ["an answer without time", { result: { points: [] }, status: "ok" }],
    ["an answer without result", { status: "ok", time: 0.1 }],
    ["an error without its text", { status: "error", time: 0.1 }, 400],
    ["an error with a result", { status: { error: "x" }, time: 0.1, result: null }, 404],
  ])("rejects %s", (_name, response, status) =>
    expect(query({}, response, status)).toHaveLength(1),
  );

  it("rejects a path that there is not", () => {
    const exchange = { method: "POST", path: "/collections/x/points/search", request: {} };
    expect(check({ ...exchange, status: 200, response: answered([]) })).toHaveLength(1);
  });
}
