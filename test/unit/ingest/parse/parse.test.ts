import { describe, expect, it } from "vitest";
import { parseDocument } from "../../../../src/ingest/parse/parse.ts";

describe("parseDocument", () => {
  it("reads each format as what it is", () => {
    expect(parseDocument("# A\n\nb", "markdown").sections[0]?.heading).toEqual(["A"]);
    expect(parseDocument("# A\n\nb", "text").sections[0]?.heading).toEqual([]);
  });

  it("reads deeply nested Markdown", () => {
    for (const text of [`${"> ".repeat(2000)}deep`, `# ${"*a ".repeat(500)}`, "[".repeat(2000)]) {
      expect(parseDocument(text, "markdown").sections.length).toBeLessThanOrEqual(1);
    }
  });
});
