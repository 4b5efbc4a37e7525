import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeConfig } from "../../src/config.ts";
import { openApp } from "../support/open-app.ts";
import { ROOT } from "./tributary.ts";

const PATH = `${ROOT}README.md`;
const [BEGIN, END] = ["<!-- environment -->", "<!-- /environment -->"];

/** Cells without their padding, so that a formatter may align the table. */
function readRow(line: string): string[] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));
}

describe.skipIf(!existsSync(PATH))("README.md", () => {
  const read = (): string => readFileSync(PATH, "utf8");

  it("lists every variable with its default, as the configuration has it", () => {
    const readme = read();
    const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
    if (begin < 0 || end < begin)
      throw new Error(`README.md must hold the table of variables between ${BEGIN} and ${END}.`);
    const lines = readme
      .slice(begin + BEGIN.length, end)
      .trim()
      .split("\n");
    const [header = "", ruler = "", ...rows] = lines;
    expect(readRow(header)).toEqual(["Variable", "Default", "Meaning"]);
    expect(readRow(ruler)).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^:?-+:?$/)),
    );
    expect(rows.map(readRow)).toEqual(
      describeConfig().map(({ name, fallback, description }) => [
        `\`${name}\``,
        fallback,
        description,
      ]),
    );
  });

  it("shows the first answer as it is", async () => {
    const message = /"message":"(What wind speed[^"]+)"/.exec(read())?.[1];
    const app = await openApp();
    const response = await app.post("/chat", { message }, { accept: "text/plain" });
    const answer = (await response.text()).replaceAll(
      "http://localhost/",
      "http://127.0.0.1:8787/",
    );
    expect(read()).toContain(`\n\`\`\`text\n${answer.trim()}\n\`\`\`\n`);
    app.close();
  });

  it("mentions only scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
      scripts: Record<string, string>;
    };
    const mentioned = [
      ...read().matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:-]+)|(start|test)\b)/g),
    ];
    const names = [...new Set(mentioned.map(([, run, own]) => run ?? own ?? ""))];
    expect(names.filter((name) => !(name in scripts))).toEqual([]);
  });

  it("links only to files that exist", () => {
    const prose = read().replaceAll(/^```[^]*?^```$/gm, "");
    const links = [...prose.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)];
    expect(
      links.map(([, path = ""]) => path).filter((path) => !existsSync(`${ROOT}${path}`)),
    ).toEqual([]);
  });
});
