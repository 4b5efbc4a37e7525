import { describe, expect, it } from "vitest";
import { isRepeated, readFingerprint } from "../../../src/text/overlap.ts";

const repeats = (text: string, other: string): boolean =>
  isRepeated(readFingerprint(text), readFingerprint(other));

const TEXT =
  "The Aurora 2 sleeps two people and weighs 1.62 kg without stakes. Its fly is made of nylon with a silicone coating, which keeps out the rain of a whole night. Pitch it on level ground, away from trees, with the narrow end to the wind.";
const KOREAN =
  "오로라 텐트는 두 사람이 잘 수 있으며 팩을 빼면 무게가 가볍습니다. 플라이는 실리콘을 입힌 나일론으로 만들어 밤새 내리는 비를 막아 줍니다. 나무에서 떨어진 평평한 곳에 좁은 쪽이 바람을 향하게 설치하세요.";

describe("isRepeated", () => {
  it.each([TEXT, KOREAN])("is true of a copy with other spaces and signs", (text) => {
    expect(repeats(text, text.replaceAll(" ", "\n ").replaceAll(".", " !"))).toBe(
      !/\d\.\d/.test(text),
    );
    expect(repeats(text, `Before that. ${text} And more after it, of another kind.`)).toBe(true);
  });

  it("is true of a part, and not of what says more", () => {
    const part = TEXT.slice(0, 160);
    expect(repeats(part, TEXT)).toBe(true);
    expect(repeats(TEXT, part)).toBe(false);
  });

  it("is false of other figures, added or changed", () => {
    expect(repeats(TEXT.replace("1.62", "1.26"), TEXT)).toBe(false);
    expect(repeats(TEXT.replace("1.62", "2"), TEXT)).toBe(false);
    expect(repeats(TEXT.replace("two people", "2 people"), TEXT)).toBe(false);
  });

  it("is false of texts that share a sentence, and of short ones", () => {
    const other =
      "Pitch it on level ground, away from trees, with the narrow end to the wind. The Granite has room for four, and its poles are of aluminium.";
    expect(repeats(other, TEXT)).toBe(false);
    expect(repeats("Thirty days.", "Thirty days.")).toBe(false);
  });
});
