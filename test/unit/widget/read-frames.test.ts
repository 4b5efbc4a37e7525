import { createParser } from "eventsource-parser";
import { assert, asyncProperty, array, constantFrom, integer, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { readFrames } from "../../../src/widget/read-frames.ts";

declare const FULL: boolean;

const encoder = new TextEncoder();

function toBody(parts: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

async function readAll(parts: Uint8Array[]): Promise<unknown[]> {
  const frames: unknown[] = [];
  for await (const frame of readFrames(toBody(parts), new AbortController().signal))
    frames.push(frame);
  return frames;
}

/** What the parser that everybody uses makes of it. */
function parseAll(text: string): unknown[] {
  const frames: unknown[] = [];
  const parser = createParser({
    onEvent({ id = "", data }) {
      if (data !== "[DONE]") frames.push({ ...JSON.parse(data), id });
    },
  });
  parser.feed(text);
  return frames;
}

function split(bytes: Uint8Array, places: number[]): Uint8Array[] {
  const cuts = [...places.map((place) => place % (bytes.length + 1)), bytes.length];
  let from = 0;
  return cuts
    .toSorted((a, b) => a - b)
    .map((to) => bytes.subarray(from, (from = to)))
    .filter(({ length }) => length > 0);
}

const frame = record({
  id: constantFrom("", "a1-1", "a1-27"),
  delta: string({ unit: "binary" }),
  before: constantFrom("", ": keep-alive", ":", "retry: 10", "event: message"),
});

describe("readFrames", () => {
  it("reads what eventsource-parser reads, with any line ends, cut at any byte", async () => {
    await assert(
      asyncProperty(
        array(frame, { minLength: 1, maxLength: 8 }),
        constantFrom("\n", "\r\n", "\r"),
        array(integer({ min: 0, max: 10_000 }), { maxLength: 12 }),
        async (frames, end, places) => {
          const written = frames.map(({ id, delta, before }) => {
            const data = JSON.stringify({ type: "text-delta", delta });
            const lines = [before, id && `id: ${id}`, `data: ${data}`].filter(
              (line) => line !== "",
            );
            return `${lines.join(end)}${end}${end}`;
          });
          // A line end of the last frame that is a CR alone could be the half of one: another line follows it.
          const text = `${written.join("")}data: [DONE]${end}${end}:${end}`;
          const expected = parseAll(text);
          expect(expected).toHaveLength(frames.length);
          expect(await readAll(split(encoder.encode(text), places))).toEqual(expected);
        },
      ),
      { numRuns: FULL ? 10_000 : 500, seed: FULL ? Date.now() : 1 },
    );
  });

  it("passes over what is no frame, and ends with its body", async () => {
    const text =
      'data: {"type":"abort"\n\ndata: <html>\n\n\n\nid: a\ndata: {"type":"abort"}\n\ndata: {"type"';
    expect(await readAll([encoder.encode(text)])).toEqual([{ type: "abort", id: "a" }]);
  });

  it("throws only when its signal aborts", async () => {
    const broken = (): ReadableStream<Uint8Array> =>
      new ReadableStream({ start: (controller) => controller.error(new TypeError("cut")) });
    const left = new AbortController();
    expect(await readFrames(broken(), left.signal).next()).toEqual({
      done: true,
      value: undefined,
    });
    left.abort(new Error("left"));
    await expect(readFrames(broken(), left.signal).next()).rejects.toThrow("left");
  });
});
