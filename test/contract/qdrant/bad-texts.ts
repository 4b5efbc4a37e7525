import { describe, expect, it } from "vitest";
import { BEFORE, contents, MALFORMED, prepare } from "./bad-input.ts";
import { type Connect, DOCS, sendText, useConnection } from "./connection.ts";

export function describeBadTexts(connect: Connect): void {
  describe("bad texts", () => {
    const connection = useConnection(connect, prepare);
    const path = `/collections/${DOCS}/points`;
    const put = (body: string): ReturnType<typeof sendText> =>
      sendText(connection(), "PUT", path, body);
    const nested = (depth: number): string =>
      `{"points":[{"id":2,"vector":{},"payload":{"a":${"[".repeat(depth)}${"]".repeat(depth)}}}]}`;
    const withPayload = (payload: string): string =>
      `{"points":[{"id":2,"vector":{},"payload":${payload}}]}`;

    it.each([
      ["half an object", '{"points":[{"id":2,"vector":{}}'],
      ["a comma too many", '{"points":[{"id":2,"vector":{}},]}'],
      ["NaN", '{"points":[{"id":2,"vector":{"dense":[NaN,1]}}]}'],
      ["single quotes", "{'points':[]}"],
      ["a list", '[{"id":2,"vector":{}}]'],
      ["a text", '"points"'],
      ["null", "null"],
      ["something behind the object", '{"points":[{"id":2,"vector":{}}]} {}'],
      ["a number beyond all floats", withPayload('{"a":1e999}')],
      ["a payload that is nested too deeply", nested(124)],
      ["a payload that would overflow a stack", nested(200_000)],
    ])("refuses %s", async (_name, body) => {
      const refused = await put(body);
      expect(refused).toEqual({ status: 400, error: expect.stringMatching(MALFORMED) });
      expect(await contents(connection().client)).toEqual(BEFORE);
    });

    it("takes what is nested as deeply as may be", async () => {
      expect((await put(nested(123))).status).toBe(200);
    });

    it("refuses a body over 32 MB with 400 and the sizes", async () => {
      const limit = 32 * 1024 * 1024;
      const body = withPayload(`{"text":"${"x".repeat(limit)}"}`);
      expect(await put(body)).toEqual({
        status: 400,
        error: expect.stringMatching(
          `JSON payload \\(${body.length} bytes\\) is larger than allowed \\(limit: ${limit} bytes\\)`,
        ),
      });
      expect(await contents(connection().client)).toEqual(BEFORE);
    });

    it("counts bytes, not characters", async () => {
      const body = withPayload(`{"text":"${"한".repeat(12 * 1024 * 1024)}"}`);
      expect((await put(body)).status).toBe(400);
      expect(await contents(connection().client)).toEqual(BEFORE);
    });

    it.each([
      ["wait=perhaps", 400, /^Deserialize error in query parameters: /],
      ["ordering=any", 400, /^Deserialize error in query parameters: unknown variant `any`/],
      ["timeout=soon", 400, /^Deserialize error in query parameters: /],
      [
        "timeout=0",
        422,
        /^Validation error in query parameters: \[timeout: value 0 invalid, must be 1/,
      ],
    ])("refuses the parameter %s", async (parameter, status, error) => {
      const body = '{"points":[{"id":2,"vector":{}}]}';
      const refused = await sendText(connection(), "PUT", `${path}?${parameter}`, body);
      expect(refused).toEqual({ status, error: expect.stringMatching(error) });
      expect(await contents(connection().client)).toEqual(BEFORE);
    });
  });
}
