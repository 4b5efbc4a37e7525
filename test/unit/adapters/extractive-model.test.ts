import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { createExtractiveModel } from "../../../src/adapters/extractive-model.ts";
import { sparseTerms } from "../../../src/text/sparse.ts";
import { countChunks, emptyStatistics, shareStatistics } from "../../../src/text/statistics.ts";
import { collect } from "../../support/collect.ts";

interface Passage {
  n: number;
  score: number;
  title: string;
  heading: string[];
  text: string;
}

const TENT: Passage = {
  n: 1,
  score: 1,
  title: "Aurora 2",
  heading: ["Aurora 2", "Figures"],
  text: "The Aurora 2 is a tent for two hikers. Its poles are made of aluminium alloy. The whole package weighs 2.4 kg with every peg. Pitch it before the sun sets.",
};
const RETURNS: Passage = {
  n: 2,
  score: 0.6,
  title: "Returns",
  heading: [],
  text: "Unworn items may be returned within 30 days. Keep your receipt in a safe place.",
};

function open(passages: Passage[]): {
  model: ReturnType<typeof createExtractiveModel>;
  turns: () => number;
} {
  const statistics = emptyStatistics();
  const chunks = passages.map(({ text }) => ({
    indices: [...sparseTerms(text).weights.keys()],
    words: 30,
    grams: 90,
  }));
  countChunks(statistics, chunks, 1);
  let turns = 0;
  const model = createExtractiveModel({
    statistics: async () => shareStatistics([statistics]),
    turn: async () => void (turns += 1),
  });
  return { model, turns: () => turns };
}

function task(
  question: string,
  passages: Passage[],
  history: { role: string; content: string }[] = [],
): LanguageModelV4CallOptions {
  return {
    prompt: [],
    providerOptions: { tributary: JSON.parse(JSON.stringify({ question, history, passages })) },
  };
}

async function answer(
  question: string,
  passages = [TENT, RETURNS],
  history: { role: string; content: string }[] = [],
): Promise<string> {
  const { content } = await open(passages).model.doGenerate(task(question, passages, history));
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

describe("createExtractiveModel", () => {
  it("quotes the sentence that fits best, word for word, with its number", async () => {
    expect(await answer("How much does the package weigh?")).toContain(
      "The whole package weighs 2.4 kg with every peg. [1]",
    );
    expect(await answer("Within how many days may items be returned?")).toContain(
      "Unworn items may be returned within 30 days. [2]",
    );
  });

  it("quotes three sentences at most, each with a number, those of one passage in their order", async () => {
    const sentences = [
      "Wind bends a tent pole.",
      "Rain wets a tent floor.",
      "Snow loads a tent roof.",
      "Sun fades a tent wall.",
    ];
    const text = await answer("What happens to a tent?", [{ ...TENT, text: sentences.join(" ") }]);
    const quoted = text.split(/ ?\[1\] ?/).filter((sentence) => sentence !== "");
    expect(quoted.length).toBeLessThanOrEqual(3);
    expect(quoted).toEqual(sentences.filter((sentence) => quoted.includes(sentence)));
  });

  it("leaves out the marks of lists and tables", async () => {
    const text =
      "- The lantern floats on water for hours\n| Weight of the lantern | 90 g |\n## The lantern in the rain";
    for (const question of [
      "Does the lantern float on water?",
      "What is the weight of the lantern?",
    ]) {
      expect(await answer(question, [{ ...TENT, text }])).not.toMatch(/(?:^|\] )[-|#]/);
    }
  });

  it("understands a follow-up by what was asked before", async () => {
    const history = [
      { role: "user", content: "Tell me of returned items and the receipt" },
      { role: "assistant", content: "poles aluminium alloy" },
    ];
    expect(await answer("And how many days?", [TENT, RETURNS], history)).toContain("[2]");
  });

  it("says nothing without passages", async () => {
    expect(await answer("Why?", [])).toBe("");
  });

  it("refuses a call without its task", async () => {
    await expect(open([]).model.doGenerate({ prompt: [] })).rejects.toThrow();
  });

  it("streams the same text word by word, and gives others a turn between", async () => {
    const { model, turns } = open([TENT]);
    const question = "How heavy is the package?";
    const { stream } = await model.doStream(task(question, [TENT]));
    const parts: LanguageModelV4StreamPart[] = await collect(stream);
    const deltas = parts.flatMap((part) => (part.type === "text-delta" ? [part.delta] : []));
    expect(deltas.join("")).toBe(await answer(question, [TENT]));
    expect(turns()).toBe(deltas.length);
    const types = parts.map(({ type }) => type).filter((type) => type !== "text-delta");
    expect(types).toEqual(["stream-start", "text-start", "text-end", "finish"]);
    expect(parts.at(-1)).toMatchObject({ finishReason: { unified: "stop", raw: "stop" } });
  });

  it("ends with the caller's signal", async () => {
    const controller = new AbortController();
    const { stream } = await open([TENT]).model.doStream({
      ...task("How heavy is the package?", [TENT]),
      abortSignal: controller.signal,
    });
    controller.abort(new Error("the reader left"));
    await expect(collect(stream)).rejects.toThrow("the reader left");
  });
});
