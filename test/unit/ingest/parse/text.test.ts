import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseText } from "../../../../src/ingest/parse/text.ts";

const paragraphs = (text: string): string[] =>
  parseText(text).sections.flatMap(({ blocks }) =>
    blocks.map(({ start, end }) => text.slice(start, end)),
  );

describe("parseText", () => {
  it("parts paragraphs at blank lines", () => {
    expect(paragraphs("\n One.\nStill one.\n\nTwo.\n \t \nThree. \n\n\n")).toEqual([
      "One.\nStill one.",
      "Two.",
      "Three.",
    ]);
    expect(paragraphs("One.\r\nStill.\r\n\r\nTwo.\r\n")).toEqual(["One.\r\nStill.", "Two."]);
  });

  it("gives one section without a heading, and no title", () => {
    const parsed = parseText("# not a heading");
    expect(parsed).toEqual({
      sections: [{ heading: [], blocks: [{ start: 0, end: 15, kind: "prose" }] }],
    });
  });

  it("finds nothing in white space", () => {
    for (const text of ["", " \n\n\t"]) expect(parseText(text).sections).toEqual([]);
  });

  it("leaves no character out but white space", () => {
    const text = fc
      .array(
        fc.oneof(
          fc.constantFrom("\n", "\n\n", "\r\n", " ", "\t", "a"),
          fc.string({ unit: "grapheme", maxLength: 6 }),
        ),
        { maxLength: 20 },
      )
      .map((pieces) => pieces.join(""));
    fc.assert(
      fc.property(text, (whole) => {
        expect(paragraphs(whole).join("").replace(/\s/g, "")).toBe(whole.replace(/\s/g, ""));
      }),
    );
  });
});
