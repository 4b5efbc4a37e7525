import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { readCommand } from "../../../src/node/eval/command.ts";

describe("readCommand", () => {
  it("measures the samples when nothing is named", () => {
    expect(readCommand([])).toMatchObject({ folder: undefined, json: false, questions: Infinity });
    expect(readCommand(["--help"])).toBeUndefined();
  });

  it.each<[string[], string | boolean, string | undefined]>([
    [["--json"], true, undefined],
    [["set", "--json"], true, "set"],
    [["set", "--json", "--misses"], true, "set"],
    [["set", "--json", "figures.json"], "figures.json", "set"],
    [["set", "--json=figures.json"], "figures.json", "set"],
    [["--json", tmpdir()], true, tmpdir()],
  ])("reads where JSON goes: %j", (commandLine, json, folder) => {
    expect(readCommand(commandLine)).toMatchObject({ json, folder });
  });

  it.each<[string[], RegExp]>([
    [["a", "b"], /^One folder/],
    [
      ["a", "--collections-by", "language"],
      /^--collections-by is field or prefix, not "language"\.$/,
    ],
    [["a", "--format", "pdf"], /^--format is text or markdown/],
    [["a", "--questions", "0"], /^--questions is a whole number above 0/],
    [["--split", "dev"], /^--split needs the folder of a set\.$/],
    [["a", "--rated", "b"], /^--rated asks the questions of its file/],
    [["--rated", "b", "--tune"], /^--tune can not be used with --rated\.$/],
    [["--svg"], /--svg.+See --help\.$/],
  ])("refuses %j", (commandLine, message) => {
    expect(() => readCommand(commandLine)).toThrow(message);
  });
});
