// Turns a right answer into a faulty one.
import { type Answer, jsonAnswer, pause, readAnswer, type Step, textAnswer } from "./answer.ts";
import type { Fault, Onset, PlannedFault } from "./faults.ts";

/** `right` is called only when the fault needs the right answer or a part of it. */
export async function faultyAnswer(
  { fault, onset }: PlannedFault,
  right: () => Promise<Answer>,
  gone: AbortSignal,
): Promise<Answer> {
  if (!onset) return replacedAnswer(fault, right, gone);
  const answer = await right();
  const head = answer.head && withoutLength(answer.head);
  const isStream = String(head?.headers["content-type"]).startsWith("text/event-stream");
  const steps = interrupted(answer.steps, onset, (rest) => faultyRest(fault, rest, isStream, gone));
  return head ? { head, steps } : { steps };
}

async function replacedAnswer(
  fault: Fault,
  right: () => Promise<Answer>,
  gone: AbortSignal,
): Promise<Answer> {
  switch (fault.kind) {
    case "status":
      return statusAnswer(fault);
    case "delay":
      await pause(fault.ms, gone);
      return right();
    case "reset":
      return { steps: [{ ending: "reset" }] };
    case "garbage":
      return { ...jsonAnswer(200, null), steps: [{ bytes: garbageBytes() }] };
    case "html":
      return textAnswer(200, "text/html", HTML_PAGE);
    case "wrong-shape":
      if (fault.text !== undefined) return textAnswer(200, "application/json", fault.text);
      if (!fault.alter) return jsonAnswer(200, fault.body ?? WRONG_BODY);
      return jsonAnswer(200, fault.alter(JSON.parse(String(await readAnswer(await right())))));
    default:
      return { steps: [{ ending: "hang" }] };
  }
}

async function* faultyRest(
  fault: Fault,
  rest: AsyncIterable<Step>,
  isStream: boolean,
  gone: AbortSignal,
): AsyncGenerator<Step> {
  switch (fault.kind) {
    case "truncate":
      if (fault.how !== "end") yield { ending: fault.how };
      break;
    case "reset":
      yield { ending: "reset" };
      break;
    case "garbage":
      yield { bytes: garbageBytes() };
      break;
    case "html":
      yield { bytes: Buffer.from(HTML_PAGE) };
      break;
    case "wrong-shape":
      yield { bytes: Buffer.from(`data: ${JSON.stringify(fault.body ?? WRONG_BODY)}\n\n`) };
      yield* rest;
      break;
    case "delay":
      await pause(fault.ms, gone);
      yield* rest;
      break;
    case "drip":
      yield* dripped(rest, fault.msPerByte, gone);
      break;
    case "oversize":
      yield* padding(fault.bytes, isStream);
      yield* rest;
      break;
    default:
      yield { ending: "hang" };
  }
}

/** The steps up to the onset, then whatever `tail` makes of the rest. */
async function* interrupted(
  steps: Answer["steps"],
  onset: Onset,
  tail: (rest: AsyncIterable<Step>) => AsyncIterable<Step>,
): AsyncGenerator<Step> {
  const source = chained(steps);
  const left: Required<Onset> = {
    bytes: onset.bytes ?? (onset.tokens === undefined ? 0 : Infinity),
    tokens: onset.tokens ?? Infinity,
  };
  let held: Step | undefined;
  while (left.bytes > 0 && !held) {
    const { value: step, done } = await source.next();
    if (done) break;
    const { before, after } = splitStep(step, left);
    if (before) yield before;
    held = after;
  }
  yield* tail(held ? chained([held], source) : source);
}

async function* chained(...parts: Answer["steps"][]): AsyncGenerator<Step> {
  for (const part of parts) yield* part;
}

/** What of the step lies before the onset and what after it; counts `left` down. */
function splitStep(step: Step, left: Required<Onset>): { before?: Step; after?: Step } {
  // "After 0 tokens" still lets the frames pass that come before the first token.
  if ("ending" in step || (step.isToken && left.tokens === 0)) return { after: step };
  const { bytes } = step;
  if (bytes.byteLength > left.bytes) {
    const before = { bytes: bytes.subarray(0, left.bytes) };
    return { before, after: { ...step, bytes: bytes.subarray(left.bytes) } };
  }
  left.bytes -= bytes.byteLength;
  if (step.isToken) left.tokens -= 1;
  // The onset is right after the last token, not before the next one: there may be none.
  if (step.isToken && left.tokens === 0) left.bytes = 0;
  return { before: step };
}

async function* dripped(
  rest: AsyncIterable<Step>,
  msPerByte: number,
  gone: AbortSignal,
): AsyncGenerator<Step> {
  for await (const step of rest) {
    if ("ending" in step) {
      yield step;
      return;
    }
    const last = step.bytes.byteLength - 1;
    for (let index = 0; index <= last; index += 1) {
      await pause(msPerByte, gone);
      if (gone.aborted) return;
      const isToken = step.isToken === true && index === last;
      yield { bytes: step.bytes.subarray(index, index + 1), isToken };
    }
  }
}

function* padding(bytes: number, isStream: boolean): Generator<Step> {
  if (isStream) yield { bytes: Buffer.from(":") };
  const block = Buffer.alloc(64 * 1024, isStream ? "x" : " ");
  for (let left = bytes; left > 0; left -= block.byteLength) {
    yield { bytes: block.subarray(0, Math.min(left, block.byteLength)) };
  }
  if (isStream) yield { bytes: Buffer.from("\n\n") };
}

function statusAnswer(fault: Extract<Fault, { kind: "status" }>): Answer {
  const headers = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  if (typeof fault.body === "string") {
    return textAnswer(fault.status, "text/plain", fault.body, headers);
  }
  const body = fault.body ?? { message: `the fault server answers ${fault.status}` };
  return jsonAnswer(fault.status, body, headers);
}

function withoutLength(head: NonNullable<Answer["head"]>): NonNullable<Answer["head"]> {
  const { "content-length": _length, ...headers } = head.headers;
  return { status: head.status, headers };
}

/** Random to every parser, the same in every run. */
function garbageBytes(): Uint8Array {
  let state = 0x2545f491;
  return Uint8Array.from({ length: 512 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

const WRONG_BODY = { id: "wrong", embeddings: {} };
const HTML_PAGE = "<html><head><title>502</title></head><body><h1>Bad Gateway</h1></body></html>\n";
