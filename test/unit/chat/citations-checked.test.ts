import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Citation } from "../../../src/ports.ts";
import { cited, pass } from "../../support/citation-gate.ts";

describe("citations of createCitationGate", () => {
  it("point at the last sentence before the marker, in the text that the reader saw", () => {
    const passed = pass(
      "It is light [9]. It is dry in rain. It weighs 2.4 kg [1]. Returning it is free. [2][9]",
    );
    expect(passed.text).toBe(
      "It is light. It is dry in rain. It weighs 2.4 kg [1]. Returning it is free. [2]",
    );
    expect(cited(passed)).toEqual(["1: It weighs 2.4 kg", "2: Returning it is free."]);
  });

  it("point at nothing but words, whatever stands before the marker", () => {
    expect(cited(pass("It is blue [1]. 2 kg is its weight [2]."))).toEqual([
      "1: It is blue",
      "2: 2 kg is its weight",
    ]);
    expect(cited(pass("It is blue [1], and it packs small [2]."))).toEqual([
      "1: It is blue",
      "2: and it packs small",
    ]);
    expect(cited(pass("텐트는 방수입니다 [1]. 2.4kg입니다 [2]."))).toEqual([
      "1: 텐트는 방수입니다",
      "2: 2.4kg입니다",
    ]);
  });

  it("keep an opening quotation mark and the sign of a figure", () => {
    expect(cited(pass("A tent [1]. “Dry” it is [2]."))).toEqual(["1: A tent", "2: “Dry” it is"]);
    expect(cited(pass("A bag [1]. -5 °C is its limit [2]."))).toEqual([
      "1: A bag",
      "2: -5 °C is its limit",
    ]);
    expect(cited(pass("- A tent [1]\n- A bag [2]"))).toEqual(["1: A tent", "2: A bag"]);
  });

  it("point at the same sentence for markers with nothing but marks between", () => {
    expect(cited(pass("A tent [1], [2]; [3]"))).toEqual(["1: A tent", "2: A tent", "3: A tent"]);
  });

  it("always lie inside the text, on a sentence without white space around it", () => {
    const piece = fc.constantFrom(
      "[1]",
      "[2]",
      " [9]",
      " ",
      "\n",
      ". ",
      "A tent",
      "그것은 ",
      "🏕",
      "、",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 15 }), (pieces) => {
        const { text, citations } = pass(...pieces);
        for (const { start, end } of citations) {
          const sentence = text.slice(start, end);
          expect(sentence).toMatch(/[\p{L}\p{N}]/u);
          expect(sentence.trim()).toBe(sentence);
          expect(sentence).not.toMatch(/\[[12]\]/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("verified of createCitationGate", () => {
  const verified = (text: string): Pick<Citation, "verified" | "quote">[] =>
    pass(text).citations.map(({ n: _n, start: _start, end: _end, ...rest }) => rest);

  it("is true for the source's own words, with the words as quote", () => {
    expect(verified("The Aurora 2 tent weighs 2.4 kg. [1]")).toEqual([
      { verified: true, quote: "The Aurora 2 tent weighs 2.4 kg." },
    ]);
    expect(verified("배송은 무료입니다 [2].")).toEqual([
      { verified: true, quote: "배송은 무료입니다" },
    ]);
  });

  it("does not mind case, white space and Markdown's marks", () => {
    expect(verified("it keeps heavy\train out [1]")).toEqual([
      { verified: true, quote: "it keeps heavy\train out" },
    ]);
  });

  it("is true where everything in quotation marks stands in the source", () => {
    expect(verified("Sending back is “free within 30 days” [2].")).toEqual([
      { verified: true, quote: "free within 30 days" },
    ]);
    expect(verified("반품은 「배송은 무료」 [2].")).toEqual([
      { verified: true, quote: "배송은 무료" },
    ]);
    expect(verified('It is "free within 30 days" and "within a year" [2].')).toEqual([
      { verified: false },
    ]);
  });

  it("is false for a paraphrase, and for another source's words", () => {
    expect(verified("The tent is light at two kilos [1].")).toEqual([{ verified: false }]);
    expect(verified("Seats are 45 cm high [1].")).toEqual([{ verified: false }]);
  });

  it("is told apart for each source", () => {
    expect(verified("Seats are 45 cm high [1][3].").map((citation) => citation.verified)).toEqual([
      false,
      true,
    ]);
  });

  it("is false where only a part of a figure or a word stands in the source", () => {
    expect(verified("Seats are 4 [3].")).toEqual([{ verified: false }]);
    expect(verified("The Aurora 2 tent weighs 2 [1].")).toEqual([{ verified: false }]);
    expect(verified("Eat [3].")).toEqual([{ verified: false }]);
    expect(verified('It weighs "4 kg." [1].')).toEqual([{ verified: false }]);
    expect(verified("송은 무료 [2].")).toEqual([{ verified: false }]);
  });

  it("is false where nothing but marks is quoted", () => {
    expect(verified('It is "----" [1].')).toEqual([{ verified: false }]);
  });
});
