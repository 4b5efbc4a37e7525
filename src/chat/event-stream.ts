import { createReaderDeadline } from "../streams.ts";

const encoder = new TextEncoder();
const KEEP_ALIVE = encoder.encode(": keep-alive\n\n");
const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache",
  "x-accel-buffering": "no",
};

/** What a generator of events returns where `[DONE]` must not follow, since it did not come to its end. */
export const CUT = Symbol("cut");

/** The values that become frames, in the order of the wire; those of one step are written together. */
export type EventFrames = AsyncGenerator<readonly object[], typeof CUT | void>;

export interface EventStreamOptions {
  /** Milliseconds of silence after which a comment is sent. */
  keepAlive: number;
  /** Milliseconds for which a reader may take nothing; absent where the entry watches the connections. */
  writeTimeout?: number | undefined;
  /** Resolves when everything that has arrived from the network is read. */
  turn: () => Promise<void>;
  /** Gives each frame an id: that of the answer, and its number from 1 on; the first `after` are left out. */
  numbering?: { id: string; after: number } | undefined;
  /** Headers beside those of every event stream. */
  headers?: Record<string, string>;
}

/**
 * Server-sent events as the AI SDK's `createUIMessageStreamResponse` writes them, byte for byte, in one stream instead
 * of four and with one write for all chunks of an event and of those that follow it within a turn: that is half a
 * millisecond of CPU an answer. JSON holds no line break, so a chunk can not break its frame. `[DONE]` is the last one. A comment is sent at
 * once, and whenever `keepAlive` milliseconds pass without an event; `cancel` is called when the reader goes, or takes
 * nothing for `writeTimeout` milliseconds.
 */
export function toEventStreamResponse(
  events: EventFrames,
  { keepAlive, turn, writeTimeout, numbering, headers }: EventStreamOptions,
  cancel: () => void,
): Response {
  const gather = gatherFrames(events, turn, createFrames(numbering));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    cancel();
    // Not awaited: it settles only when the generator's current step does.
    events.return(undefined).catch(() => undefined);
  };
  const deadline = createReaderDeadline(writeTimeout, end);

  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      deadline.clear();
      const comment = (): void => {
        // A reader that does not read gets no backlog of comments.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(KEEP_ALIVE);
        timer = setTimeout(comment, keepAlive);
      };
      timer = setTimeout(comment, keepAlive);
      try {
        const { frames, done } = await gather();
        controller.enqueue(encoder.encode(frames));
        if (done) controller.close();
        else deadline.offered(controller);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel() {
      clearTimeout(timer);
      deadline.clear();
      end();
    },
  });
  return new Response(body, { headers: { ...HEADERS, ...headers } });
}

/** Each call gives the next event as frames, and those that follow it within a turn. */
function gatherFrames(
  events: EventFrames,
  turn: () => Promise<void>,
  toFrame: (data: string) => string,
): () => Promise<{ frames: string; done: boolean }> {
  let frames = ": stream-open\n\n";
  let done = false;
  let failure: { error: unknown } | undefined;
  let isGathering = false;
  let taking: Promise<void> | undefined;

  /** The next event into `frames`, and those after it while a write is gathered. */
  function take(): Promise<void> {
    // It may have ended after the last write, which did not wait for it.
    if (done) return Promise.resolve();
    taking ??= events.next().then(
      (step) => {
        taking = undefined;
        if (step.done === true) {
          done = true;
          if (step.value !== CUT) frames += toFrame("[DONE]");
          return;
        }
        for (const chunk of step.value) frames += toFrame(JSON.stringify(chunk));
        if (isGathering) void take();
      },
      (error: unknown) => void (failure = { error }),
    );
    return taking;
  }

  return async () => {
    isGathering = true;
    const taken = take();
    if (frames === "") await taken;
    await turn();
    isGathering = false;
    if (failure !== undefined) throw failure.error;
    const gathered = frames;
    frames = "";
    return { frames: gathered, done };
  };
}

function createFrames(numbering: EventStreamOptions["numbering"]): (data: string) => string {
  if (numbering === undefined) return (data) => `data: ${data}\n\n`;
  let number = numbering.after;
  return (data) => `id: ${numbering.id}-${++number}\ndata: ${data}\n\n`;
}
