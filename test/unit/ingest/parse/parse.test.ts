import { describe, expect, it } from "vitest";
import { parseDocument } from "../../../../src/ingest/parse/parse.ts";

describe("parseDocument", () => {
  it("reads each format as what it is", () => {
    expect(parseDocument("# A\n\nb", "markdown").sections[0]?.heading).toEqual(["A"]);
    expect(parseDocument("# A\n\nb", "text").sections[0]?.heading).toEqual([]);
  });

  it.each([
    ["quotations", "> ".repeat(10_000)],
    ["lists in one line", "- ".repeat(10_000)],
    ["lists", Array.from({ length: 1500 }, (_, level) => `${"  ".repeat(level)}- a\n`).join("")],
    ["footnotes", "[^1]: ".repeat(10_000)],
    ["emphasis", `# ${"*a ".repeat(500)}`],
    ["brackets", "[".repeat(2000)],
  ])("reads %s that are nested deeply", (_, text) => {
    expect(parseDocument(`${text}deep`, "markdown").sections.length).toBeLessThanOrEqual(1);
  });

  it("reads Markdown as Markdown however many lists and quotations follow one another", () => {
    const text = `# A\n\n${"- a\n  - b\n\n> c\n> > d\n\n".repeat(200)}`;
    expect(parseDocument(text, "markdown").sections[0]?.heading).toEqual(["A"]);
  });
});
