import { describe, expect, it } from "vitest";
import { embedText, overlapScore } from "../../support/word-vectors.ts";

function similarity(one: string, other: string, dimension = 64): number {
  const vector = embedText(other, dimension);
  return embedText(one, dimension).reduce(
    (sum, value, index) => sum + value * (vector[index] ?? 0),
    0,
  );
}

describe("embedText", () => {
  it("gives unit vectors, also for a text without words", () => {
    for (const text of ["refund policy", "환불 규정", "", "?!"]) {
      const vector = embedText(text, 256);
      expect(vector).toHaveLength(256);
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      expect(embedText(text, 256)).toEqual(vector);
    }
  });

  it("puts texts that share words near each other", () => {
    const refund = "How long does a refund take?";
    expect(similarity(refund, "A refund can take five days")).toBeGreaterThan(
      similarity(refund, "Our office is in Seoul") + 0.2,
    );
    const korean = "환불은 얼마나 걸리나요?";
    expect(similarity(korean, "환불에는 5일이 걸리며 무료입니다")).toBeGreaterThan(
      similarity(korean, "사무실은 서울에 있습니다") + 0.1,
    );
  });
});

describe("overlapScore", () => {
  it("is the share of the query's words: 0 to 1", () => {
    expect(overlapScore("refund policy", "the refund policy of Tributary")).toBe(1);
    expect(overlapScore("refund policy", "an office")).toBe(0);
    expect(overlapScore("refund policy", "a refund")).toBeCloseTo(0.5);
    expect(overlapScore("", "anything")).toBe(0);
  });
});
