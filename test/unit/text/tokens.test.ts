import { describe, expect, it } from "vitest";
import { estimateTokens, mostThatFits } from "../../../src/text/tokens.ts";

describe("estimateTokens", () => {
  // Counted with o200k, and with cl100k, which is worse for everything but English.
  it.each([
    [
      "Our returns policy lets you send back any unused item within thirty days of delivery.",
      [17, 17],
    ],
    [
      "저희 반품 정책에 따라 사용하지 않은 상품은 배송일로부터 삼십 일 이내에 반품하실 수 있습니다.",
      [31, 49],
    ],
    [
      "当店の返品ポリシーでは、未使用の商品を配達から三十日以内に返送することができます。",
      [29, 40],
    ],
    ["根据我们的退货政策，您可以在送货后三十天内退回任何未使用的商品。", [22, 31]],
    ["Наша политика возврата позволяет вам вернуть любой неиспользованный товар.", [17, 32]],
    ["تتيح لك سياسة الإرجاع لدينا إعادة أي منتج غير مستخدم خلال ثلاثين يومًا", [21, 50]],
    ["| Aurora 2 | 1.62 kg | 429,000 |", [14, 14]],
    ["function add(a, b) { return items.map((x) => x.value * 2)[0] ?? a + b; }", [26, 26]],
    ["2026-11-26 14:05:33 98765432101234567890", [20, 20]],
    ["😀🏕️🔥🇰🇷✨", [11, 15]],
  ])("is not below what a tokeniser counts, nor far above: %j", (text, [newer, older]) => {
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(newer!);
    expect(estimateTokens(text)).toBeLessThanOrEqual(older! * 1.6 + 3);
  });

  it("is nought for nothing, and whole", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("a")).toBe(1);
    expect(estimateTokens("\u0000\uD800ሀ")).toBeGreaterThan(0);
  });

  it("grows with the text, and never below a fourth of its length", () => {
    const text = "Zelt 텐트 テント 3 kg ".repeat(20);
    expect(estimateTokens(text + text)).toBeGreaterThan(estimateTokens(text));
    expect(estimateTokens("x".repeat(400))).toBe(100);
    expect(mostThatFits("x".repeat(400), 50)).toBe("x".repeat(200));
  });
});
