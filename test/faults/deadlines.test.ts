import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { postJson, startTributary, type Tributary } from "../node/tributary.ts";
import { readChatRequest } from "../support/chat-request.ts";
import type { Fault } from "../support/faults.ts";
import { collectStream, type UIEvent } from "../support/sse.ts";
import { nameOperation, QUESTION, startUpstreams, type Upstreams } from "../support/upstreams.ts";

declare const FULL: boolean;

const RUNS = FULL ? 20 : 1;
/** Milliseconds that an answer may need beyond its deadlines: the promise, and what a busy machine may add. */
const BEYOND = 250 + 250;

/** Milliseconds: what is healthy has time enough for its answer on a machine that does other work as well. */
const LIMITS = {
  embed: 600,
  condense: 600,
  collection: 800,
  rerank: 600,
  firstToken: 1000,
  token: 800,
};
/** Milliseconds for a whole answer of which each stage has time enough: the text has begun by then, or it has not. */
const TOTAL = 2500;
const SHORT_TOTAL = 750;
const STAGE_LIMIT = 5000;

const FORMS = ["text/event-stream", "text/plain", "application/json"] as const;
type Form = (typeof FORMS)[number];

let upstreams: Upstreams;
let tributary: Tributary;
/** Servers that only the whole answer's deadline stops. */
let short: Tributary;
let shorter: Tributary;

beforeAll(async () => {
  upstreams = await startUpstreams();
  const start = (limits: typeof LIMITS, total: number): Promise<Tributary> =>
    startTributary({
      ...upstreams.environment,
      EMBED_TIMEOUT_MS: String(limits.embed),
      CONDENSE_TIMEOUT_MS: String(limits.condense),
      RETRIEVAL_TIMEOUT_MS: String(limits.collection),
      RERANK_TIMEOUT_MS: String(limits.rerank),
      FIRST_TOKEN_TIMEOUT_MS: String(limits.firstToken),
      TOKEN_TIMEOUT_MS: String(limits.token),
      CHAT_TIMEOUT_MS: String(total),
    });
  const patient = Object.fromEntries(
    Object.keys(LIMITS).map((stage) => [stage, STAGE_LIMIT]),
  ) as typeof LIMITS;
  [tributary, short, shorter] = await Promise.all([
    start(LIMITS, 20_000),
    start(patient, TOTAL),
    start(patient, SHORT_TOTAL),
  ]);
  // The first answer of a process loads what others find loaded.
  await Promise.all([tributary, short, shorter].map(({ url }) => ask(url, "application/json")));
});
// One whole answer in between: no circuit opens, which would make hanging calls end too soon.
afterEach(async () => {
  upstreams.clear();
  await Promise.all(
    [tributary, short, shorter].map(({ url }) => ask(url, "application/json", FOLLOW_UP)),
  );
  upstreams.clear();
});
afterAll(async () => {
  await Promise.all([tributary, short, shorter].map((server) => server.stop()));
  await upstreams.close();
});

const FOLLOW_UP = {
  messages: [
    { role: "user", content: QUESTION },
    { role: "assistant", content: "1.62 kg." },
    { role: "user", content: "And how heavy is the Aurora 2 tent, packed?" },
  ],
};

/** An answer in whatever form, and how it ended. */
interface Ended {
  /** Milliseconds. */
  took: number;
  /** "finish", or the code of the error. */
  end: string;
  /** The reader has seen text, and so an answer that was cut later. */
  hasText: boolean;
  events: UIEvent[];
}

async function ask(
  url: string,
  accept: Form,
  body: object = { message: QUESTION },
): Promise<Ended> {
  const started = performance.now();
  const response = await postJson(`${url}/chat`, body, { accept });
  const ended =
    accept === "text/event-stream" ? await readEventForm(response) : await readTextForm(response);
  return { ...ended, took: performance.now() - started };
}

async function readEventForm(response: Response): Promise<Omit<Ended, "took">> {
  const { events, done, failure } = await collectStream(response);
  expect({ done, failure }).toEqual({ done: true, failure: undefined });
  const ends = events.filter(({ type }) => ["finish", "error", "abort"].includes(type));
  expect(ends).toHaveLength(1);
  const hasText = events.some(({ type }) => type === "text-delta");
  return { end: String(ends[0]!["code"] ?? ends[0]!.type), hasText, events };
}

async function readTextForm(response: Response): Promise<Omit<Ended, "took">> {
  const text = await response.text();
  if (!response.ok) {
    const { code } = JSON.parse(text) as { code: string };
    return { end: code, hasText: false, events: [] };
  }
  const cut = /\n\[answer cut short: ([a-z-]+)\]\n$/.exec(text)?.[1];
  return { end: cut ?? "finish", hasText: text !== "", events: [] };
}

function hangSearch(collections: string): void {
  const path = new RegExp(`^/collections/(${collections})/points/query`);
  upstreams.qdrant.fault((request) => path.test(request.path), { kind: "hang-before-headers" });
}

function hang(
  operation: "embed" | "rerank" | "chat",
  fault: Fault = { kind: "hang-before-headers" },
): void {
  upstreams.model.fault(operation, fault);
}

function hangCondense(): void {
  upstreams.model.fault(
    "chat",
    { kind: "hang-before-headers" },
    { match: ({ body }) => (body as { stream?: boolean }).stream !== true },
  );
}

const STAGES: {
  stage: string;
  hold: () => void;
  deadline: number;
  end: string;
  body?: object;
}[] = [
  { stage: "embed", hold: () => hang("embed"), deadline: LIMITS.embed, end: "finish" },
  {
    stage: "embed, in its body",
    hold: () => hang("embed", { kind: "hang-after-headers" }),
    deadline: LIMITS.embed,
    end: "finish",
  },
  {
    stage: "condense",
    hold: hangCondense,
    deadline: LIMITS.condense,
    end: "finish",
    body: FOLLOW_UP,
  },
  {
    stage: "one collection of three",
    hold: () => hangSearch("products"),
    deadline: LIMITS.collection,
    end: "finish",
  },
  {
    stage: "all collections",
    hold: () => hangSearch(".*"),
    deadline: LIMITS.collection,
    end: "retrieval-unavailable",
  },
  { stage: "rerank", hold: () => hang("rerank"), deadline: LIMITS.rerank, end: "finish" },
  { stage: "model", hold: () => hang("chat"), deadline: LIMITS.firstToken, end: "timeout" },
  {
    stage: "model, before its first token",
    hold: () => hang("chat", { kind: "hang-after-headers" }),
    deadline: LIMITS.firstToken,
    end: "timeout",
  },
  {
    stage: "model, between two tokens",
    hold: () => hang("chat", { kind: "hang-after-tokens", tokens: 2 }),
    deadline: LIMITS.token,
    end: "timeout",
  },
  {
    stage: "embed, condense and all collections",
    hold() {
      hang("embed");
      hangCondense();
      hangSearch(".*");
    },
    deadline: LIMITS.embed + LIMITS.collection,
    end: "retrieval-unavailable",
    body: FOLLOW_UP,
  },
  {
    stage: "embed, condense, one collection, rerank and model",
    hold() {
      hang("embed");
      hang("rerank");
      hang("chat");
      hangSearch("products");
    },
    deadline: LIMITS.embed + LIMITS.collection + LIMITS.rerank + LIMITS.firstToken,
    end: "timeout",
    body: FOLLOW_UP,
  },
];

describe("a stage that hangs", () => {
  it.each(STAGES)(
    `costs its deadline and no more, in every form of answer: $stage, ${RUNS} times`,
    async ({ stage, hold, deadline, end, body }) => {
      let slowest = 0;
      for (let run = 0; run < RUNS; run++) {
        hold();
        const answers = await Promise.all(FORMS.map((form) => ask(tributary.url, form, body)));
        expect(answers.map((answer) => answer.end)).toEqual(FORMS.map(() => end));
        slowest = Math.max(slowest, ...answers.map(({ took }) => took));
        expect(Math.min(...answers.map(({ took }) => took))).toBeGreaterThan(deadline - 20);
        expect(slowest).toBeLessThan(deadline + BEYOND);
        await expectNothingPending();
        if (run < RUNS - 1) {
          upstreams.clear();
          await ask(tributary.url, "application/json", FOLLOW_UP);
        }
      }
      if (FULL) console.log(`${stage}: ${deadline} ms, slowest ${slowest.toFixed(0)} ms`);
    },
    RUNS * 5000 + 10_000,
  );

  it("is named to the reader and to the model when it is one of three collections", async () => {
    hangSearch("products");
    const { events, end } = await ask(tributary.url, "text/event-stream");
    expect(end).toBe("finish");
    const report = events.find(({ type }) => type === "data-retrieval")?.["data"] as {
      degraded: boolean;
      collections: { name: string; status: string }[];
    };
    expect(report.degraded).toBe(true);
    expect(report.collections).toContainEqual(
      expect.objectContaining({ name: "products", status: "timeout" }),
    );
    expect(report.collections.filter(({ status }) => status === "timeout")).toHaveLength(1);
    const call = upstreams.model.requests.find(({ operation }) => operation === "chat");
    expect(readChatRequest("openai", call?.body).messages[0]?.text).toContain(
      "could not be searched: products",
    );
  });
});

describe("stages that are slow, none beyond its own deadline", () => {
  const slow = (name: "embed" | "rerank", ms: number): void =>
    upstreams.model.fault(name, { kind: "delay", ms });

  function hold(): void {
    slow("embed", 200);
    slow("rerank", 200);
    upstreams.qdrant.fault(({ path }) => path.includes("/points/query"), {
      kind: "delay",
      ms: 200,
    });
    upstreams.model.firstTokenDelayMs = 400;
    upstreams.model.tokenDelayMs = 200;
    upstreams.model.reply = Array.from({ length: 1000 }, (_, index) => `word${index} `);
  }

  it.each([
    ["before its first word", SHORT_TOTAL, false],
    ["in its text", TOTAL, true],
  ] as const)(
    `end with the whole answer's deadline: %s, ${RUNS} times`,
    async (_where, total, hasText) => {
      let slowest = 0;
      for (let run = 0; run < RUNS; run++) {
        hold();
        const { url } = total === TOTAL ? short : shorter;
        const answers = await Promise.all(FORMS.map((form) => ask(url, form)));
        expect(answers.map(({ end }) => end)).toEqual(["timeout", "timeout", "timeout"]);
        expect(answers[0]!.hasText).toBe(hasText);
        expect(answers[1]!.hasText).toBe(hasText);
        slowest = Math.max(slowest, ...answers.map(({ took }) => took));
        expect(slowest).toBeLessThan(total + BEYOND);
        await expectNothingPending();
      }
      if (FULL) console.log(`whole answer: ${total} ms, slowest ${slowest.toFixed(0)} ms`);
    },
    RUNS * 5000 + 10_000,
  );
});

/** No call is left a second later. */
async function expectNothingPending(): Promise<void> {
  const deadline = performance.now() + 1000;
  while (upstreams.openRequests().length > 0 && performance.now() < deadline) await sleep(10);
  expect(upstreams.openRequests().map(nameOperation)).toEqual([]);
}
