// Reads a server-sent event stream as a client would. No Node imports: tests in workerd use it too.
import { createParser } from "eventsource-parser";

export interface StreamEvent {
  /** The parsed JSON, the string "[DONE]", or the raw text when it is not JSON. */
  data: unknown;
  raw: string;
  /** The frame's own id. */
  id?: string;
  /** `performance.now()` when the event was whole. */
  at: number;
}

export interface StreamComment {
  text: string;
  at: number;
}

/** One chunk of the UI message stream. */
export interface UIEvent {
  type: string;
  [field: string]: unknown;
}

export interface CollectedStream {
  events: UIEvent[];
  comments: StreamComment[];
  /** `[DONE]` was seen. */
  done: boolean;
  /** Set when the connection broke before the end of the body. */
  failure?: unknown;
}

/** Leaving the loop early cancels the body, which is a client that goes away. */
export async function* readEvents(
  response: Response,
  onComment: (comment: StreamComment) => void = () => undefined,
): AsyncGenerator<StreamEvent> {
  if (!response.body) return;
  let arrived: StreamEvent[] = [];
  const parser = createParser({
    onEvent: ({ data, id }) =>
      arrived.push({
        data: parseData(data),
        raw: data,
        at: performance.now(),
        ...(id === undefined ? {} : { id }),
      }),
    onComment: (text) => onComment({ text, at: performance.now() }),
  });
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      parser.feed(decoder.decode(value, { stream: true }));
      const ready = arrived;
      arrived = [];
      yield* ready;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Everything the stream brought, also when it broke. */
export async function collectStream(response: Response): Promise<CollectedStream> {
  const collected: CollectedStream = { events: [], comments: [], done: false };
  try {
    for await (const { data } of readEvents(response, (comment) =>
      collected.comments.push(comment),
    )) {
      if (data === "[DONE]") collected.done = true;
      else collected.events.push(data as UIEvent);
    }
  } catch (error) {
    collected.failure = error;
  }
  return collected;
}

/** The events without `[DONE]`; throws when the stream broke. */
export async function collectEvents(response: Response): Promise<UIEvent[]> {
  const { events, failure } = await collectStream(response);
  if (failure !== undefined) throw failure;
  return events;
}

function parseData(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}
