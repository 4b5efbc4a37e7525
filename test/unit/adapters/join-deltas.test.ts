import { afterEach, expect, it } from "vitest";
import { joinDeltas, OPENAI_DELTA } from "../../../src/adapters/join-deltas.ts";
import { LONGEST_ANSWER } from "../../../src/bounded-body.ts";
import { TooLongError } from "../../../src/errors.ts";

const original = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = original;
});

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const event = (content: string): Uint8Array =>
  new TextEncoder().encode(
    `data: ${JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }] })}\n\n`,
  );

it("passes on what has arrived before the failure that came with it", async () => {
  const chunks = [event("one "), event("two")];
  const failure = new TypeError("terminated");
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.error(failure);
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  globalThis.fetch = async () =>
    new Response(body, { headers: { "content-type": "text/event-stream" } });
  const response = await joinDeltas(OPENAI_DELTA, turn)("http://model.invalid");
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toContain('"content":"one two"');
  await expect(reader.read()).rejects.toBe(failure);
});

it("loses nothing of a text that holds U+2028 or U+2029", async () => {
  const bytes = Buffer.concat(["a\u2028b ", "c ", "d\u2029 ", "e"].map(event));
  globalThis.fetch = async () =>
    new Response(bytes, { headers: { "content-type": "text/event-stream" } });
  const response = await joinDeltas(OPENAI_DELTA, turn)("http://model.invalid");
  expect(await response.text()).toContain(`"content":${JSON.stringify("a\u2028b c d\u2029 e")}`);
});

it("takes for a line only what line feeds end", async () => {
  const text = 'a\u2028data: {"choices":[]}\u2028';
  const bytes = Buffer.concat(
    [text, " b"].map(event).map((one) => Buffer.concat([Buffer.from("event: x\n"), one])),
  );
  globalThis.fetch = async () =>
    new Response(bytes, { headers: { "content-type": "text/event-stream" } });
  const response = await joinDeltas(OPENAI_DELTA, turn)("http://model.invalid");
  expect(await response.text()).toContain(`"content":${JSON.stringify(`${text} b`)}`);
});

it.each([
  ["a line without an end", () => new Uint8Array(65_536).fill(120)],
  ["lines without an end", () => new TextEncoder().encode(`: ${"x".repeat(65_532)}\n\n`)],
])("stops reading %s", async (_name, chunk) => {
  let chunks = 0;
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        chunks += 1;
        controller.enqueue(chunk());
      },
      cancel: () => void (cancelled = true),
    },
    { highWaterMark: 0 },
  );
  globalThis.fetch = async () =>
    new Response(body, { headers: { "content-type": "text/event-stream" } });
  const response = await joinDeltas(OPENAI_DELTA, turn)("http://model.invalid");
  await expect(response.text()).rejects.toBeInstanceOf(TooLongError);
  expect(chunks).toBeLessThanOrEqual(1 + LONGEST_ANSWER / 65_536);
  expect(cancelled).toBe(true);
});
