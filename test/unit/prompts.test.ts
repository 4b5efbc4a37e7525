import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readPrompts } from "../../src/node/files.ts";
import { createPrompts, type Prompts } from "../../src/prompts.ts";

const FILES = {
  answer: "{{nonce}} {{language}} {{missing}}",
  question: "{{nonce}}: {{sources}} / {{question}}",
  condense: "{{nonce}} {{history}} {{question}}",
  title: "{{nonce}} {{conversation}}",
  "no-answer": "Nothing found.\nSee the sources.\n",
  "no-answer.ko": "없습니다.\n",
};

function complaints(files: Record<string, string>): string[] {
  try {
    createPrompts(files);
    return [];
  } catch (error) {
    return (error as Error).message
      .split("\n")
      .slice(1)
      .map((line) => line.replace("  - ", ""));
  }
}

const question = (prompts: Prompts, text: string): string =>
  prompts.render("question", { nonce: "n", sources: "s", question: text });

describe("createPrompts", () => {
  it("takes the files of prompts/, which are the declared ones", () => {
    const declared = complaints({}).map(
      (line) => /^prompts\/(.+)\.md is missing or empty$/.exec(line)?.[1],
    );
    const listed = readdirSync("prompts").map((name) => name.replace(/\.md$/, ""));
    expect(listed.filter((name) => !name.startsWith("no-answer.")).toSorted()).toEqual(
      declared.toSorted(),
    );
    expect(complaints(readPrompts())).toEqual([]);
  });

  it("is given the same files by the Workers entry", () => {
    const imported = [
      ...readFileSync("src/worker-prompts.ts", "utf8").matchAll(/"\.\.\/prompts\/(.+)"/g),
    ].map((match) => match[1]);
    expect(imported.toSorted()).toEqual(readdirSync("prompts").toSorted());
  });

  it("lists everything that is missing or unknown at once", () => {
    const files = {
      ...FILES,
      answer: "{{nonce}} {{langauge}}",
      question: " ",
      condense: `${FILES.condense} {{x}}`,
    };
    expect(complaints(files)).toEqual([
      "prompts/answer.md must hold {{language}}",
      "prompts/answer.md must hold {{missing}}",
      "prompts/answer.md holds {{langauge}}, which nothing fills in",
      "prompts/question.md is missing or empty",
      "prompts/condense.md holds {{x}}, which nothing fills in",
    ]);
  });

  it("refuses placeholders where none are filled in", () => {
    expect(complaints({ ...FILES, "no-answer": "{{question}}?" })).toHaveLength(1);
  });
});

describe("render of createPrompts", () => {
  it("fills in every place and trims the text", () => {
    const prompts = createPrompts({
      ...FILES,
      question: "\n{{nonce}} {{sources}} {{question}} {{nonce}}\n",
    });
    expect(question(prompts, "q")).toBe("n s q n");
  });

  it("puts values in as they are", () => {
    const prompts = createPrompts(FILES);
    for (const text of ["{{nonce}}", "{{question}}", "$& $1 $$ $`", "{{ sources }}"]) {
      expect(question(prompts, text)).toBe(`n: s / ${text}`);
    }
  });

  it("fills in every placeholder that the check accepts", () => {
    const files = { ...FILES, question: "{{ nonce }}: {{sources }} / {{question}}" };
    if (complaints(files).length === 0)
      expect(question(createPrompts(files), "q")).toBe("n: s / q");
  });
});

describe("noAnswer of createPrompts", () => {
  it("is in the language of the question, else in English", () => {
    const prompts = createPrompts(FILES);
    expect(prompts.noAnswer("ko", true)).toBe("없습니다.");
    expect(prompts.noAnswer("en", true)).toBe("Nothing found.\nSee the sources.");
    expect(prompts.noAnswer("constructor", true)).toBe("Nothing found.\nSee the sources.");
  });

  it("is the first line alone where no sources are listed", () => {
    const prompts = createPrompts(FILES);
    expect(prompts.noAnswer("en", false)).toBe("Nothing found.");
    expect(prompts.noAnswer("ko", false)).toBe("없습니다.");
  });
});
