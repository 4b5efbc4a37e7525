import { describe, expect, it } from "vitest";
import { isStopWord } from "../../../src/text/stop-words.ts";

describe("isStopWord", () => {
  it("knows English and Korean words that say nothing of a subject", () => {
    for (const word of ["the", "please", "알려주세요", "얼마나"])
      expect(isStopWord(word)).toBe(true);
  });

  it("leaves content words and the empty word alone", () => {
    for (const word of ["tent", "텐트", "weight", ""]) expect(isStopWord(word)).toBe(false);
  });
});
