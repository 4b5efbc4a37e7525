import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateTokens } from "../../../src/text/tokens.ts";
import { cutAt, firstUnit, readUnits, shortenText } from "../../../src/text/units.ts";

const units = (text: string): string[] =>
  readUnits(text).map(({ start, end }) => text.slice(start, end));

describe("readUnits", () => {
  it("keeps tables and fenced code whole, and divides prose into sentences", () => {
    const table = "| a | b |\n| - | - |\n| 1 | 2 |";
    const code = "```ts\n\nconst a = 1. Not a sentence.\n| no table |\n```";
    expect(
      units(`Read this. And that, too.\n${table}\n\nThen run it:\n\n${code}\nIt is done.`),
    ).toEqual(["Read this.", "And that, too.", table, "Then run it:", code, "It is done."]);
  });

  it("keeps two tables apart, and code without an end whole", () => {
    expect(units("| a |\n\n| b |")).toEqual(["| a |", "| b |"]);
    expect(units("~~~\none two.\n\nthree.")).toEqual(["~~~\none two.\n\nthree."]);
  });

  it("divides what is longer than 2,000 characters between lines, or at white space", () => {
    const row = `| ${"x".repeat(90)} |\n`;
    expect(units(row.repeat(30))).toEqual(Array(30).fill(row.trim()));
    const parts = units("word ".repeat(1000));
    expect(parts.every((part) => part.length <= 2000 && /^\s?word.*word$/.test(part))).toBe(true);
  });

  it("loses nothing but white space of any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", " ", "\n", ".", "|", "```", "가", "😀") }),
        (text) => {
          const bare = (one: string): string => one.replace(/\s+/g, "");
          expect(bare(units(text).join(""))).toBe(bare(text));
        },
      ),
    );
  });
});

describe("shortenText", () => {
  it("gives the whole units from the beginning that fit", () => {
    const text = "One sentence is here. Another one follows it. The last one ends.";
    expect(shortenText(text, 100)).toBe(text);
    expect(shortenText(text, 13)).toBe("One sentence is here. Another one follows it.");
    expect(shortenText(text, 2)).toBe("");
  });

  it("keeps to the tokens whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), fc.nat(120), (text, tokens) => {
        const short = shortenText(text, tokens);
        expect(estimateTokens(short)).toBeLessThanOrEqual(tokens);
        expect(text.startsWith(short)).toBe(true);
      }),
    );
  });
});

describe("firstUnit", () => {
  it("is the first sentence, as far as it fits", () => {
    expect(firstUnit("One is here. Two is there.", 100)).toBe("One is here.");
    expect(firstUnit("x".repeat(100_000), 100)).toBe("x".repeat(400));
    expect(firstUnit("One is here.", 2)).toBe("One is");
  });
});

describe("cutAt", () => {
  it("cuts at white space, else not inside a surrogate pair", () => {
    expect(cutAt("one two three", 0, 9)).toBe(7);
    expect(cutAt("abcdefghij", 0, 5)).toBe(5);
    expect(cutAt("😀😀😀", 0, 3)).toBe(2);
  });
});
