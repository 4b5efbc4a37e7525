import { TooLongError } from "../errors.ts";
import { boundBody, LONGEST_ANSWER } from "../bounded-body.ts";

/** Where a provider's stream keeps its text: reads and writes the delta of one event's data. */
export interface DeltaShape {
  /** The text when the event holds a text delta and nothing else worth keeping. */
  read(data: unknown): string | undefined;
  write(data: unknown, text: string): void;
}

/** `choices[0].delta.content` of OpenAI's chunks. */
export const OPENAI_DELTA: DeltaShape = {
  read(data) {
    const { choices, usage } = data as OpenAIChunk;
    const [choice] = choices ?? [];
    if (choice === undefined || choices?.length !== 1 || (usage ?? null) !== null) return undefined;
    if ((choice.finish_reason ?? null) !== null) return undefined;
    const { content, ...others } = choice.delta ?? {};
    return typeof content === "string" && Object.keys(others).length === 0 ? content : undefined;
  },
  write(data, text) {
    const [choice] = (data as OpenAIChunk).choices ?? [];
    if (choice?.delta !== undefined) choice.delta.content = text;
  },
};

/** `delta.message.content.text` of Cohere's content-delta events. */
export const COHERE_DELTA: DeltaShape = {
  read(data) {
    const { type, delta } = data as CohereEvent;
    return type === "content-delta" ? delta?.message?.content?.text : undefined;
  },
  write(data, text) {
    const content = (data as CohereEvent).delta?.message?.content;
    if (content !== undefined) content.text = text;
  },
};

interface OpenAIChunk {
  choices?: { delta?: { content?: unknown }; finish_reason?: unknown }[];
  usage?: unknown;
}

interface CohereEvent {
  type?: string;
  delta?: { message?: { content?: { text?: string } } };
}

/**
 * A `fetch` for a provider's SDK that joins the text deltas which have arrived together: each costs the SDK a parse,
 * a check and several streams, about 20 µs, so a model that is faster than its readers would spend them on nothing.
 * `turn` resolves when everything that has arrived is read. What does not end with a whole event passes untouched,
 * so nothing waits for the network.
 */
export function joinDeltas(shape: DeltaShape, turn: () => Promise<void>): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
    if (response.body === null || isStream !== true) return boundBody(response);
    const { status, statusText, headers } = response;
    return new Response(joinChunks(response.body, shape, turn), { status, statusText, headers });
  };
}

/** Bytes that are read ahead at most; beyond it the model's socket is not read. */
const READ_AHEAD = 65_536;
/** Characters of joined text, and bytes that are passed on at once: every stage after this one holds as much. */
const PASSED_ON = 4096;
/** Bytes of one line of a stream; an event is a few hundred. */
const LONGEST_LINE = 1_048_576;

function joinChunks(
  body: ReadableStream<Uint8Array>,
  shape: DeltaShape,
  turn: () => Promise<void>,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let waiting: Uint8Array[] = [];
  let next: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  let atBoundary = true;
  let ended = false;
  let joined: Uint8Array = new Uint8Array();
  const length = countLength();

  /** Everything that has arrived by the next turn; at least one chunk, unless the stream has ended. */
  async function gather(): Promise<void> {
    let size = 0;
    let isOver = false;
    while (!isOver && !ended && size < READ_AHEAD) {
      next ??= reader.read();
      // With nothing in hand it waits for the network, then only for what is there already.
      // A failure waits its turn too: what came before it goes on first.
      const step =
        waiting.length === 0
          ? await next
          : await Promise.race([next.catch(() => undefined), turn()]);
      isOver = step === undefined;
      if (step === undefined) continue;
      next = undefined;
      ended = step.done;
      if (step.value !== undefined) {
        waiting.push(step.value);
        size += step.value.length;
        length.add(step.value);
      }
    }
  }

  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (joined.length === 0) {
          await gather().catch((error: unknown) => {
            reader.cancel().catch(() => undefined);
            throw error;
          });
          if (waiting.length === 0) return controller.close();
          const bytes = concatenate(waiting);
          waiting = [];
          const endsEvent = bytes.at(-1) === LINE_FEED && bytes.at(-2) === LINE_FEED;
          joined = atBoundary && endsEvent ? joinEvents(bytes, shape) : bytes;
          atBoundary = endsEvent;
        }
        controller.enqueue(joined.subarray(0, PASSED_ON));
        joined = joined.subarray(PASSED_ON);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

/**
 * Throws a TooLongError when a stream, or one line of it, becomes longer than any that is right: parsers keep a line
 * until it is whole and look through it again with every chunk.
 */
function countLength(): { add(chunk: Uint8Array): void } {
  let total = 0;
  let line = 0;
  return {
    add(chunk) {
      total += chunk.length;
      const end = lastLineEnd(chunk);
      line = end === -1 ? line + chunk.length : chunk.length - end - 1;
      if (total > LONGEST_ANSWER) throw new TooLongError(LONGEST_ANSWER);
      if (line > LONGEST_LINE) throw new TooLongError(LONGEST_LINE);
    },
  };
}

function lastLineEnd(chunk: Uint8Array): number {
  const feed = chunk.lastIndexOf(LINE_FEED);
  return feed === -1 ? chunk.lastIndexOf(CARRIAGE_RETURN) : feed;
}

function concatenate(chunks: Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1) return first;
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** One whole line. Spelt out, since to `.` and `$` U+2028 and U+2029 end a line too, and in JSON they may stand as they are. */
const DATA = /(?<=^|\n)data: (\{[^\n]*\})(?=\n|$)/;

/** A run of text deltas that becomes one event. */
interface Run {
  /** Its first event, with what it says. */
  event: string;
  data: unknown;
  text: string;
  /** What stands before and after the text in that event, where this is certain. */
  frame: [before: string, after: string] | undefined;
}

/** Whole events in, whole events out; runs of text deltas become one. */
function joinEvents(bytes: Uint8Array, shape: DeltaShape): Uint8Array {
  const events = new TextDecoder().decode(bytes).split("\n\n").slice(0, -1);
  if (events.length < 2) return bytes;
  let out = "";
  let run: Run | undefined;
  const close = (): void => {
    if (run === undefined) return;
    const { event, data, text } = run;
    shape.write(data, text);
    out += `${event.replace(DATA, () => `data: ${JSON.stringify(data)}`)}\n\n`;
    run = undefined;
  };
  for (const event of events) {
    const inFrame = run === undefined ? undefined : readInFrame(event, run.frame);
    if (run !== undefined && inFrame !== undefined) {
      run.text += inFrame;
      if (run.text.length > PASSED_ON) close();
      continue;
    }
    const data = readData(event);
    const text = data === undefined ? undefined : shape.read(data);
    if (text === undefined) {
      close();
      out += `${event}\n\n`;
    } else if (run === undefined) run = { event, data, text, frame: findFrame(event, text) };
    else run.text += text;
  }
  close();
  return new TextEncoder().encode(out);
}

/** The event around its text; undefined where the text is written otherwise or stands in it twice. */
function findFrame(event: string, text: string): Run["frame"] {
  const json = JSON.stringify(text);
  const at = event.indexOf(json);
  if (at === -1 || at !== event.lastIndexOf(json)) return undefined;
  return [event.slice(0, at + 1), event.slice(at + json.length - 1)];
}

const NEEDS_PARSING = /["\\]/;

/** The text of an event that differs from the run's first in its text alone, which spares most events their parse. */
function readInFrame(event: string, frame: Run["frame"]): string | undefined {
  if (frame === undefined) return undefined;
  const [before, after] = frame;
  if (event.length < before.length + after.length) return undefined;
  if (!event.startsWith(before) || !event.endsWith(after)) return undefined;
  const text = event.slice(before.length, event.length - after.length);
  return NEEDS_PARSING.test(text) ? undefined : text;
}

function readData(event: string): unknown {
  const json = event.startsWith("data: {") ? event.slice(6) : DATA.exec(event)?.[1];
  if (json === undefined) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    // Not ours to judge: the SDK sees it as it came.
    return undefined;
  }
}
