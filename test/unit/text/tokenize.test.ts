import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readTerms } from "../../../src/text/tokenize.ts";

const words = (text: string): string[] => [...readTerms(text).words.keys()].toSorted();
const grams = (text: string): string[] => [...readTerms(text).grams.keys()].toSorted();
const sum = (counts: Map<string, number>): number =>
  [...counts.values()].reduce((a, b) => a + b, 0);

/** Any sequence of UTF-16 units, lone surrogates included. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 })
    .map((units) => String.fromCharCode(...units)),
);

describe("readTerms", () => {
  it("reads any text, and its lengths count every repetition", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const terms = readTerms(text);
        expect(terms.wordLength).toBe(sum(terms.words));
        expect(terms.gramLength).toBe(sum(terms.grams));
        for (const gram of terms.grams.keys()) expect([...gram].length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 500 },
    );
  });

  it("finds nothing in a text without words", () => {
    for (const text of ["", " \n\t", "?! …—", "🔥", "the of and"]) {
      expect(readTerms(text)).toEqual({
        words: new Map(),
        grams: new Map(),
        wordLength: 0,
        gramLength: 0,
      });
    }
  });

  it("counts a word each time that it is said", () => {
    const terms = readTerms("tent tent pole");
    expect(terms.words).toEqual(
      new Map([
        ["tent", 2],
        ["pole", 1],
      ]),
    );
    expect(terms.wordLength).toBe(3);
    expect(terms.grams.get("_ten")).toBe(2);
    expect(terms.gramLength).toBe(9);
  });

  it("reads a word as long as a whole question at once", () => {
    const started = performance.now();
    expect(readTerms("a".repeat(16_000)).wordLength).toBe(1);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(grams("a".repeat(16_000))).toEqual(["_aaa", "aaaa"]);
  });

  it("finds no word in an emoji with a variation selector, nor in a mark alone", () => {
    expect(words("🏕\uFE0F tent")).toEqual(["tent"]);
    expect(words("\u0301")).toEqual([]);
    expect(words("\u0E31 \u302E")).toEqual([]);
  });

  it("gives the names of object members as words like any other", () => {
    expect(words("constructor __proto__ hasOwnProperty")).toHaveLength(3);
    expect(readTerms("constructor").wordLength).toBe(1);
  });
});

describe("readTerms of alphabetic scripts", () => {
  it("stems Latin words and folds their case", () => {
    expect(words("Tents")).toEqual(["tent"]);
    expect(words("hiking HIKES hiked")).toEqual(["hike"]);
  });

  it("drops English stop words with their 4-grams", () => {
    expect(words("the tent and its pole")).toEqual(["pole", "tent"]);
    expect(grams("the tent")).toEqual(grams("tent"));
  });

  it("cuts the padded word as it was written into 4-grams", () => {
    expect(grams("tents")).toEqual(["_ten", "ents", "nts_", "tent"]);
    expect(grams("tent")).toEqual(["_ten", "ent_", "tent"]);
  });

  it("keeps a short word as one gram", () => {
    expect(grams("gps")).toEqual(["_gps", "gps_"]);
    expect(grams("kg")).toEqual(["_kg_"]);
    expect(grams("x")).toEqual(["_x_"]);
    expect(readTerms("x").gramLength).toBe(1);
  });

  it("does not stem other alphabets", () => {
    expect(words("палатками")).toEqual(["палатками"]);
    expect(grams("палатка")).toHaveLength(6);
  });

  it("takes letters outside the basic plane whole", () => {
    expect(words("𐐨𐐩𐐪")).toEqual(["𐐨𐐩𐐪"]);
    expect(grams("𐐨𐐩𐐪")).toEqual(["_𐐨𐐩𐐪", "𐐨𐐩𐐪_"].toSorted());
  });

  it("treats every compatibility form as its plain one (NFKC)", () => {
    expect(readTerms("ＴＥＮＴ ②")).toEqual(readTerms("tent 2"));
    expect(readTerms("ﬁre")).toEqual(readTerms("fire"));
    expect(readTerms("cafe\u0301")).toEqual(readTerms("café"));
  });
});

describe("readTerms of joined scripts", () => {
  it("gives bigrams of a longer run", () => {
    expect(words("防水帐篷")).toEqual(["帐篷", "水帐", "防水"]);
    expect(words("コーヒー")).toEqual(["コー", "ヒー", "ーヒ"].toSorted());
    expect(readTerms("防水帐篷").grams.size).toBe(0);
  });

  it("keeps a run of one or two whole", () => {
    expect(words("水")).toEqual(["水"]);
    expect(words("帐篷")).toEqual(["帐篷"]);
    expect(words("텐트")).toEqual(["텐트"]);
    expect(words("물")).toEqual(["물"]);
  });

  it("adds a Korean word without its particle as a term of its own", () => {
    expect(words("배낭에서")).toEqual(["한배낭", "낭에", "배낭", "에서"].toSorted());
    expect(words("배낭은")).toEqual(["한배낭", "낭은", "배낭"].toSorted());
    expect(readTerms("배낭에서").wordLength).toBe(4);
  });

  it("meets the bare noun in every inflected form", () => {
    for (const form of ["배낭은", "배낭을", "배낭에서는", "배낭으로", "배낭입니다"]) {
      expect(words(form)).toContain("배낭");
      expect(words(form)).toContain("한배낭");
    }
  });

  it("drops Korean question words with or without their ending", () => {
    expect(words("알려주세요")).toEqual([]);
    expect(words("어떻게 얼마나")).toEqual([]);
  });

  it("reads Hangul in pieces (NFD) like composed Hangul", () => {
    expect(readTerms("배낭에서".normalize("NFD"))).toEqual(readTerms("배낭에서"));
  });

  it("parts scripts that touch each other", () => {
    expect(words("GPS는")).toEqual(["gps", "는"]);
    expect(words("2인용")).toEqual(["2", "인용"]);
  });
});
