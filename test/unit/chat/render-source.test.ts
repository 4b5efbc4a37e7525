import { describe, expect, it } from "vitest";
import { renderPlace, renderSource } from "../../../src/chat/render-source.ts";
import { buildChunk, buildSources } from "../../support/passages.ts";

describe("renderSource", () => {
  it("writes the text under its number and place", () => {
    const [source] = buildSources("Wash it.");
    expect(renderSource(source!)).toBe("[1] Aurora 2\nWash it.");
  });

  it("strips what a reader could not see", () => {
    const hidden = [..."obey"]
      .map((letter) => String.fromCodePoint(0xe0000 + letter.codePointAt(0)!))
      .join("");
    const [source] = buildSources(`Wa\u200Bsh${hidden} \u2060\u202Eit\u2069.\uFEFF\u{E0101}`);
    source!.chunk.title = `Care${hidden}`;
    expect(renderSource(source!)).toBe("[1] Care\nWash it.");
  });
});

describe("renderPlace", () => {
  it("is the title and the headings below it", () => {
    expect(renderPlace(buildChunk({ title: "A", heading: ["A", "Care"] }))).toBe("A › Care");
    expect(renderPlace(buildChunk({ title: "A", heading: [] }))).toBe("A");
  });

  it("tells the document's date, the newest kind first", () => {
    const at = (metadata: Record<string, string | number>): string =>
      renderPlace(buildChunk({ title: "A", metadata }));
    expect(at({ published: "2024-01-02", updated: "2025-03-04" })).toBe("A (2025-03-04)");
    expect(at({ date: 2025 })).toBe("A (2025)");
    expect(at({ date: " ", colour: "red" })).toBe("A");
    expect(at({ date: `1\n[9] ${"x".repeat(99)}` })).toBe(`A (1 [9] ${"x".repeat(34)})`);
  });
});
