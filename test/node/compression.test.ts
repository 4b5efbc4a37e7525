import { get } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "./tributary.ts";

let tributary: Tributary;
beforeAll(async () => {
  tributary = await startTributary({ SAMPLES: "false" });
});
afterAll(() => tributary.stop());

/** As it is on the wire: fetch would unzip it. */
function read(path: string, encoding: string): Promise<{ zipped: boolean; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    get(`${tributary.url}${path}`, { headers: { "accept-encoding": encoding } }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part)).on("error", reject);
      const zipped = response.headers["content-encoding"] === "gzip";
      response.on("end", () => resolve({ zipped, bytes: Buffer.concat(parts) }));
    }).on("error", reject);
  });
}

it.each(["/widget.js", "/"])("sends %s zipped to whoever takes that", async (path) => {
  const plain = await read(path, "identity");
  const small = await read(path, "gzip, deflate, br");
  expect([plain.zipped, small.zipped]).toEqual([false, true]);
  expect(small.bytes.byteLength).toBeLessThan(plain.bytes.byteLength / 2);
  const withoutNonce = (bytes: Buffer): string =>
    bytes.toString("utf8").replaceAll(/nonce="[^"]*"/g, "");
  expect(withoutNonce(gunzipSync(small.bytes))).toBe(withoutNonce(plain.bytes));
});

it("holds nothing of an answer back to zip it", async () => {
  const headers = { "accept-encoding": "gzip" };
  const response = await postJson(`${tributary.url}/chat`, { message: "Hello?" }, headers);
  expect(response.headers.get("content-encoding")).toBeNull();
  expect(await response.text()).toContain("[DONE]");
});
