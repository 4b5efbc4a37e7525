import { describe, expect, it } from "vitest";
import { holdsGold } from "../../../src/node/eval/gold.ts";

describe("holdsGold", () => {
  it.each([
    ["The Panthers gave up just 308 points. [1]", "308", true],
    ["Attendance was 1308. [1]", "308", false],
    ["It cost 3084 won.", "308", false],
    ["He scored two touchdowns [2] that day.", "TOUCHDOWNS  that", true],
    ["He scored two touchdowns.", "touch", false],
    ["It stands in the “Golden Gate” bridge.", "golden gate", true],
    ["Ｆｕｌｌ－ｗｉｄｔｈ letters", "full width", true],
    ["1989년 2월 15일에 시위를 주도했다. [1]", "1989년 2월 15일", true],
    ["1989년 12월 15일에 시위를 주도했다. [1]", "2월 15일", false],
    ["共有 136次 擒杀。", "136 次", true],
    ["光荣和ω-force开发", "光荣和ω-force", true],
    ["It is here [1].", "1", false],
    ["Anything.", "…", false],
    ["", "x", false],
  ])("says of %j and %j: %s", (answer, gold, held) => {
    expect(holdsGold(answer, [gold])).toBe(held);
  });

  it("takes any of several", () => {
    expect(holdsGold("It was in May.", ["in June", "May"])).toBe(true);
    expect(holdsGold("It was in May.", [])).toBe(false);
  });
});
