import { describe, expect, it } from "vitest";
import { createCatalog } from "../../../src/catalog.ts";
import { answer, type AnswerDependencies, hasEvidence } from "../../../src/chat/answer.ts";
import type { AnswerEvent, Question } from "../../../src/chat/events.ts";
import { readPrompts } from "../../../src/node/files.ts";
import type { ChunkStore } from "../../../src/ports.ts";
import { createOperations } from "../../../src/operations.ts";
import { createPrompts } from "../../../src/prompts.ts";
import { collect } from "../../support/collect.ts";
import { createFixedStore } from "../../support/fixed-store.ts";
import { buildHit, buildSources } from "../../support/passages.ts";
import {
  createScriptedModel,
  finishPart,
  type ScriptedModel,
  streamOf,
  textPart,
} from "../../support/scripted-model.ts";

const QUESTION: Question = { text: "How heavy is the tent?", history: [] };
const found = createFixedStore({
  hits: { products: () => [buildHit("a", { sparse: 5 })], guides: () => [] },
});
const writing = (...deltas: string[]): ScriptedModel =>
  createScriptedModel(() => streamOf(...deltas.map(textPart), finishPart()));

function depend(store: ChunkStore, model: ScriptedModel, evidence = 0): AnswerDependencies {
  const now = (): number => performance.now();
  const operations = createOperations(now);
  const operation = operations.of("qdrant", "list");
  return {
    store,
    catalog: createCatalog({ store, operation, now, deadline: 1000 }),
    operations,
    embedder: undefined,
    reranker: undefined,
    condense: undefined,
    models: [{ model, operation: operations.of("model", "stream") }],
    prompts: createPrompts(readPrompts()),
    now,
    generateId: () => "n0nce",
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    limits: {
      chat: 5000,
      collection: 200,
      embed: 200,
      condense: 200,
      rerank: 200,
      firstToken: 1000,
      token: 1000,
      outputTokens: 100,
      candidates: 20,
      denseWeight: 0.5,
      collections: [],
      sources: 6,
      contextTokens: 3000,
      historyTokens: 1500,
      leastOfCollection: 0,
      mostOfCollection: Infinity,
      evidence,
      similarity: 2,
    },
  };
}

async function run(
  dependencies: AnswerDependencies,
  question = QUESTION,
  signal = new AbortController().signal,
): Promise<AnswerEvent[]> {
  return collect(answer(question, dependencies, signal));
}
const types = (events: AnswerEvent[]): string[] =>
  events.map((event) => (event.type === "status" ? event.stage : event.type));

describe("answer", () => {
  it("sends sources before the first token and one event that ends it", async () => {
    const events = await run(depend(found, writing("It is light", " [1]", " [9].")));
    const order = types(events).filter((type, at, all) => type !== all[at - 1]);
    expect(order).toEqual([
      "start",
      "searching",
      "retrieval",
      "sources",
      "writing",
      "text-start",
      "text",
      "text-end",
      "finish",
    ]);
    const text = events.map((event) => (event.type === "text" ? event.delta : "")).join("");
    expect(text).toBe("It is light [1].");
    expect(events.at(-1)).toMatchObject({
      finishReason: "stop",
      answered: true,
      degraded: false,
      usage: { inputTokens: 7, outputTokens: 3 },
    });
  });

  it("does not ask the model where too little was found", async () => {
    const model = writing("never");
    const events = await run(depend(found, model, 99));
    expect(types(events)).toEqual([
      "start",
      "searching",
      "retrieval",
      "sources",
      "text-start",
      "text",
      "text-end",
      "finish",
    ]);
    expect(events.at(-1)).toMatchObject({ answered: false });
    expect(model.calls).toEqual([]);
  });

  it("is not answered without a citation", async () => {
    expect((await run(depend(found, writing("I did not find it.")))).at(-1)).toMatchObject({
      type: "finish",
      answered: false,
    });
  });

  it("goes on without a collection that does not answer, and tells reader and model", async () => {
    const store = createFixedStore({
      hits: {
        products: () => [buildHit("a", { sparse: 5 })],
        guides: () => new Promise(() => undefined),
        policies: () => Promise.reject(new Error("no")),
      },
    });
    const model = writing("It is light [1].");
    const events = await run(depend(store, model));
    const retrieval = events.find((event) => event.type === "retrieval");
    expect(
      retrieval?.report.collections.map(({ name, status }) => `${name} ${status}`).toSorted(),
    ).toEqual(["guides timeout", "policies error", "products ok"]);
    expect(events.at(-1)).toMatchObject({ type: "finish", answered: true, degraded: true });
    expect(JSON.stringify(model.calls[0]?.prompt)).toContain(
      "could not be searched: guides, policies",
    );
  });

  it.each([
    ["unknown-collection", depend(found, writing()), { ...QUESTION, collections: ["nowhere"] }],
    [
      "retrieval-unavailable",
      depend(createFixedStore({ hits: { a: () => Promise.reject(new Error("no")) } }), writing()),
      QUESTION,
    ],
    [
      "retrieval-unavailable",
      depend(
        createFixedStore({ listCollections: () => Promise.reject(new Error("no")) }),
        writing(),
      ),
      QUESTION,
    ],
    [
      "model-unavailable",
      depend(
        found,
        createScriptedModel(() => Promise.reject(new Error("no"))),
      ),
      QUESTION,
    ],
    [
      "answer-truncated",
      depend(
        found,
        createScriptedModel(() => streamOf(textPart("Half"))),
      ),
      QUESTION,
    ],
  ])("ends with the error %s", async (code, dependencies, question) => {
    const events = await run(dependencies, question);
    expect(events.at(-1)).toMatchObject({ type: "error", code });
    expect(
      types(events).filter((type) => ["finish", "error", "abort"].includes(type)),
    ).toHaveLength(1);
  });

  it("ends with abort when the reader leaves", async () => {
    const controller = new AbortController();
    const dependencies = depend(
      found,
      createScriptedModel(() => new Promise<never>(() => undefined)),
    );
    const events: AnswerEvent[] = [];
    for await (const event of answer(QUESTION, dependencies, controller.signal)) {
      events.push(event);
      if (event.type === "status" && event.stage === "writing") controller.abort();
    }
    expect(types(events).slice(-2)).toEqual(["writing", "abort"]);
  });

  it.each(["text-start", "text"])(
    "ends the model's call when its reader takes nothing more after %s",
    async (last) => {
      const model = createScriptedModel(
        () => new ReadableStream({ start: (controller) => controller.enqueue(textPart("Light")) }),
      );
      for await (const event of answer(
        QUESTION,
        depend(found, model),
        new AbortController().signal,
      ))
        if (event.type === last) break;
      expect(model.calls[0]?.abortSignal?.aborted).toBe(true);
    },
  );

  it("ends with a timeout when the whole takes too long", async () => {
    const dependencies = depend(
      found,
      createScriptedModel(() => new Promise<never>(() => undefined)),
    );
    dependencies.limits.chat = 50;
    expect((await run(dependencies)).at(-1)).toMatchObject({ type: "error", code: "timeout" });
  });
});

describe("hasEvidence", () => {
  const limits = { evidence: 0.4, similarity: 0.5 };
  const [sources] = [buildSources("A tent.")];

  it("is enough of the words, or of the meaning", () => {
    expect(hasEvidence({ words: 0.4 }, sources, limits)).toBe(true);
    expect(hasEvidence({ words: 0.39 }, sources, limits)).toBe(false);
    expect(hasEvidence({ words: 0, similarity: 0.5 }, sources, limits)).toBe(true);
    expect(hasEvidence({ words: 0, similarity: 0.49 }, sources, limits)).toBe(false);
  });

  it("is never there without sources", () => {
    expect(hasEvidence({ words: 1, similarity: 1 }, [], limits)).toBe(false);
  });
});
