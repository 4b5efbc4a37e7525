// Any text goes from the model's bytes to the reader's and is the same, however the bytes are split on either way, but
// for what the checks between the two take out.
//
// A lone half of a surrogate pair is text to JSON, which writes it as an escape: the event stream and JSON hand it on as it
// is. The text form is UTF-8, which has no such thing: there it becomes U+FFFD, as in `String.toWellFormed`.
import { createParser } from "eventsource-parser";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAnswerGate } from "../../src/chat/answer-gate.ts";
import { loadSamples } from "../../src/samples.ts";
import { readChatRequest } from "../support/chat-request.ts";
import { type ChatWire, cohereChat, openaiChat } from "../support/chat-wire.ts";
import { installModelHost, split, streamResponse } from "../support/model-host.ts";
import { type OpenApp, openApp } from "../support/open-app.ts";

declare const FULL: boolean;

/** For each of two wires. */
const RUNS = FULL ? 5000 : 150;
const SEED = Number(process.env["SEED"] ?? Date.now() % 1_000_000_000);
const QUESTION = "Which bird hunts fish at the lake?";
const DOCUMENTS = {
  birds: [{ id: "heron", text: "# Heron\n\nThe grey heron hunts fish at the lake for hours." }],
};
const TYPES = new Set([
  "start",
  "data-status",
  "data-retrieval",
  "source-url",
  "text-start",
  "text-delta",
  "text-end",
  "data-citations",
  "finish",
]);

/** What breaks event streams, JSON in them, and decoders. */
const TRAPS = [
  ..."\r\n\u2028\u2029\u0000\u0085\u000b\ufeff\ufffd\u202e\u200d\u00ad`\"'\\{}:;",
  "\r\n",
  "\n\n",
  "\r\r",
  "\n\r",
  "data:",
  "data: ",
  "\ndata: x\n\n",
  "\nevent: finish\n",
  "\nid: 7\n",
  "\r\nretry: 1\r\n",
  "\n: comment\n\n",
  "[DONE]",
  "data: [DONE]\n\n",
  '{"type":"finish"}',
  "\\u0000",
  "\\ud83d",
  "</script>",
  "\n[answer cut short: timeout]\n",
  "😀",
  "👩‍👩‍👧‍👦",
  "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "e\u0301",
  "ก็็็็",
  "مرحبا ",
  "שלום ",
  "한국어 ",
  "漢字",
  "𝕏",
  "\u{10ffff}",
  // Halves of pairs.
  "\ud83d",
  "\ude00",
  "\ud800",
  "\udfff",
];

/** Without opening brackets, which might begin a citation: those are taken out on purpose. */
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...TRAPS) },
  fc.string({ unit: "grapheme", maxLength: 12 }).map(withoutBrackets),
  fc.string({ unit: "binary", maxLength: 12 }).map(withoutBrackets),
  fc.lorem({ maxCount: 3 }),
);
const places = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 40 });

interface Case {
  /** What the model says, token by token. */
  tokens: string[];
  lineEnd: string;
  /** All that is not ASCII as escapes, as some servers write JSON. */
  escaped: boolean;
  modelSplits: number[];
  /** The pieces come one by one: whatever is sent on what has arrived is sent. */
  slowly: boolean;
  readerSplits: number[];
}
const cases: fc.Arbitrary<Case> = fc.record({
  tokens: fc.array(piece, { minLength: 1, maxLength: 12 }).chain(cutAnywhere),
  lineEnd: fc.constantFrom("\n", "\r\n", "\r"),
  escaped: fc.boolean(),
  modelSplits: places,
  slowly: fc.integer({ min: 0, max: 3 }).map((value) => value === 0),
  readerSplits: places,
});

function withoutBrackets(text: string): string {
  return text.replaceAll(/[[【［]/g, "(");
}

/** Tokens may end anywhere, also between the halves of a pair. */
function cutAnywhere(pieces: string[]): fc.Arbitrary<string[]> {
  const text = pieces.join("");
  return fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 8 }).map((cuts) => {
    const ends = [0, ...cuts.toSorted((a, b) => a - b), text.length];
    return ends.slice(1).map((end, index) => text.slice(ends[index], end));
  });
}

function modelBytes(wire: ChatWire, body: unknown, { tokens, lineEnd, escaped }: Case): Uint8Array {
  const request = readChatRequest(wire === cohereChat ? "cohere" : "openai", body);
  const totals = { tokens: tokens.length, isCapped: false };
  const frames = [
    ...wire.opening(request),
    ...tokens.map((token) => wire.token(token)),
    ...wire.closing(request, totals),
  ].map((frame) => frame.replaceAll("\n", lineEnd));
  const text = frames.join("");
  return new TextEncoder().encode(escaped ? escapeAll(text) : text);
}

function escapeAll(text: string): string {
  return text.replaceAll(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Our bytes through a client's decoder and parser, in pieces. */
function readEvents(pieces: Uint8Array[]): { type: string; delta?: string }[] {
  const events: { type: string; delta?: string }[] = [];
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data, event, id }) => {
      expect([event, id]).toEqual([undefined, undefined]);
      if (data !== "[DONE]") events.push(JSON.parse(data) as { type: string });
    },
    onRetry: () => expect.unreachable("a retry field"),
  });
  for (const bytes of pieces) parser.feed(decoder.decode(bytes, { stream: true }));
  return events;
}

/** Every line, as the standard splits them, is one of ours. */
function checkLines(text: string): void {
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (line === "" || line.startsWith(": ")) continue;
    expect(line).toMatch(/^data: (?:\{.*\}|\[DONE\])$/s);
  }
}

const WIRES = {
  "OpenAI's": [
    openaiChat,
    { MODEL: "openai-compatible:test", MODEL_BASE_URL: "http://model.test/v1" },
  ],
  "Cohere's": [cohereChat, { MODEL: "cohere:test", MODEL_BASE_URL: "http://model.test" }],
} as const;

describe.each(Object.keys(WIRES) as (keyof typeof WIRES)[])("any text over %s wire", (name) => {
  const [wire, environment] = WIRES[name];
  let app: OpenApp;
  let current: Case;
  let uninstall: () => void;

  beforeAll(async () => {
    app = await openApp({ samples: false, environment: { ...environment, MODEL_API_KEY: "key" } });
    await loadSamples(DOCUMENTS, app.services, AbortSignal.timeout(20_000));
    uninstall = installModelHost("model.test", (body) =>
      streamResponse(split(modelBytes(wire, body, current), current.modelSplits), current.slowly),
    );
  });
  afterAll(() => {
    uninstall();
    app.close();
  });

  it(`is the same at the reader, ${RUNS} times, seed ${SEED}`, async () => {
    let runs = 0;
    const property = fc.asyncProperty(cases, async (given) => {
      current = given;
      // What no reader sees is left out, and "<" before a name gets a space.
      const gate = createAnswerGate([]);
      const text = gate.push(given.tokens.join("")) + gate.end().text;
      const response = await app.post("/chat", { message: QUESTION });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const events = readEvents(split(bytes, given.readerSplits));
      expect(events.map(({ delta }) => delta ?? "").join("")).toBe(text);
      expect(events.map(({ type }) => type).filter((type) => !TYPES.has(type))).toEqual([]);
      expect(events.filter(({ type }) => type === "finish")).toHaveLength(1);
      expect(events.at(-1)?.type).toBe("finish");
      checkLines(new TextDecoder().decode(bytes));

      runs += 1;
      if (runs % 4 === 0) {
        const asJson = await app.post("/chat", { message: QUESTION, stream: false });
        expect(((await asJson.json()) as { answer: string }).answer).toBe(text);
      }
      if (runs % 4 === 2) {
        const asText = await app.post("/chat", { message: QUESTION }, { accept: "text/plain" });
        const read = new TextDecoder("utf-8", { ignoreBOM: true });
        const body = read.decode(await asText.arrayBuffer());
        const sources = body.lastIndexOf("\n\n[1] Heron\n");
        expect(body.slice(0, sources)).toBe(text.toWellFormed());
      }
    });
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
    console.log(`unicode: ${name} wire: ${RUNS} answers, seed ${SEED}`);
  }, 600_000);
});
