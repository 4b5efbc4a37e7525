import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChunkSpan, packSections } from "../../../src/ingest/chunk.ts";
import { parseDocument } from "../../../src/ingest/parse/parse.ts";
import type { Section } from "../../../src/ports.ts";

const LONGEST = 1200;

function pack(
  text: string,
  format: "markdown" | "text" = "markdown",
): { sections: Section[]; spans: ChunkSpan[] } {
  const { sections } = parseDocument(text, format);
  return { sections, spans: packSections(text, sections) };
}

const chunks = (text: string): string[] =>
  pack(text).spans.map(({ start, end }) => text.slice(start, end));
const tight = (text: string): string => text.replace(/\s/g, "");
/** A paragraph of exactly this many characters, without an end of a sentence. */
const paragraph = (letter: string, length: number): string =>
  `${letter.repeat(9)} `.repeat(Math.ceil(length / 10)).slice(0, length - 1) + letter;

function expectSound(text: string, sections: Section[], spans: ChunkSpan[]): void {
  let at = 0;
  for (const { start, end, heading } of spans) {
    expect(start).toBeGreaterThanOrEqual(at);
    expect(end).toBeGreaterThan(start);
    expect(end - start).toBeLessThanOrEqual(LONGEST);
    const section = sections.find(
      ({ blocks }) => blocks[0]!.start <= start && end <= blocks.at(-1)!.end,
    );
    expect(section?.heading, "a chunk lies in one section").toEqual(heading);
    for (const cut of [start, end]) {
      const splits =
        /[\uD800-\uDBFF]/.test(text.charAt(cut - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(cut));
      expect(splits, "a surrogate pair stays whole").toBe(false);
    }
    at = end;
  }
  const inBlocks = sections.flatMap(({ blocks }) =>
    blocks.map(({ start, end }) => text.slice(start, end)),
  );
  const inChunks = spans.map(({ start, end }) => text.slice(start, end));
  expect(tight(inChunks.join(""))).toBe(tight(inBlocks.join("")));
}

describe("packSections", () => {
  const words = fc.array(
    fc.constantFrom("tent", "pole.", "비가", "옵니다.", "🏕️", "防水", "x".repeat(90)),
    { maxLength: 150 },
  );
  const block = fc.oneof(
    { weight: 4, arbitrary: words.map((list) => list.join(" ")) },
    fc.constantFrom("# A", "## B", "### 관리", "---"),
    fc.nat(1500).map((length) => "🏕".repeat(length)),
    fc.nat(3000).map((length) => "y".repeat(length)),
    fc
      .array(fc.nat(300), { maxLength: 8 })
      .map((lengths) => lengths.map((length) => `- ${"z".repeat(length)}`).join("\n")),
    fc
      .nat(60)
      .map((rows) => `| a | b |\n|---|---|\n${"| left side | right side |\n".repeat(rows)}`),
    fc.nat(120).map((lines) => `\`\`\`\n${"const tent = 1;\n".repeat(lines)}\`\`\``),
  );
  const document = fc.array(block, { maxLength: 10 }).map((blocks) => blocks.join("\n\n"));

  it("gives sound chunks of any Markdown", () => {
    fc.assert(
      fc.property(document, (text) => {
        const { sections, spans } = pack(text);
        expectSound(text, sections, spans);
      }),
      { numRuns: 200 },
    );
  });

  it("gives sound chunks of any plain text", () => {
    fc.assert(
      fc.property(document, (text) => {
        const { sections, spans } = pack(text, "text");
        expectSound(text, sections, spans);
      }),
      { numRuns: 100 },
    );
  });

  it("packs paragraphs together as long as they fit", () => {
    const [a, b, c] = [paragraph("a", 600), paragraph("b", 598), paragraph("c", 400)];
    // 600 + 2 + 598 = 1200
    expect(chunks(`${a}\n\n${b}\n\n${c}`)).toEqual([`${a}\n\n${b}`, c]);
  });

  it("moves blocks to a last chunk that would be too short", () => {
    const [a, b, c] = [paragraph("a", 600), paragraph("b", 550), paragraph("c", 100)];
    expect(chunks(`${a}\n\n${b}\n\n${c}`)).toEqual([a, `${b}\n\n${c}`]);
  });

  it("leaves a last chunk short where nothing can be moved", () => {
    const [a, b] = [paragraph("a", 1200), paragraph("b", 100)];
    expect(chunks(`${a}\n\n${b}`)).toEqual([a, b]);
  });

  it("never joins across a heading, however short the sections", () => {
    expect(
      pack("One.\n\n# A\n\nTwo.\n\n# A\n\nThree.").spans.map(({ heading }) => heading),
    ).toEqual([[], ["A"], ["A"]]);
    expect(chunks("One.\n\n# A\n\nTwo.\n\n# A\n\nThree.")).toEqual(["One.", "Two.", "Three."]);
  });

  it("keeps a table and code whole where they fit", () => {
    const before = paragraph("a", 900);
    const table = `| a | b |\n|---|---|\n${"| left side | right side |\n".repeat(30)}`.trim();
    const code = `\`\`\`\n${"const tent = 1;\n".repeat(50)}\`\`\``;
    expect(chunks(`${before}\n\n${table}\n\n${code}`)).toEqual([before, table, code]);
  });

  it("divides a longer table or code between lines", () => {
    const rows = Array.from({ length: 100 }, (_, row) => `| row ${row} | ${"x".repeat(20)} |`);
    const table = ["| a | b |", "|---|---|", ...rows].join("\n");
    const parts = chunks(table);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.flatMap((part) => part.split("\n"))).toEqual(table.split("\n"));
    const code = `\`\`\`\n${Array.from({ length: 200 }, (_, line) => `  line(${line})`).join("\n")}\n\`\`\``;
    expect(chunks(code).flatMap((part) => part.split("\n").map((line) => line.trim()))).toEqual(
      code.split("\n").map((line) => line.trim()),
    );
  });

  it("divides a longer paragraph at its sentences", () => {
    const sentence = `${paragraph("A", 299)}. `;
    const text = sentence.repeat(6).trim();
    // 300 characters a sentence and a space between: three fit, 902 characters, a fourth would make 1,203.
    expect(chunks(text).map((part) => part.length)).toEqual([902, 902]);
  });

  it("divides a single sentence at white space, and a word without any inside", () => {
    const sentence = paragraph("a", 2000);
    for (const part of chunks(sentence)) expect(part).toMatch(/^(?:a{9} )*a+$/);
    expect(chunks("y".repeat(2500)).map((part) => part.length)).toEqual([1200, 1200, 100]);
    // Every pair of surrogates at an odd offset.
    expect(chunks(`y${"🏕".repeat(1000)}`).map((part) => part.length)).toEqual([1199, 802]);
  });

  it("gives nothing for no sections", () => {
    expect(packSections("", [])).toEqual([]);
  });
});
