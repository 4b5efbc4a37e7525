import { describe, expect, it } from "vitest";
import { guessLanguage } from "../../../src/text/language.ts";

describe("guessLanguage", () => {
  it.each([
    ["How heavy is the tent?", "en"],
    ["텐트 무게가 얼마인가요?", "ko"],
    ["Aurora 2 텐트 방수 되나요", "ko"],
    ["Does the 달빛 lantern float in water?", "en"],
    ["テントは防水ですか", "ja"],
    ["防水テントの重さ", "ja"],
    ["帐篷防水吗?", "zh"],
    ["Сколько весит палатка?", "ru"],
    ["", "en"],
    ["12 + 3 = ?", "en"],
  ])("takes %j for %s", (text, language) => {
    expect(guessLanguage(text)).toBe(language);
  });

  it("takes a third of the letters for enough", () => {
    expect(guessLanguage("ab가")).toBe("ko");
    expect(guessLanguage("abc가")).toBe("en");
  });

  it("reads Hangul in pieces (NFD)", () => {
    expect(guessLanguage("텐트 무게".normalize("NFD"))).toBe("ko");
  });

  it("looks at the beginning of a long text", () => {
    expect(guessLanguage(`텐트 ${"가".repeat(2000)}${"a".repeat(100_000)}`)).toBe("ko");
  });
});
