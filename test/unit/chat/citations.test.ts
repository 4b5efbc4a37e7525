import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCitationGate } from "../../../src/chat/citations.ts";
import { cited, pass } from "../../support/citation-gate.ts";
import { buildSources } from "../../support/passages.ts";

/** The text in pieces, cut where the bits of `mask` are set. */
function cut(text: string, mask: number): string[] {
  const pieces = [""];
  for (let at = 0; at < text.length; at++) {
    if (at > 0 && (mask >> (at - 1)) & 1) pieces.push("");
    pieces[pieces.length - 1] += text.charAt(at);
  }
  return pieces;
}

describe("createCitationGate", () => {
  it.each([
    ["A tent [1].", "A tent [1].", ["1: A tent"]],
    ["A tent. [1]", "A tent. [1]", ["1: A tent."]],
    ["A tent [1][2].", "A tent [1][2].", ["1: A tent", "2: A tent"]],
    ["A tent [1] [2].", "A tent [1] [2].", ["1: A tent", "2: A tent"]],
    ["A tent [1,2].", "A tent [1][2].", ["1: A tent", "2: A tent"]],
    ["A tent [ 1 , 3 ].", "A tent [1][3].", ["1: A tent", "3: A tent"]],
    ["텐트는 가볍다【1】.", "텐트는 가볍다[1].", ["1: 텐트는 가볍다"]],
    ["텐트는 가볍다【1、2】", "텐트는 가볍다[1][2]", ["1: 텐트는 가볍다", "2: 텐트는 가볍다"]],
    ["텐트는 가볍다［１］.", "텐트는 가볍다[1].", ["1: 텐트는 가볍다"]],
    ["A tent [1-2].", "A tent [1][2].", ["1: A tent", "2: A tent"]],
    ["A tent [9, 2–15, 2].", "A tent [2][3].", ["2: A tent", "3: A tent"]],
  ])("passes %j as %j", (input, text, points) => {
    const passed = pass(input);
    expect(passed.text).toBe(text);
    expect(cited(passed)).toEqual(points);
  });

  it.each([
    ["A tent [9].", "A tent."],
    ["A tent [0], dry.", "A tent, dry."],
    ["A tent  [4] [5], dry.", "A tent, dry."],
    ["[9]A tent.", "A tent."],
    ["A tent.\n[7]\nDry.", "A tent.\n\nDry."],
    ["A tent 【8】", "A tent"],
    ["A tent [7-9], dry.", "A tent, dry."],
    ["A tent [[9]9].", "A tent […9]."],
    ["A tent [99", "A tent [99"],
  ])("takes numbers that point at nothing out of %j", (input, text) => {
    expect(pass(input)).toEqual({ text, citations: [] });
  });

  it("keeps the valid numbers of a list", () => {
    const passed = pass("A tent [9, 2, 7].");
    expect(passed.text).toBe("A tent [2].");
    expect(cited(passed)).toEqual(["2: A tent"]);
  });

  it.each([
    "a[i] = b",
    "[a]",
    "[1a]",
    "[1†source]",
    "【1†2】",
    "[2024-05]",
    "[1234]",
    "[1-500]",
    "[3-1]",
    "[]",
    "[ ]",
    "[,]",
    "[^1]",
    "x [",
    "see [1",
    "[[",
    "- [x] done",
    "(1)",
  ])("lets %j through, which is no marker", (text) => {
    expect(pass(text)).toEqual({ text, citations: [] });
  });

  it("takes out a marker at the very start, which has no sentence to point at", () => {
    expect(pass("[1] A tent.")).toEqual({ text: " A tent.", citations: [] });
    expect(cited(pass("[1] A tent [2]."))).toEqual(["2: A tent"]);
  });

  it("finds nothing in nothing", () => {
    expect(pass()).toEqual({ text: "", citations: [] });
    expect(pass("", "")).toEqual({ text: "", citations: [] });
  });

  it("passes text on at once, but for what may become a marker", () => {
    const gate = createCitationGate(buildSources("A tent."));
    expect(gate.push("A tent")).toBe("A tent");
    expect(gate.push(" [")).toBe("");
    expect(gate.push("1")).toBe("");
    expect(gate.push("]")).toBe(" [1]");
    expect(gate.push(" [a")).toBe(" [a");
    expect(gate.end().text).toBe("");
  });
});

describe("memory of createCitationGate", () => {
  it("holds little white space back, however much comes", () => {
    const gate = createCitationGate(buildSources("A tent."));
    gate.push("A tent");
    expect(gate.push(" ".repeat(10_000)).length).toBeGreaterThan(9_900);
    expect(gate.push("[9]") + gate.end().text).toHaveLength(0);
  });

  it("finds the same sentence in a long text wherever its pieces end", () => {
    const text = `${"🏕".repeat(6_000)}a[1]`;
    const passed = pass(text);
    const [citation] = passed.citations;
    expect(citation?.end).toBe(12_001);
    expect(passed.text.slice(citation!.start)).toMatch(/^🏕/u);
    for (const size of [3, 1000, 4097]) {
      expect(pass(...text.match(new RegExp(`[^]{1,${size}}`, "g"))!)).toEqual(passed);
    }
  });
});

describe("pieces of createCitationGate", () => {
  it.each([
    "A b [1].",
    "[9] a[1]",
    "a【1】b[2",
    "`[9]` [1]",
    "a\n[9]\nb",
    "x [1][2,9]",
    "a [1-3][[9]9",
  ])("make no difference to %j, wherever it is cut", (text) => {
    const whole = pass(text);
    for (let mask = 1; mask < 1 << (text.length - 1); mask++)
      expect(pass(...cut(text, mask))).toEqual(whole);
  });

  it("make no difference to any text", () => {
    const character = fc.constantFrom(
      ...'[]【】［,、- 1239３ab.`\n"',
      "🏕",
      "텐",
      "A tent. ",
      "```",
    );
    const pieces = fc.array(
      fc.array(character, { maxLength: 6 }).map((list) => list.join("")),
      { maxLength: 10 },
    );
    fc.assert(
      fc.property(pieces, (list) => {
        expect(pass(...list)).toEqual(pass(list.join("")));
      }),
      { numRuns: 2000 },
    );
  });

  it("make no difference to a long list of numbers", () => {
    const numbers = Array.from({ length: 20 }, (_, n) => n + 1).join(", ");
    const text = `All of it [${numbers}].`;
    expect(pass(text).text).toBe("All of it [1][2][3].");
    expect(pass(...text)).toEqual(pass(text));
  });

  it("never show a number that points at nothing, outside code", () => {
    const piece = fc.constantFrom(
      "[1]",
      "[9]",
      " [0, 7]",
      "【5】",
      "A tent",
      ". ",
      "\n",
      "[",
      "]",
      "9",
      "2",
      ",",
      "-",
      "［９］",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { text } = pass(...pieces);
        const shown = [...text.matchAll(/[[【]\s*(\d{1,3})\s*[\]】]/g)].map((match) =>
          Number(match[1]),
        );
        expect(shown.filter((n) => n < 1 || n > 3)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("text of createCitationGate", () => {
  it("is what came in where there are no markers", () => {
    const text = fc.array(
      fc.oneof(
        fc.constantFrom("[", "]", " ", "\n", "\t", "`", "【", "a", "1a"),
        fc.string({ unit: "binary", maxLength: 5 }),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(text, (pieces) => {
        fc.pre(!/[[【]\s*\d/.test(pieces.join("")));
        expect(pass(...pieces)).toEqual({ text: pieces.join(""), citations: [] });
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    "```js\nlist[9] = list[1]\n```",
    "Use `list[9]` here.",
    "Use `a b [9]` here.",
    "```\n  [9]\n\n[1]\n```\n",
    "~~~js\na[9]\n```\n[8]\n~~~",
    "Use `a\nb [9]` here.",
    "`` a ` [9] ```b[9]`",
  ])("is untouched in the code of %j", (text) => {
    expect(pass(text)).toEqual({ text, citations: [] });
    expect(pass(...text)).toEqual({ text, citations: [] });
  });

  it("is checked again after code", () => {
    const passed = pass("Use `list[9]` here [9]. Then\n```\na[9]\n```\nit is dry [1].");
    expect(passed.text).toBe("Use `list[9]` here. Then\n```\na[9]\n```\nit is dry [1].");
    expect(cited(passed)).toEqual(["1: it is dry"]);
  });

  it("is checked again in the line after a lone tick", () => {
    expect(pass("It is 5` tall.\n[9] Dry [1].").text).toBe("It is 5` tall.\n Dry [1].");
  });

  it("is checked after a tick that nothing closes", () => {
    expect(pass("It is 5` tall [9].").text).toBe("It is 5` tall.");
    expect(pass("It is 5` tall [9].\n\nUse `list`.").text).toBe("It is 5` tall.\n\nUse `list`.");
    expect(pass("It is 5` tall [9].\n- Use `list`.").text).toBe("It is 5` tall.\n- Use `list`.");
    const far = `It is 5\` tall [9]. ${"It is dry. ".repeat(30)}`;
    expect(pass(far, "`").text).toBe(`${far.replace(" [9]", "")}\``);
    expect(pass(...far, "`")).toEqual(pass(far, "`"));
  });

  it("is checked after code between double ticks", () => {
    expect(pass("Use ``a ` b`` here [9].").text).toBe("Use ``a ` b`` here.");
  });

  it.each([
    ["```a[9]``` is old [9].", "```a[9]``` is old."],
    ["- ```\n  [9]\n  ```\nOld [9].", "- ```\n  [9]\n  ```\nOld."],
    ["````\n```\n[9]\n````\nOld [9].", "````\n```\n[9]\n````\nOld."],
    ["Not ``` a fence\n[9] here.", "Not ``` a fence\n here."],
    ["Not ``` inline\n```\n[9]\n```\nOld [9].", "Not ``` inline\n```\n[9]\n```\nOld."],
    ["~~~\n[9]\n~~~\nOld [9].", "~~~\n[9]\n~~~\nOld."],
    ["~~Old~~ [9].", "~~Old~~."],
  ])("tells fences from inline code in %j", (input, text) => {
    expect(pass(input).text).toBe(text);
    expect(pass(...input).text).toBe(text);
  });
});
