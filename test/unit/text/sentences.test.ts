import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readSentences } from "../../../src/text/sentences.ts";

const sentences = (text: string): string[] =>
  readSentences(text).map(({ start, end }) => text.slice(start, end));

describe("readSentences", () => {
  it("splits at the ends of sentences", () => {
    expect(sentences("The tent is light. Is it dry inside?  Pitch it well!")).toEqual([
      "The tent is light.",
      "Is it dry inside?",
      "Pitch it well!",
    ]);
  });

  it("does not split after abbreviations", () => {
    expect(sentences("Dr. Kim repairs tents. Ask Mrs. Lee first.")).toEqual([
      "Dr. Kim repairs tents.",
      "Ask Mrs. Lee first.",
    ]);
    expect(sentences("Take a tent, e.g. Aurora. Then set off.")).toEqual([
      "Take a tent, e.g. Aurora.",
      "Then set off.",
    ]);
  });

  it("does not split inside figures", () => {
    expect(sentences("It weighs 2.4 kg and costs $1,299.50 here. Good value.")).toEqual([
      "It weighs 2.4 kg and costs $1,299.50 here.",
      "Good value.",
    ]);
  });

  it("joins a piece under eight characters to the one before", () => {
    expect(sentences("It is waterproof. Yes. It keeps the rain out.")).toEqual([
      "It is waterproof. Yes.",
      "It keeps the rain out.",
    ]);
  });

  it("ends a sentence at a line break, however short the lines", () => {
    expect(sentences("Poles\nPegs\n\n- Bag\r\nFly")).toEqual(["Poles", "Pegs", "- Bag", "Fly"]);
    expect(sentences("Ask Dr.\nKim is away today.")).toEqual(["Ask Dr.", "Kim is away today."]);
  });

  it("splits Korean, Japanese and Chinese", () => {
    expect(
      sentences("텐트는 방수입니다. 무게는 2kg입니다. 색상은 파랑인가요? 아니요, 빨강입니다."),
    ).toEqual([
      "텐트는 방수입니다.",
      "무게는 2kg입니다.",
      "색상은 파랑인가요?",
      "아니요, 빨강입니다.",
    ]);
    expect(sentences("このテントは防水です。とても軽いテントです。")).toEqual([
      "このテントは防水です。",
      "とても軽いテントです。",
    ]);
  });

  it("takes time in proportion to the text", () => {
    const started = performance.now();
    expect(readSentences("Ok. ".repeat(40_000))).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("finds nothing in white space", () => {
    for (const text of ["", " ", "\n\n \t\r\n"]) expect(readSentences(text)).toEqual([]);
  });

  it("gives ordered stretches that hold every character but the white space around them", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "Dr. ",
        "e.g. ",
        "1. ",
        "Yes. ",
        "\n",
        "\r\n",
        "  ",
        "。",
        "It rains. ",
        "비가 옵니다. ",
        "🏕️",
        "\u2029",
      ),
      fc.string({ unit: "binary", maxLength: 12 }),
    );
    const text = fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (whole) => {
        let at = 0;
        let covered = "";
        for (const { start, end } of readSentences(whole)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(whole.slice(at, start).trim()).toBe("");
          const sentence = whole.slice(start, end);
          expect(sentence).not.toBe("");
          expect(sentence.trim()).toBe(sentence);
          covered += sentence;
          at = end;
        }
        expect(covered.replace(/\s/g, "")).toBe(whole.replace(/\s/g, ""));
      }),
      { numRuns: 300 },
    );
  });
});
