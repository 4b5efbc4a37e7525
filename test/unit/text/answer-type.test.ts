import { describe, expect, it } from "vitest";
import { expectedAnswer } from "../../../src/text/answer-type.ts";

describe("expectedAnswer", () => {
  it.each([
    ["How heavy is the tent?", "It weighs 2.4 kg.", "It weighs little."],
    ["텐트 무게가 어떻게 되나요?", "무게는 2.4킬로입니다.", "가벼운 텐트입니다."],
    ["How much does shipping cost?", "Shipping is $5.", "Shipping takes care."],
    ["배송 비용이 얼마예요?", "배송비는 3,000원입니다.", "배송은 빠릅니다."],
    ["What does a repair cost?", "Repairs are free.", "Repairs are thorough."],
    ["How warm is the bag?", "Comfortable down to -5 °C.", "Comfortable in the cold."],
    ["How tall is the chair?", "The seat is 45 cm high.", "The seat is high."],
    ["How long do I have to return it?", "Within 30 days of delivery.", "Return it unworn."],
    ["How often should I wax my boots?", "Every two months.", "Whenever they look dry."],
    ["환불은 언제까지 가능한가요?", "수령 후 14일 안에 가능합니다.", "미개봉 상품만 됩니다."],
    ["How many people fit inside?", "It sleeps 4.", "It sleeps everybody."],
    ["최대 몇 명이 들어가나요?", "4명이 잡니다.", "넓습니다."],
  ])("knows what answers %j", (question, answer, other) => {
    const expected = expectedAnswer(question);
    expect(expected?.test(answer)).toBe(true);
    expect(expected?.test(other)).toBe(false);
  });

  it("expects no figure where none is asked for", () => {
    for (const question of ["Which stove burns petrol?", "곰을 만나면 어떻게 하나요?", ""]) {
      expect(expectedAnswer(question)).toBeUndefined();
    }
  });

  it("takes the first kind that the question asks for", () => {
    const expected = expectedAnswer("How much does the tent weigh?");
    expect(expected?.test("2 kg")).toBe(true);
    expect(expected?.test("$200")).toBe(false);
  });

  it("answers the same each time that it is asked", () => {
    const expected = expectedAnswer("How many?");
    expect([expected?.test("4"), expected?.test("4"), expected?.test("4")]).toEqual([
      true,
      true,
      true,
    ]);
  });

  it("finds no number inside another word", () => {
    const expected = expectedAnswer("How many people fit inside?");
    // weight: eight, often: ten, someone: one
    for (const text of ["Check the weight label.", "It often rains.", "Ask someone else."]) {
      expect(expected?.test(text), text).toBe(false);
    }
    for (const text of ["세탁하지 마세요.", "모두 들어갑니다.", "한국에서 만듭니다."]) {
      expect(expected?.test(text), text).toBe(false);
    }
    for (const text of ["두 명이 잡니다.", "세 가지입니다.", "한번만 됩니다.", "It sleeps two."]) {
      expect(expected?.test(text), text).toBe(true);
    }
  });
});
