import { describe, expect, it } from "vitest";
import { choosePassages, type SourceLimits } from "../../../src/chat/choose-sources.ts";
import type { Chunk, Passage } from "../../../src/ports.ts";
import { estimateTokens } from "../../../src/text/tokens.ts";
import { buildPassage } from "../../support/passages.ts";

const LIMITS: SourceLimits = {
  sources: 6,
  contextTokens: 3000,
  leastOfCollection: 0,
  mostOfCollection: Infinity,
};

/** Sentences that repeat nothing of one another. */
const prose = (seed: string, sentences: number): string =>
  Array.from({ length: sentences }, (_, n) => `${seed} number ${n} speaks of ${n * 7 + 3}.`).join(
    " ",
  );

function passages(...scores: number[]): Passage[] {
  return scores.map((score, n) =>
    buildPassage(score, { id: `${n}`, title: "T", text: prose(`Text${n}`, 5) }),
  );
}

const outcome = (
  list: Passage[],
  limits: Partial<SourceLimits> = {},
): { kept: string[]; dropped: string[] } => {
  const { drafts, dropped } = choosePassages(list, { ...LIMITS, ...limits });
  return {
    kept: drafts.map((draft) => draft.passages.map(({ chunk }) => chunk.id).join("+")),
    dropped: dropped.map(({ passage, why, of }) =>
      [passage.chunk.id, why, ...(of === undefined ? [] : [of.chunk.id])].join(" "),
    ),
  };
};

describe("choosePassages", () => {
  it("keeps the best passages, as many as are allowed", () => {
    expect(outcome(passages(3, 2, 1)).kept).toEqual(["0", "1", "2"]);
    expect(outcome(passages(3, 2, 1), { sources: 2 })).toEqual({
      kept: ["0", "1"],
      dropped: ["2 limit"],
    });
    expect(outcome([])).toEqual({ kept: [], dropped: [] });
  });

  it("leaves out passages below a fifth of the best score, but not where all are nought", () => {
    expect(outcome(passages(10, 2, 1.9))).toEqual({ kept: ["0", "1"], dropped: ["2 weak"] });
    expect(outcome(passages(0, 0)).kept).toEqual(["0", "1"]);
  });
});

describe("the budget of choosePassages", () => {
  const long = (score: number, id: string): Passage =>
    buildPassage(score, { id, title: "T", text: prose(`Text${id}`, 20) });
  const tokens = estimateTokens(long(1, "a").chunk.text) + estimateTokens("T");

  it("shortens what does not fit to whole sentences", () => {
    const contextTokens = Math.floor(tokens * 1.5);
    const limits = { ...LIMITS, contextTokens };
    const { drafts, tokensLeft } = choosePassages([long(2, "a"), long(1, "b")], limits);
    const [first, second] = drafts.map(({ stretch }) => stretch);
    expect(first!.text).toBe(long(2, "a").chunk.text);
    expect(second!.text).toMatch(/\.$/);
    expect(long(1, "b").chunk.text.startsWith(second!.text)).toBe(true);
    expect(second!.end).toBe(second!.text.length);
    expect(tokensLeft).toBeGreaterThanOrEqual(0);
    // Not enough for one more sentence, each rounded up.
    expect(tokensLeft).toBeLessThan(2 * estimateTokens("Textb number 19 speaks of 136."));
  });

  it("leaves out what would keep less than a third, and goes on with what fits", () => {
    const small = buildPassage(1, { id: "c", title: "T", text: "A small note on stoves." });
    const limits = { contextTokens: Math.floor(tokens * 1.2) };
    expect(outcome([long(3, "a"), long(2, "b"), small], limits)).toEqual({
      kept: ["a", "c"],
      dropped: ["b budget"],
    });
  });

  it("gives at least one sentence of the best passage", () => {
    const { drafts, tokensLeft } = choosePassages([long(3, "a"), long(2, "b")], {
      ...LIMITS,
      contextTokens: 1,
    });
    expect(drafts.map(({ stretch }) => stretch.text)).toEqual(["Texta number 0 speaks of 3."]);
    expect(tokensLeft).toBe(0);
  });

  it("does not divide tables and code", () => {
    const table = Array.from({ length: 10 }, (_, n) => `| row ${n} | ${n} kg |`).join("\n");
    const text = `Weights of all tents are here.\n\n${table}\n\nThat was all of it.`;
    const whole = estimateTokens(text);
    const [draft] = choosePassages([buildPassage(1, { title: "T", text })], {
      ...LIMITS,
      contextTokens: whole - 3,
    }).drafts;
    expect(draft!.stretch.text).toBe(`Weights of all tents are here.\n\n${table}`);
    const [shorter] = choosePassages([buildPassage(1, { title: "T", text })], {
      ...LIMITS,
      contextTokens: Math.floor(whole / 2),
    }).drafts;
    expect(shorter!.stretch.text).toBe("Weights of all tents are here.");
  });
});

describe("near-duplicates of choosePassages", () => {
  const page =
    "This sturdy tent sleeps two people and weighs 38 ounces without its pegs. The fly is made of nylon with a coating of silicone, which keeps out the rain of a whole night. Pitch it on level ground, away from trees, with the narrow end to the wind, and dry it in the shade before you pack it away. Spare poles can be ordered from our workshop in autumn.";
  const copy = (score: number, id: string, text: string, fields: Partial<Chunk> = {}): Passage =>
    buildPassage(score, { id, documentId: id, title: "Tents", text, ...fields });

  it("collapse, and say what they repeat", () => {
    const again = page.toUpperCase().replaceAll(". ", ".\n\n");
    expect(outcome([copy(2, "a", page), copy(1, "b", again)])).toEqual({
      kept: ["a"],
      dropped: ["b repeated a"],
    });
  });

  it("collapse where all of one stands in the other", () => {
    const longer = `${page} ${prose("Another thing about pegs", 6)}`;
    expect(outcome([copy(2, "a", longer), copy(1, "b", page)]).dropped).toEqual(["b repeated a"]);
    expect(outcome([copy(2, "b", page), copy(1, "a", longer)]).kept).toEqual(["b", "a"]);
  });

  it("are not pages that differ in a number", () => {
    expect(outcome([copy(2, "a", page), copy(1, "b", page.replace("38", "39"))]).kept).toEqual([
      "a",
      "b",
    ]);
  });

  it("are not pages that differ in what they are about", () => {
    const of = (name: string): string => page.replace("tent", `tent ${name}`);
    const [first, second] = [
      copy(2, "a", of("Aurora"), { title: "Aurora tent" }),
      copy(1, "b", of("Granite"), { title: "Granite tent" }),
    ];
    expect(outcome([first, second]).kept).toEqual(["a", "b"]);
    expect(outcome([first, copy(1, "b", of("Granite"))]).kept).toEqual(["a"]);
  });
});

describe("collections of choosePassages", () => {
  const of = (collection: string, score: number, id: string): Passage =>
    buildPassage(score, { id, title: "T", text: prose(`Text${id}`, 5) }, collection);
  const list = [of("a", 10, "a1"), of("a", 9, "a2"), of("a", 8, "a3"), of("b", 1.5, "b1")];

  it("have a ceiling", () => {
    expect(outcome(list.slice(0, 3), { mostOfCollection: 2 })).toEqual({
      kept: ["a1", "a2"],
      dropped: ["a3 ceiling"],
    });
  });

  it("have a floor, also below what is else too weak", () => {
    expect(outcome(list, { sources: 2 }).kept).toEqual(["a1", "a2"]);
    expect(outcome(list, { sources: 2, leastOfCollection: 1 })).toEqual({
      kept: ["a1", "b1"],
      dropped: ["a2 limit", "a3 limit"],
    });
  });

  it("have no floor below a tenth of the best score", () => {
    expect(outcome([...list.slice(0, 3), of("b", 0.9, "b1")], { leastOfCollection: 1 })).toEqual({
      kept: ["a1", "a2", "a3"],
      dropped: ["b1 weak"],
    });
  });

  it("keep the tokens of what they are owed", () => {
    const each = estimateTokens(list[0]!.chunk.text) + estimateTokens("T");
    const limits = { contextTokens: Math.ceil(each * 2.1), leastOfCollection: 1 };
    expect(outcome(list, limits).kept).toEqual(["a1", "b1"]);
  });
});

describe("adjacent passages of choosePassages", () => {
  const part = (score: number, index: number, fields: Partial<Chunk> = {}): Passage =>
    buildPassage(score, {
      id: `${index}`,
      index,
      title: "T",
      heading: ["T", "Care"],
      text: `${prose(`Part${index}`, 3)}`,
      start: index * 1000,
      end: index * 1000 + 900,
      ...fields,
    });

  it("become one source in the order of the document, which frees a place", () => {
    const [two, zero, other] = [part(3, 2), part(2, 0), part(1, 7)];
    expect(outcome([two, zero, part(1.5, 1), other], { sources: 3 }).kept).toEqual(["2+0+1", "7"]);
    const [draft] = choosePassages([two, part(1, 1)], LIMITS).drafts;
    expect(draft!.stretch).toMatchObject({ start: 1000, end: 2900 });
    expect(draft!.stretch.text).toBe(`${prose("Part1", 3)}\n${prose("Part2", 3)}`);
  });

  it("tell the heading of each section", () => {
    const list = [part(2, 1), part(1, 0, { heading: ["T", "Setup"] })];
    const [draft] = choosePassages(list, LIMITS).drafts;
    expect(draft!.stretch.text).toBe(`Setup\n${prose("Part0", 3)}\n\nCare\n${prose("Part1", 3)}`);
  });

  it("stay apart across documents, and where the whole does not fit", () => {
    expect(outcome([part(2, 1), part(1, 0, { documentId: "other" })]).kept).toEqual(["1", "0"]);
    const tokens = estimateTokens(part(2, 1).chunk.text) + 5;
    expect(outcome([part(2, 1), part(1, 0)], { contextTokens: tokens })).toEqual({
      kept: ["1"],
      dropped: ["0 budget"],
    });
  });
});
