import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { koreanStem } from "../../../src/text/korean.ts";

describe("koreanStem", () => {
  it("strips one particle or ending", () => {
    expect(koreanStem("배낭은")).toBe("배낭");
    expect(koreanStem("텐트를")).toBe("텐트");
    expect(koreanStem("방수입니다")).toBe("방수");
  });

  it("strips the longest that fits", () => {
    expect(koreanStem("학교에서는")).toBe("학교");
    expect(koreanStem("매장으로부터")).toBe("매장");
    expect(koreanStem("친구들이")).toBe("친구");
  });

  it("leaves at least two syllables", () => {
    expect(koreanStem("나는")).toBe("나는");
    expect(koreanStem("집에서")).toBe("집에서");
  });

  it("gives a beginning of the word, never shorter than two of its syllables", () => {
    const hangul = fc
      .array(fc.integer({ min: 0xac00, max: 0xd7a3 }), { minLength: 1, maxLength: 8 })
      .map((units) => String.fromCharCode(...units));
    fc.assert(
      fc.property(hangul, (word) => {
        const stem = koreanStem(word);
        expect(word.startsWith(stem)).toBe(true);
        expect(stem.length).toBeGreaterThanOrEqual(Math.min(2, word.length));
      }),
    );
  });
});
