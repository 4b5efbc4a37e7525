import { type AnswerFrame } from "./frames.ts";

/** Milliseconds of silence after which a connection is dead; the server sends a comment at least every 15 s. */
const SILENCE = 45_000;

/**
 * The frames of server-sent events until the body ends or breaks. Throws only when `signal` aborts. Lines end with
 * CRLF, LF or CR, and chunks end anywhere. The parser that the tests use has six times the size of this one.
 */
export async function* readFrames(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<AnswerFrame> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let [rest, data, id, count] = ["", "", "", 0];
  try {
    for (;;) {
      const timer = setTimeout(() => reader.cancel(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("data:")) data += line.slice(5);
        if (/^id: ?[\w-]+$/.test(line)) id = line.slice(3).trim();
        if (line !== "") continue;
        const frame = parse(data);
        // Many that come at once must not keep the page from being drawn.
        if (++count % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
        // Frames have an `id` of their own too, of the text that they are a part of.
        if (frame) yield { ...frame, id };
        [data, id] = ["", ""];
      }
    }
  } catch {
    signal.throwIfAborted();
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** `[DONE]`, and what a proxy adds, are no frames. */
function parse(data: string): AnswerFrame | undefined {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
