import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMarkdown } from "../../../../src/ingest/parse/markdown.ts";

/** Heading path → the blocks' texts and kinds, cut out of the document by their offsets. */
function outline(text: string): [string, ...string[]][] {
  return parseMarkdown(text).sections.map(({ heading, blocks }) => [
    heading.join(" › "),
    ...blocks.map(
      ({ start, end, kind }) => (kind === "prose" ? "" : `${kind}: `) + text.slice(start, end),
    ),
  ]);
}

describe("parseMarkdown", () => {
  it("reads a document with exact offsets", () => {
    const text =
      "---\ntitle: Aurora 2\nurl: https://shop.example/aurora\n---\n\n# Aurora 2 tent\n\nLight 텐트 🏕️.\nDry.\n\n## Care\n\nWash it.\n";
    const parsed = parseMarkdown(text);
    expect(parsed.title).toBe("Aurora 2");
    expect(parsed.url).toBe("https://shop.example/aurora");
    expect(outline(text)).toEqual([
      ["Aurora 2 tent", "Light 텐트 🏕️.\nDry."],
      ["Aurora 2 tent › Care", "Wash it."],
    ]);
  });

  it("keeps tables and code whole and takes lists item by item", () => {
    const text =
      "| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\n# no heading\n\nls\n```\n\n- one\n- two\n  - nested\n\n1. first\n2. second\n\n> quoted\n";
    expect(outline(text)).toEqual([
      [
        "",
        "table: | a | b |\n|---|---|\n| 1 | 2 |",
        "code: ```sh\n# no heading\n\nls\n```",
        "- one",
        "- two\n  - nested",
        "1. first",
        "2. second",
        "> quoted",
      ],
    ]);
  });

  it("has exact offsets with Windows line ends and tabs", () => {
    const text = "# A\r\n\r\nOne\r\ntwo.\r\n\r\n-\titem\r\n\r\n\tcode\r\n";
    expect(outline(text)).toEqual([["A", "One\r\ntwo.", "-\titem\r\n\r\n\tcode"]]);
  });

  it("has exact offsets after a byte order mark", () => {
    expect(outline("\uFEFF# Title\n\nText.\n")).toEqual([["Title", "Text."]]);
  });

  it("finds nothing in an empty document", () => {
    for (const text of ["", "\n \n", "---\ntitle: x\n---\n"])
      expect(parseMarkdown(text).sections).toEqual([]);
  });

  it("gives ordered blocks inside the text for any input", () => {
    const line = fc.oneof(
      fc.constantFrom(
        "# A",
        "## B",
        "- a",
        "  - b",
        "1. c",
        "```",
        "| a | b |",
        "|---|---|",
        "> q",
        "---",
        "title: x",
        "",
        "\t",
        "***",
        "<b>",
        "[a]: b",
      ),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 14 }), (lines) => {
        const text = lines.join("\n");
        let at = 0;
        for (const { start, end } of parseMarkdown(text).sections.flatMap(({ blocks }) => blocks)) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(end).toBeGreaterThan(start);
          at = end;
        }
        expect(at).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("headings of parseMarkdown", () => {
  it("are the path from the outermost to the nearest", () => {
    const text = "Before.\n\n# A\n\na\n\n### C\n\nc\n\n## B\n\nb\n\n# D\n\nd\n";
    expect(outline(text)).toEqual([
      ["", "Before."],
      ["A", "a"],
      ["A › C", "c"],
      ["A › B", "b"],
      ["D", "d"],
    ]);
  });

  it("are plain text, underlined ones too", () => {
    expect(outline("The **big** `ls` [link](https://x.example) tent\n===\n\nText.\n")).toEqual([
      ["The big ls link tent", "Text."],
    ]);
  });

  it("leave out sections without a block", () => {
    expect(outline("# A\n\n## B\n\nb\n\n## C\n")).toEqual([["A › B", "b"]]);
  });

  it("give the title where the front matter has none", () => {
    expect(parseMarkdown("Text.\n\n## First\n\n# Second\n").title).toBe("First");
    expect(parseMarkdown("Text.").title).toBeUndefined();
  });
});

describe("front matter of parseMarkdown", () => {
  it.each([
    ["broken", "title: [open"],
    ["of another shape", "just words"],
    ["a list", "- a\n- b"],
    ["without a string as its title", "title: 42"],
    ["with an empty title", 'title: "  "'],
    ["with a key twice", "title: a\ntitle: b"],
    ["empty", ""],
  ])("costs only the title when it is %s", (_, yaml) => {
    const text = `---\n${yaml}\n---\n\n# Heading\n\nText.\n`;
    expect(parseMarkdown(text).title).toBe("Heading");
    expect(outline(text)).toEqual([["Heading", "Text."]]);
  });

  it("gives no address but a web address", () => {
    const url = (value: string): string | undefined =>
      parseMarkdown(`---\nurl: ${value}\n---\n`).url;
    expect(url("http://x.example/a")).toBe("http://x.example/a");
    expect(url('"javascript:alert(1)"')).toBeUndefined();
    expect(url("/a/b")).toBeUndefined();
  });

  it("gives the dates as they are written", () => {
    const dates = (yaml: string): unknown => parseMarkdown(`---\n${yaml}\n---\n`).dates;
    expect(dates("date: 2025-01-02\nupdated: 3 May\nauthor: Kim")).toEqual({
      date: "2025-01-02",
      updated: "3 May",
    });
    expect(dates("date: [1]\npublished: ''")).toBeUndefined();
  });
});
