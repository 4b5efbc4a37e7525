import { expect, it } from "vitest";
import { boundBody } from "../../src/bounded-body.ts";
import { TooLongError } from "../../src/errors.ts";

function endless(headers: Record<string, string> = {}): { response: Response; left(): boolean } {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => controller.enqueue(new Uint8Array(100)),
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body, { headers }), left: () => cancelled };
}

it("fails beyond its limit, and leaves", async () => {
  const { response, left } = endless();
  await expect(boundBody(response, 1000).text()).rejects.toBeInstanceOf(TooLongError);
  expect(left()).toBe(true);
});

it("hands on what is within its limit, with status and headers", async () => {
  const given = new Response("x".repeat(1000), { status: 429, headers: { "retry-after": "7" } });
  const bounded = boundBody(given, 1000);
  expect([bounded.status, bounded.headers.get("retry-after")]).toEqual([429, "7"]);
  expect(await bounded.text()).toHaveLength(1000);
});

it("leaves an answer as it is that tells a length within the limit", () => {
  const { response } = endless({ "content-length": "1000" });
  expect(boundBody(response, 1000)).toBe(response);
});

it.each([{ "content-length": "1001" }, { "content-length": "9", "content-encoding": "gzip" }])(
  "counts what tells a longer one, or the length of something packed: %j",
  async (headers) => {
    const { response } = endless(headers);
    await expect(boundBody(response, 1000).text()).rejects.toBeInstanceOf(TooLongError);
  },
);

it("leaves with the reader", async () => {
  const { response, left } = endless();
  const reader = boundBody(response, 1000).body!.getReader();
  await reader.read();
  await reader.cancel();
  expect(left()).toBe(true);
});
