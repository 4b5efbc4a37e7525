import { createParser } from "eventsource-parser";
import { Failure, readFailure } from "./failure.ts";
import { type AnswerFrame, endsAnswer } from "./frames.ts";

export interface Client {
  /** The frames of the answer to a question, to its end. Throws a Failure when it is refused, or cut for good. */
  ask(body: object, signal: AbortSignal): AsyncGenerator<AnswerFrame>;
  /** The frames of the newest answer, from its beginning. */
  resume(id: string, signal: AbortSignal): AsyncGenerator<AnswerFrame>;
  /** Sends without waiting for an answer, also while the page goes. */
  stop(id: string): void;
  rate(id: string, rating: object): Promise<void>;
}

/** Milliseconds of silence after which a connection is dead; the server sends a comment at least every 15 s. */
const SILENCE = 45_000;
const TRIES = 5;

/** Talks to one server and to nobody else. */
export function createClient(server: string): Client {
  async function send(path: string, init: RequestInit): Promise<Response> {
    // A redirect could take the conversation elsewhere.
    const options: RequestInit = { ...init, credentials: "omit", redirect: "error" };
    const response = await fetch(`${server}/chat${path}`, options).catch((error: unknown) => {
      if (init.signal?.aborted) throw error;
      throw new Failure(navigator.onLine ? "unreachable" : "offline");
    });
    if (!response.ok) throw await readFailure(response);
    return response;
  }

  const post = (path: string, body: object | undefined, init: RequestInit): Promise<Response> =>
    send(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      ...init,
    });

  const reopen = (id: string, last: string, signal: AbortSignal): Promise<Response> =>
    send(`/${id}/stream`, { headers: last === "" ? {} : { "last-event-id": last }, signal });

  /** Reads on after a cut, where the frames say where that is. */
  async function* follow(
    first: Response,
    id: string,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerFrame> {
    let [last, tries] = ["", 0];
    for (let response: Response | undefined = first; ;) {
      if (response !== undefined) {
        if (response.status === 204) throw new Failure("cut");
        if (!response.headers.get("content-type")?.startsWith("text/event-stream"))
          throw new Failure("unexpected");
        for await (const frame of readFrames(response.body!, signal)) {
          if (isRepeated(frame.id, last)) continue;
          last = frame.id ?? last;
          tries = 0;
          yield frame;
          if (endsAnswer(frame)) return;
        }
      }
      if (last === "" || tries === TRIES) throw new Failure("cut");
      await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** tries));
      tries += 1;
      signal.throwIfAborted();
      response = await reopen(id, last, signal).catch(() => undefined);
    }
  }

  return {
    async *ask(body, signal) {
      yield* follow(await post("", body, { signal }), (body as { id: string }).id, signal);
    },
    async *resume(id, signal) {
      yield* follow(await reopen(id, "", signal), id, signal);
    },
    stop: (id) => void post(`/${id}/stop`, undefined, { keepalive: true }).catch(() => undefined),
    rate: async (id, rating) => void (await post(`/${id}/feedback`, rating, {})),
  };
}

/** A frame's id is that of its answer and its number. */
function isRepeated(id = "", last: string): boolean {
  const [, answer, number] = /^(.*-)(\d+)$/.exec(id) ?? [];
  return (
    answer !== undefined &&
    last.startsWith(answer) &&
    Number(number) <= Number(last.slice(answer.length))
  );
}

/** What a body brings until it ends or breaks. Throws only when `signal` aborts. */
async function* readFrames(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<AnswerFrame> {
  let frames: AnswerFrame[] = [];
  const parser = createParser({
    onEvent({ id, data }) {
      try {
        frames.push({ ...JSON.parse(data), id });
      } catch {
        // `[DONE]`, or what a proxy added.
      }
    },
  });
  const reader = body
    .pipeThrough(new TextDecoderStream() as never)
    .getReader() as ReadableStreamDefaultReader<string>;
  try {
    for (;;) {
      const timer = setTimeout(() => reader.cancel(), SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(timer));
      if (done) return;
      parser.feed(value);
      yield* frames;
      frames = [];
    }
  } catch {
    signal.throwIfAborted();
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
