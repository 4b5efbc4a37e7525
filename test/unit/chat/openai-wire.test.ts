import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnswerEvent } from "../../../src/chat/events.ts";
import { awaitFirstWord } from "../../../src/chat/first-word.ts";
import { type OpenAIWireOptions, toChunkResponse } from "../../../src/chat/openai-wire.ts";
import { buildSources } from "../../support/passages.ts";

const SOURCES = buildSources("The Aurora 2 tent weighs 2.4 kg.", "Returns are free.");
const REPORT = {
  degraded: false,
  collections: [],
  stages: {} as (AnswerEvent & { type: "retrieval" })["report"]["stages"],
};

const options = (fields: Partial<OpenAIWireOptions>): OpenAIWireOptions => ({
  keepAlive: 15_000,
  turn: () => Promise.resolve(),
  id: "chatcmpl-1",
  created: 1,
  model: "all",
  origin: "https://chat.example",
  includesUsage: false,
  sendsEvents: false,
  onFailure: () => undefined,
  ...fields,
});

const text = fc
  .string({ unit: "binary", maxLength: 20 })
  .map((delta): AnswerEvent => ({ type: "text", delta }));
const citation = fc.record({
  n: fc.integer({ min: 1, max: 2 }),
  start: fc.nat(100),
  end: fc.nat(100),
  verified: fc.boolean(),
});
const textEnd = fc
  .array(citation, { maxLength: 4 })
  .map((citations): AnswerEvent => ({ type: "text-end", citations, order: [2, 1] }));
const last = fc.oneof(
  fc.constantFrom("stop", "length", "content-filter", "other").map((finishReason): AnswerEvent => ({
    type: "finish",
    finishReason: finishReason as "stop",
    answered: true,
    usage: { inputTokens: 7, outputTokens: 3 },
    timings: { retrieval: 1, total: 2 },
    degraded: false,
  })),
  fc
    .string({ unit: "binary" })
    .map((message): AnswerEvent => ({ type: "error", code: "timeout", message, cause: undefined })),
  fc.constant<AnswerEvent>({ type: "abort" }),
  // It just stops.
  fc.constant(undefined),
);

const BEGINNING: AnswerEvent[] = [
  { type: "start" },
  { type: "status", stage: "searching", collections: 3 },
  { type: "retrieval", report: REPORT },
  { type: "sources", sources: SOURCES },
  { type: "status", stage: "writing", sources: 2 },
  { type: "text-start" },
];

/** An answer's events up to some point, and how it ends there. */
const answer = fc
  .tuple(fc.nat(BEGINNING.length), fc.array(text, { maxLength: 6 }), fc.option(textEnd), last)
  .map(([begun, texts, end, last]): AnswerEvent[] => {
    const isWriting = begun === BEGINNING.length;
    const written = isWriting ? [...texts, ...(end === null ? [] : [end])] : [];
    return [...BEGINNING.slice(0, begun), ...written, ...(last === undefined ? [] : [last])];
  });

async function* play(events: AnswerEvent[]): AsyncGenerator<AnswerEvent> {
  for (const event of events) {
    await Promise.resolve();
    yield event;
  }
}

interface Frame {
  error?: { message: string; type: string; param: null; code: string };
  choices?: {
    finish_reason: string | null;
    delta: { content?: string; annotations?: unknown[] };
  }[];
  usage?: object | null;
  event?: object;
}

/** Nothing but `data:` lines with JSON, comments and empty lines; `[DONE]` is the last, if it is there. */
function readFrames(body: string): { frames: Frame[]; done: boolean } {
  expect(body.endsWith("\n\n")).toBe(true);
  const blocks = body.slice(0, -2).split("\n\n");
  const data = blocks.flatMap((block) => {
    expect(block).not.toContain("\n");
    if (block.startsWith(":")) return [];
    expect(block.startsWith("data: ")).toBe(true);
    return [block.slice("data: ".length)];
  });
  const done = data.at(-1) === "[DONE]";
  return {
    frames: (done ? data.slice(0, -1) : data).map((line) => JSON.parse(line) as Frame),
    done,
  };
}

const wellFormed = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

describe("the chunks of any sequence of events", () => {
  it("are whole frames with exactly one end, which is whole only if the answer is", async () => {
    const seen = { whole: 0, cut: 0 };
    await fc.assert(
      fc.asyncProperty(
        answer,
        fc.boolean(),
        fc.boolean(),
        async (events, includesUsage, sendsEvents) => {
          const told: unknown[] = [];
          const response = toChunkResponse(
            play(events),
            options({ includesUsage, sendsEvents, onFailure: (event) => told.push(event) }),
            () => undefined,
          );
          const { frames, done } = readFrames(await response.text());
          const isWhole = events.at(-1)?.type === "finish";
          const choices = frames.flatMap((frame) => frame.choices ?? []);
          expect(done).toBe(isWhole);
          expect(frames.filter(({ error }) => error)).toHaveLength(isWhole ? 0 : 1);
          expect(choices.filter(({ finish_reason }) => finish_reason !== null)).toHaveLength(
            isWhole ? 1 : 0,
          );
          expect(frames.filter(({ usage }) => usage)).toHaveLength(
            isWhole && includesUsage ? 1 : 0,
          );
          if (!isWhole) expect(frames.at(-1)!.error).toBeDefined();
          for (const { error, choices } of frames) expect(error ?? choices).toBeDefined();
          expect(told).toHaveLength(events.at(-1)?.type === "error" ? 1 : 0);
          const written = events
            .map((event) => (event.type === "text" ? event.delta : ""))
            .join("");
          expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe(
            wellFormed(written),
          );
          seen[isWhole ? "whole" : "cut"]++;
        },
      ),
      { numRuns: 500 },
    );
    expect(Math.min(seen.whole, seen.cut)).toBeGreaterThan(50);
  });

  it("list the citations of the first marker first, and every source where events are wanted", async () => {
    const citations = [
      { n: 1, start: 0, end: 4, verified: true },
      { n: 2, start: 5, end: 9, verified: true },
      { n: 1, start: 10, end: 14, verified: false },
    ];
    const events = [
      ...BEGINNING,
      { type: "text", delta: "Text" },
      { type: "text-end", citations, order: [2, 1] },
      {
        type: "finish",
        finishReason: "stop",
        answered: true,
        usage: { inputTokens: 0, outputTokens: 0 },
        timings: { retrieval: 0, total: 0 },
        degraded: false,
      },
    ] as AnswerEvent[];
    const read = async (sendsEvents: boolean): Promise<Frame[]> => {
      const wire = options({ sendsEvents });
      return readFrames(await toChunkResponse(play(events), wire, () => undefined).text()).frames;
    };
    const annotations = (await read(false)).flatMap(
      ({ choices }) => choices?.[0]?.delta.annotations ?? [],
    );
    expect(annotations).toMatchObject([
      { url_citation: { start_index: 5, end_index: 9 } },
      { url_citation: { start_index: 0, end_index: 4 } },
      { url_citation: { start_index: 10, end_index: 14 } },
    ]);
    const sources = (await read(true)).flatMap(({ event }) => event ?? []).slice(2);
    expect(sources).toMatchObject([
      { type: "source", data: { document: ["Returns are free."] } },
      { type: "source", data: { document: [expect.stringContaining("2.4 kg")] } },
    ]);
  });
});

describe("awaitFirstWord", () => {
  it("gives every event again, in its order, or the failure that came before the first word", async () => {
    await fc.assert(
      fc.asyncProperty(answer, async (events) => {
        const begun = await awaitFirstWord(play(events), 10_000);
        const last = events.at(-1);
        const isFailure =
          !events.some(({ type }) => type === "text") &&
          (last?.type === "error" || last?.type === "abort");
        expect(begun.failure).toEqual(isFailure ? last : undefined);
        if (isFailure) return;
        const seen: AnswerEvent[] = [];
        for await (const event of begun.events) seen.push(event);
        expect(seen).toEqual(events);
      }),
    );
  });

  it("does not wait longer than it may, and loses nothing", async () => {
    let speak = (): void => undefined;
    const silence = new Promise<void>((resolve) => (speak = resolve));
    let hasEnded = false;
    async function* slow(): AsyncGenerator<AnswerEvent> {
      try {
        yield { type: "start" };
        await silence;
        yield { type: "text", delta: "late" };
        yield { type: "text", delta: "r" };
      } finally {
        hasEnded = true;
      }
    }
    const { events } = await awaitFirstWord(slow(), 10);
    speak();
    const types: string[] = [];
    for await (const { type } of events) {
      types.push(type);
      if (types.length === 2) break;
    }
    expect(types).toEqual(["start", "text"]);
    expect(hasEnded).toBe(true);
  });
});
