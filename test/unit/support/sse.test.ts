import { describe, expect, it } from "vitest";
import { collectEvents, collectStream, readEvents } from "../../support/sse.ts";

const STREAM =
  ': stream-open\n\ndata: {"type":"start"}\n\nevent: x\r\ndata: {"type":"text-delta","delta":"환불 😀"}\r\n\r\n' +
  ": keep-alive\n\ndata: not json\n\ndata: [DONE]\n\n";

function responseInPieces(text: string, size: number): Response {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let offset = 0; offset < bytes.length; offset += size) {
        controller.enqueue(bytes.slice(offset, offset + size));
      }
      controller.close();
    },
  });
  return new Response(body);
}

describe("collectStream", () => {
  it.each([1, 2, 3, 7, 1000])("reads events and comments from pieces of %i bytes", async (size) => {
    const { events, comments, done, failure } = await collectStream(responseInPieces(STREAM, size));
    const texts = [{ type: "start" }, { type: "text-delta", delta: "환불 😀" }, "not json"];
    expect(events).toEqual(texts);
    expect(comments.map(({ text }) => text)).toEqual(["stream-open", "keep-alive"]);
    expect({ done, failure }).toEqual({ done: true, failure: undefined });
  });

  it("keeps what came before a break, and does not invent an end", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(new TextEncoder().encode('data: {"type":"start"}\n\ndata: {"ty')),
      pull: (controller) => controller.error(new Error("cut")),
    });
    const collected = await collectStream(new Response(broken));
    expect(collected).toMatchObject({
      events: [{ type: "start" }],
      done: false,
      failure: { message: "cut" },
    });
  });
});

describe("collectEvents", () => {
  it("throws when the stream broke", async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new Error("cut")),
    });
    await expect(collectEvents(new Response(broken))).rejects.toThrow("cut");
  });
});

describe("readEvents", () => {
  it("gives raw text and time, and cancels the body when left early", async () => {
    let isCancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode('data: {"type":"a"}\n\n')),
      cancel: () => {
        isCancelled = true;
      },
    });
    for await (const { raw, at, data } of readEvents(new Response(endless))) {
      expect({ raw, data }).toEqual({ raw: '{"type":"a"}', data: { type: "a" } });
      expect(at).toBeGreaterThan(0);
      break;
    }
    expect(isCancelled).toBe(true);
  });
});
