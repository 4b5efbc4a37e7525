import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiDocument, createAnswerCheck } from "../../support/answer-check.ts";
import { openApp, type OpenApp } from "../../support/open-app.ts";
import { collectStream } from "../../support/sse.ts";

let app: OpenApp;
let document: ApiDocument;
beforeAll(async () => {
  app = await openApp();
  document = (await (await app.request("/openapi.json")).json()) as ApiDocument;
});
afterAll(() => app.close());

const asked = { message: "How heavy is the Aurora 2 tent?" };

/** What is complained of when the answer is read to its end. */
async function complaintsOf(
  wrong: (copy: ApiDocument) => void,
  method: string,
  path: string,
  response: Response,
): Promise<string[]> {
  const copy = structuredClone(document);
  wrong(copy);
  const complaints: string[] = [];
  const checked = createAnswerCheck(copy)({ method, path }, response, (complaint) =>
    complaints.push(complaint),
  );
  await checked.text();
  return complaints;
}

const asItIs = (): void => undefined;
const chat = (copy: ApiDocument): ApiDocument["paths"][string][string] =>
  copy.paths["/chat"]!["post"]!;

describe("createAnswerCheck", () => {
  it("finds nothing where all is declared", async () => {
    for (const headers of [{ accept: "application/json" }, { accept: "text/plain" }, {}]) {
      const response = await app.post("/chat", asked, headers);
      expect(await complaintsOf(asItIs, "POST", "/chat", response)).toEqual([]);
    }
  });

  it("finds a route, a status and a content type that are not declared", async () => {
    const noRoute = (copy: ApiDocument): void => void delete copy.paths["/healthz"];
    const health = await app.request("/healthz");
    expect(await complaintsOf(noRoute, "GET", "/healthz", health)).toEqual([
      "GET /healthz → 200 application/json: no such answer is declared",
    ]);
    const noStatus = (copy: ApiDocument): void => void delete chat(copy).responses["422"];
    const invalid = await app.post("/chat", {});
    expect(await complaintsOf(noStatus, "POST", "/chat", invalid)).toEqual([
      "POST /chat → 422 application/problem+json: no such answer is declared",
    ]);
    const noType = (copy: ApiDocument): void =>
      void delete chat(copy).responses["200"]!.content!["text/plain"];
    const text = await app.post("/chat", asked, { accept: "text/plain" });
    expect(await complaintsOf(noType, "POST", "/chat", text)).toEqual([
      "POST /chat → 200 text/plain: no such content is declared",
    ]);
  });

  it("finds a field that is not declared, one that is missing, and one of another type", async () => {
    const answer = { type: "object", properties: {} as Record<string, unknown>, required: ["x"] };
    const ask = (): Promise<Response> => app.post("/chat", { ...asked, stream: false });
    const withSchema =
      (change: (schema: typeof answer) => void) =>
      (copy: ApiDocument): void =>
        change(copy.components.schemas["Answer"] as typeof answer);
    const complain = async (change: (schema: typeof answer) => void): Promise<string> =>
      (await complaintsOf(withSchema(change), "POST", "/chat", await ask())).join("\n");
    expect(await complain(({ properties }) => void delete properties["usage"])).toContain(
      "must NOT have additional properties",
    );
    expect(await complain(({ required }) => void required.push("colour"))).toContain(
      "must have required property 'colour'",
    );
    expect(
      await complain(({ properties }) => void (properties["answered"] = { type: "string" })),
    ).toContain("answered must be string");
  });

  it("finds a chunk of a stream that is none", async () => {
    const noChunk = (copy: ApiDocument): void => {
      const chunks = copy.components.schemas["AnswerChunk"] as { oneOf: { $ref: string }[] };
      chunks.oneOf = chunks.oneOf.filter(({ $ref }) => !$ref.endsWith("/TextEndChunk"));
    };
    const complaints = await complaintsOf(noChunk, "POST", "/chat", await app.post("/chat", asked));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('{"type":"text-end"');
  });

  it("finds an error's code that the route does not declare, and a 404 that is no problem", async () => {
    const noCode = (copy: ApiDocument): void =>
      void delete chat(copy).responses["404"]!.content!["application/problem+json"]!.examples![
        "unknown-collection"
      ];
    const unknown = await app.post("/chat", { ...asked, collections: ["nowhere"] });
    expect(await complaintsOf(noCode, "POST", "/chat", unknown)).toEqual([
      "POST /chat → 404 application/problem+json: the code unknown-collection is not declared",
    ]);
    const plain = new Response("404 Not Found", { status: 404 });
    expect(await complaintsOf(asItIs, "GET", "/nowhere", plain)).toEqual([
      "GET /nowhere → 404 text/plain: no such content is declared",
    ]);
  });

  it("reads nothing that nobody asks for, and tells a reader's leaving", async () => {
    let pulled = 0;
    let reason: unknown;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1;
          controller.enqueue(new TextEncoder().encode('data: {"type":"abort"}\n\n'));
        },
        cancel: (given) => void (reason = given),
      },
      { highWaterMark: 0 },
    );
    const headers = { "content-type": "text/event-stream" };
    const check = createAnswerCheck(document);
    const request = { method: "POST", path: "/chat" };
    const complaints: string[] = [];
    const response = check(request, new Response(body, { headers }), (complaint) =>
      complaints.push(complaint),
    );
    const reader = response.body!.getReader();
    expect(pulled).toBe(0);
    await reader.read();
    expect(pulled).toBe(1);
    await reader.cancel("enough");
    expect(reason).toBe("enough");
    expect(complaints).toEqual([]);
  });

  it("breaks as the body breaks", async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("broken")),
    });
    const headers = { "content-type": "text/event-stream" };
    const check = createAnswerCheck(document);
    const request = { method: "POST", path: "/chat" };
    const response = check(request, new Response(body, { headers }), () => undefined);
    expect(await collectStream(response)).toMatchObject({ failure: { message: "broken" } });
  });
});
