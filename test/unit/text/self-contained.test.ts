import { describe, expect, it } from "vitest";
import { isSelfContained } from "../../../src/text/self-contained.ts";

describe("isSelfContained", () => {
  it.each([
    "How much does the Aurora 2 tent weigh?",
    "Which stove melts snow fastest in winter?",
    "오로라 2 텐트의 무게는 얼마인가요?",
    "한국에서 반품 배송비는 누가 내나요?",
  ])("is true of %j", (question) => {
    expect(isSelfContained(question)).toBe(true);
  });

  it.each([
    "And how much does the Aurora 2 tent weigh?",
    "What about the Granite 4 tent in winter?",
    "How much does it weigh without stakes and bags?",
    "Which of these tents has the strongest aluminium poles?",
    "Is the other tent waterproof in heavy rain?",
    "How heavy?",
    "Which tent is lighter?",
    "그거 무게는 얼마인가요?",
    "그럼 그래나이트 4 텐트의 무게는 얼마인가요?",
    "다른 텐트의 방수 성능과 무게를 알려주세요",
    "겨울에는요?",
  ])("is false of %j, which points back or leaves something out", (question) => {
    expect(isSelfContained(question)).toBe(false);
  });

  it("is false in languages whose pointing words are not known", () => {
    expect(isSelfContained("Wie schwer ist das Zelt Aurora ohne Heringe und Packsack?")).toBe(
      false,
    );
    expect(isSelfContained("テントの重さと防水性能と価格を教えてください")).toBe(false);
    expect(isSelfContained("")).toBe(false);
    expect(isSelfContained("Aurora Granite Lumen")).toBe(false);
  });
});
